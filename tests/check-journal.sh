#!/usr/bin/env bash
# Checks numbers, hashes and chain of a journal with sed and sha256sum alone: check-journal.sh incidents/ID/journal.jsonl
set -u -o pipefail
export LC_ALL=C
seq=1 prev=$(printf '%064d' 0) line=
bad() { echo "line $seq: $1"; exit 1; }
[ -r "${1-}" ] || { echo "usage: $0 JOURNAL" >&2; exit 2; }
sed -n '/\x00/q1' "$1" || bad 'holds a zero byte'
while IFS= read -r line; do
  head=$(printf '%s' "$line" | sed 's/,"hash":"[0-9a-f]\{64\}"}$//')
  hash=$(printf '%s' "$line" | sed -n 's/^.*,"hash":"\([0-9a-f]\{64\}\)"}$/\1/p')
  sum=$(printf '%s' "$head" | sha256sum)
  [ "$hash" = "${sum%% *}" ] || bad 'its hash does not match its content'
  case $head in "{\"v\":1,\"seq\":$seq,\"at\":\""*) ;; *) bad 'its number is not the next' ;; esac
  case $head in *"},\"prev\":\"$prev\"") ;; *) bad 'it does not follow the line before it' ;; esac
  prev=$hash seq=$((seq + 1))
done < "$1"
[ -z "$line" ] || bad 'torn: it has no end'
echo "$((seq - 1)) entries, head $prev, unanchored"
