//! What is told and kept of credentials that leaked: what each is, where it was seen, what is doubtful about it.
//!
//! Never holds a secret longer than its fingerprint takes, and repeats none.

use serde_json::{Value, json};

use super::session::Session;
use crate::domain::why::plain;
use crate::domain::{Checksum, Locator, Why};
use crate::provider::leak::{Lacking, Lacks, Leak, Leaked, Sighting};

/// The version of the kept form.
const VERSION: u8 = 1;
/// How much of a commit's name is told.
const SHORT: usize = 12;

/// Where something was seen, in words.
pub(super) fn place(seen: &Sighting) -> String {
    let mut words = Vec::new();
    words.extend(seen.repository.as_deref().map(plain));
    match (&seen.file, seen.file_line) {
        (Some(file), Some(line)) => words.push(format!("{}:{line}", plain(file))),
        (Some(file), None) => words.push(plain(file)),
        (None, _) => {}
    }
    let commit = seen.commit.as_deref().map(|commit| {
        let short: String = commit.chars().take(SHORT).collect();
        format!("in commit {short}")
    });
    words.extend(commit);
    if words.is_empty() {
        return format!("line {}", seen.line);
    }
    words.join(" ")
}

/// A credential in words, without what is secret.
pub(super) fn what(found: &Leaked) -> String {
    let first = found.seen.places.first().map(place).unwrap_or_default();
    match &found.id {
        Some(id) => format!("{}/{id}", found.kind),
        None => format!("a secret of {} ({first})", found.kind),
    }
}

/// A finding that names nothing, in words.
pub(super) fn unnamed(lacking: &Lacking) -> String {
    let first = lacking.seen.places.first().map(place).unwrap_or_default();
    let more = match lacking.seen.count {
        0 | 1 => String::new(),
        count => format!(" and {} more places", count - 1),
    };
    let rule = match lacking.rule.as_str() {
        "" => "a finding",
        rule => rule,
    };
    format!("{} ({first}{more})", plain(rule))
}

/// Why something is no subject, and what its checksum says to that.
pub(super) fn explained(found: &Leaked, why: Why) -> Why {
    match found.checksum {
        Checksum::Wrong => Why {
            text: format!("{}; {}", why.text, doubt(found)),
            ..why
        },
        Checksum::Right | Checksum::Unknown => why,
    }
}

/// What is said where a checksum is wrong.
pub(super) fn doubt(found: &Leaked) -> String {
    format!(
        "it looks like a secret of {}, and its checksum is wrong: mistyped, cut off, or an example",
        found.kind
    )
}

/// What else a credential may be.
pub(super) fn ambiguity(session: &Session, found: &Leaked) -> String {
    let title = |kind| {
        let kind = session.catalogue.kind(kind);
        kind.map(|kind| kind.title.clone()).unwrap_or_default()
    };
    let all = std::iter::once(&found.kind).chain(&found.or);
    let all: Vec<String> = all
        .map(|kind| format!("{kind} ({})", title(kind)))
        .collect();
    format!(
        "{} has the form of several kinds: {}; the first that knows it counts",
        place(&found.seen.places.first().cloned().unwrap_or_default()),
        all.join(", ")
    )
}

/// What looks secret and belongs to nothing that is known.
pub(super) fn unknown(leak: &Leak) -> String {
    let mut parts = Vec::new();
    for (lacks, one, more) in [
        (
            Lacks::Secret,
            "finding is without its secret",
            "findings are without their secrets",
        ),
        (
            Lacks::Provider,
            "finding is of no known credential",
            "findings are of no known credentials",
        ),
    ] {
        let these = leak.lacking.iter().filter(|lacking| lacking.lacks == lacks);
        match these.map(|lacking| lacking.seen.count).sum::<usize>() {
            0 => {}
            1 => parts.push(format!("1 {one}")),
            count => parts.push(format!("{count} {more}")),
        }
    }
    match leak.unknown {
        _ if !leak.lacking.is_empty() => {}
        0 => {}
        1 => parts
            .push("1 text looks like a secret of no known credential; it is not shown".to_owned()),
        count => parts.push(format!(
            "{count} texts look like secrets of no known credential; they are not shown"
        )),
    }
    if parts.is_empty() {
        return "nothing else in it looks like a secret".to_owned();
    }
    parts.join(", ")
}

/// What is kept of it all as evidence: names, fingerprints, places and times.
pub(super) fn kept(leak: &Leak, names: &[Option<Locator>], key: &[u8; 32]) -> Value {
    let found = leak.found.iter().zip(names).map(|(found, name)| {
        let print = found.secret.as_ref().map(|secret| secret.fingerprint(key));
        json!({
            "kind": found.kind, "id": found.id, "locator": name, "fingerprint": print,
            "checksum": found.checksum.word(), "scanner": found.said, "put_together": found.wrapped,
            "count": found.seen.count, "first": found.seen.first, "places": found.seen.places,
        })
    });
    let lacking = leak.lacking.iter().map(|lacking| {
        json!({
            "rule": lacking.rule, "lacks": lacking.lacks, "scanner": lacking.said,
            "count": lacking.seen.count, "first": lacking.seen.first, "places": lacking.seen.places,
        })
    });
    json!({
        "v": VERSION,
        "format": leak.format,
        "found": found.collect::<Vec<_>>(),
        "lacking": lacking.collect::<Vec<_>>(),
        "unknown": leak.unknown,
    })
}
