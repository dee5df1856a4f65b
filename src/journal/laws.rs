//! Laws of the journal, and the sample entries that its tests share.

use std::io::ErrorKind;

use serde_json::json;

use super::*;
use crate::domain::digest::hex;
use crate::domain::event::Answered;

type Tried = Result<(), Box<dyn std::error::Error>>;

/// How much of a journal a test wants.
pub(super) enum Sample {
    /// So many entries.
    Entries(usize),
    /// So many entries of another incident.
    OtherIncident(usize),
    /// At least so many bytes.
    AtLeast(usize),
}

fn event(value: serde_json::Value) -> Event {
    match serde_json::from_value(value) {
        Ok(event) => event,
        Err(error) => unreachable!("{error}"),
    }
}

fn key(n: usize) -> String {
    format!("isolate/stop[{n}]")
}

fn item(n: usize) -> serde_json::Value {
    json!({"run": 1, "round": 1, "key": key(n)})
}

fn target(n: usize) -> String {
    format!("aws:access-key/AKIA{n:016}@123456789012")
}

pub(super) fn intended(n: usize) -> Event {
    let call = json!({
        "action": "aws.deactivate-access-key", "target": target(n), "with": {"user": {"is": "ci"}},
        "tag": "contain-0123456789abcdef",
    });
    let before = json!({
        "target": target(n), "at": "2026-01-01T00:00:00Z",
        "fact": {"present": {"status": "Active", "principal": "aws:user/ci@123456789012"}},
    });
    event(json!({"kind": "intended", "body": {
        "item": item(n), "attempt": 1, "call": call, "before": before,
        "spent": ["0123456789abcdef"], "policies": ["permit-reversible-isolation"],
    }}))
}

pub(super) fn answered(n: usize) -> Event {
    let outcome = json!({"done": {"applied": true, "made": [], "fields": {"request_id": "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE"}}});
    event(json!({"kind": "answered", "body": {"item": item(n), "attempt": 1, "outcome": outcome}}))
}

fn noted(text: &str) -> Event {
    Event::Noted { text: text.into() }
}

fn opening(incident: &str, items: usize) -> Vec<Event> {
    let digest = hex(&[7; 32]);
    let planned: Vec<_> = (0..items)
        .map(|n| json!({"key": key(n), "action": "aws.deactivate-access-key", "target": target(n), "tier": 1, "reversible": true, "probe": false, "does": "act"}))
        .collect();
    vec![
        event(json!({"kind": "opened", "body": {
            "incident": incident, "drill": false, "since": "2026-01-01T00:00:00Z", "reason": "leak \"x\"", "ticket": null,
        }})),
        event(json!({"kind": "run-opened", "body": {"run": 1, "order": {
            "verb": "isolate", "playbook": "isolate", "digest": digest, "subjects": [target(0)], "inputs": {}, "include": [],
            "cuts": true, "exact": false, "wait": false, "since": "2026-01-01T00:00:00Z", "secrets": [], "acting_as": [], "endpoints": {},
            "tool": "0.1.0", "policy": digest,
        }}})),
        event(json!({"kind": "plan-frozen", "body": {
            "run": 1, "round": 1, "digest": digest, "expires": "2026-01-01T01:00:00Z", "items": planned,
        }})),
    ]
}

/// An incident with a plan of `items`, each intended and answered.
pub(super) fn events(items: usize) -> Vec<Event> {
    let acted = (0..items).flat_map(|n| [intended(n), answered(n)]);
    opening("inc-1", items).into_iter().chain(acted).collect()
}

/// Renders entries as a chain, legal or not.
pub(super) fn lines_of(actor: &str, events: &[Event]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut prev = crate::domain::Digest::ZERO;
    for (seq, event) in (1..).zip(events) {
        let fragment = entry::fragment(event).unwrap_or_default();
        let actor = format!("\"{actor}\"");
        let at = Time::UNIX_EPOCH;
        prev = entry::seal(&mut bytes, seq, at, (&actor, &fragment), &prev).unwrap_or(prev);
    }
    bytes
}

pub(super) fn journal_of(sample: Sample) -> Vec<u8> {
    let all = |incident, items: usize| {
        let acted = (0..items).flat_map(|n| [intended(n), answered(n), noted(&"n".repeat(n % 60))]);
        opening(incident, items)
            .into_iter()
            .chain(acted)
            .collect::<Vec<_>>()
    };
    match sample {
        Sample::Entries(count) => {
            lines_of("solo", all("inc-1", 12).get(..count).unwrap_or_default())
        }
        Sample::OtherIncident(count) => {
            lines_of("solo", all("inc-2", 12).get(..count).unwrap_or_default())
        }
        // Many lines rather than one long plan: what changing every byte costs grows with the square of a line.
        Sample::AtLeast(bytes) => (0..)
            .step_by(16)
            .map(|notes| {
                let more = (0..notes).map(|n| noted(&"n".repeat(n % 240)));
                lines_of("solo", &[all("inc-1", 8), more.collect()].concat())
            })
            .find(|rendered| rendered.len() >= bytes)
            .unwrap_or_default(),
    }
}

fn open(sink: impl Sink + 'static) -> Result<(Journal, Case), Error> {
    Journal::open(Box::new(sink), Clock::wall(), "solo")
}

fn is_intact(bytes: &[u8]) -> bool {
    matches!(check(bytes), Report::Intact(_))
}

fn kinds(bytes: &[u8]) -> Vec<&'static str> {
    let record = read(&mut MemorySink::holding(bytes));
    let lines = record.map(|record| record.lines).unwrap_or_default();
    lines.iter().map(|line| line.event.kind()).collect()
}

#[tokio::test]
async fn what_was_appended_is_what_the_next_opening_folds() -> Tried {
    let memory = MemorySink::default();
    let (journal, empty) = open(memory.clone())?;
    assert!(empty.opened_at.is_none());
    let mut progress = journal.subscribe();
    let stamps = journal.append(events(2)).await?;
    assert_eq!(
        stamps.iter().map(|s| s.seq).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6, 7]
    );
    let (_, case) = open(memory.clone())?;
    assert_eq!(case.incident, "inc-1");
    assert_eq!(journal.with_case(|live| live.lives.clone()), case.lives);
    assert_eq!(progress.try_recv()?.event.kind(), "opened");
    let intact = check(&memory.bytes());
    assert!(matches!(intact, Report::Intact(found) if found.entries == 7));
    Ok(())
}

#[tokio::test]
async fn a_torn_tail_is_set_aside_and_noted() -> Tried {
    let whole = journal_of(Sample::Entries(5));
    let line = journal_of(Sample::Entries(6));
    for cut in [whole.len() + 1, line.len() - 1, line.len() - 40] {
        let torn = line.get(..cut).unwrap_or_default();
        assert!(matches!(check(torn), Report::Torn { .. }));
        let memory = MemorySink::holding(torn);
        assert_eq!(
            read(&mut memory.clone())?.torn,
            u64::try_from(cut - whole.len())?
        );
        assert_eq!(memory.bytes(), torn, "reading changes nothing");
        open(memory.clone())?;
        assert!(memory.bytes().starts_with(&whole));
        assert_eq!(kinds(&memory.bytes()).last(), Some(&"set-aside"));
        assert!(is_intact(&memory.bytes()));
        let kept = memory.clone().kept()?;
        assert_eq!(
            kept.values().next().map(Vec::as_slice),
            torn.get(whole.len()..)
        );
        let before = memory.bytes();
        open(memory.clone())?;
        assert_eq!(memory.bytes(), before, "it is noted once");
    }
    Ok(())
}

#[tokio::test]
async fn a_kill_between_cutting_and_noting_leaves_the_note_to_the_next() -> Tried {
    let torn = [journal_of(Sample::Entries(5)), b"{\"v\":1,".to_vec()].concat();
    let memory = MemorySink::holding(&torn);
    assert!(open(Injecting::kill(memory.clone(), 1, Fails::Before)).is_err());
    assert_eq!(memory.bytes(), journal_of(Sample::Entries(5)));
    open(memory.clone())?;
    assert_eq!(kinds(&memory.bytes()).last(), Some(&"set-aside"));
    Ok(())
}

#[tokio::test]
async fn nobody_writes_on_a_damaged_journal() -> Tried {
    let mut bytes = journal_of(Sample::Entries(5));
    bytes
        .iter_mut()
        .last()
        .into_iter()
        .for_each(|byte| *byte = b' ');
    let memory = MemorySink::holding(&bytes);
    let refusal = open(memory.clone()).map(drop);
    assert!(matches!(
        refusal,
        Err(Error::Damaged {
            line: 5,
            why: Fault::Overrun,
            ..
        })
    ));
    assert_eq!(memory.bytes(), bytes);

    let memory = MemorySink::holding(&journal_of(Sample::Entries(5)));
    let (journal, _) = open(memory.clone())?;
    memory.clone().write(b"something else\n")?;
    let before = memory.bytes();
    assert!(matches!(
        journal.append(vec![noted("x")]).await,
        Err(Error::Damaged { .. })
    ));
    assert!(matches!(
        journal.append(vec![noted("x")]).await,
        Err(Error::Lost { .. })
    ));
    assert_eq!(memory.bytes(), before);
    Ok(())
}

#[tokio::test]
async fn two_handles_on_one_file_interleave_and_verify() -> Tried {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("journal.jsonl");
    file::create(&path)?;
    let (first, _) = open(FileSink::open(&path)?)?;
    let (second, _) = open(FileSink::open(&path)?)?;
    first.append(opening("inc-1", 40)).await?;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..40 {
        let journal = if n % 2 == 0 { &first } else { &second }.acting(format!("op-{n}"));
        tasks.spawn(async move {
            journal.append(vec![intended(n)]).await?;
            journal.append(vec![answered(n)]).await
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    assert!(is_intact(&file::read(&path)?));
    first.refresh().await?;
    second.refresh().await?;
    let lives = first.with_case(|case| case.lives.clone());
    assert_eq!(lives, second.with_case(|case| case.lives.clone()));
    assert!(lives.values().all(|life| life.acted_at.is_some()));
    Ok(())
}

#[tokio::test]
async fn nothing_is_acknowledged_before_it_is_durable() -> Tried {
    for how in [Fails::Before, Fails::Partly(100), Fails::AtSync] {
        for kind in [ErrorKind::StorageFull, ErrorKind::Other] {
            let memory = MemorySink::holding(&journal_of(Sample::Entries(4)));
            let (journal, _) = open(Injecting::error(memory.clone(), 1, how, kind))?;
            let mut progress = journal.subscribe();
            let refused = journal.append(vec![noted("lost")]).await;
            assert!(matches!(refused, Err(Error::Io { source, .. }) if source.kind() == kind));
            assert!(journal.lost().is_some());
            assert!(journal.with_case(|case| case.notes.is_empty()));
            assert!(progress.try_recv().is_err());
        }
    }
    Ok(())
}

#[tokio::test]
async fn after_a_failed_sync_nothing_more_is_written() -> Tried {
    let memory = MemorySink::default();
    let failing = Injecting::error(memory.clone(), 2, Fails::AtSync, ErrorKind::Other);
    let (journal, _) = open(failing)?;
    journal.append(events(1)).await?;
    assert!(journal.append(vec![noted("x")]).await.is_err());
    let before = memory.bytes();
    match journal.append(vec![noted("y")]).await {
        Err(Error::Lost { source, .. }) => {
            assert!(source.is_some(), "why is known and not told");
        }
        other => unreachable!("{other:?}"),
    }
    assert_eq!(memory.bytes(), before);
    assert!(open(memory.clone()).is_ok());
    Ok(())
}

#[tokio::test]
async fn a_kill_at_every_append_leaves_a_journal_that_verifies() -> Tried {
    let script = events(3);
    for nth in 1.. {
        let mut killed = false;
        for how in [
            Fails::Before,
            Fails::Partly(1),
            Fails::Partly(300),
            Fails::AtSync,
            Fails::After,
        ] {
            let memory = MemorySink::default();
            let (journal, _) = open(Injecting::kill(memory.clone(), nth, how))?;
            let mut acknowledged = 0;
            for event in &script {
                match journal.append(vec![event.clone()]).await {
                    Ok(_) => acknowledged += 1,
                    Err(_) => break,
                }
            }
            killed |= acknowledged < script.len();
            let (reopened, _) = open(memory.clone())?;
            assert!(is_intact(&memory.bytes()), "append {nth}, {how:?}");
            let record = read(&mut memory.clone())?;
            let kept: Vec<_> = record.lines.into_iter().map(|line| line.event).collect();
            assert!(kept.starts_with(script.get(..acknowledged).unwrap_or_default()));
            reopened.append(vec![noted("on")]).await?;
        }
        if !killed {
            break;
        }
    }
    Ok(())
}

#[tokio::test]
async fn an_illegal_entry_is_refused_with_nothing_written() -> Tried {
    let memory = MemorySink::default();
    let (journal, _) = open(memory.clone())?;
    journal.append(opening("inc-1", 3)).await?;
    let before = memory.bytes();
    let pair = vec![intended(0), intended(0)];
    assert!(matches!(
        journal.append(pair).await,
        Err(Error::Illegal { .. })
    ));
    assert!(matches!(
        journal.append(vec![answered(1)]).await,
        Err(Error::Illegal { .. })
    ));
    assert!(matches!(
        journal.append(opening("inc-2", 1)).await,
        Err(Error::Foreign { .. })
    ));
    assert_eq!(memory.bytes(), before);
    assert!(journal.lost().is_none());
    journal.append(vec![intended(0), answered(0)]).await?;
    Ok(())
}

#[tokio::test]
async fn one_illegal_caller_does_not_spoil_the_group() -> Tried {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("journal.jsonl");
    file::create(&path)?;
    let (journal, _) = open(FileSink::open(&path)?)?;
    journal.append(opening("inc-1", 60)).await?;
    let all = (0..60).map(|n| {
        let second = if n % 3 == 0 { intended(n) } else { answered(n) };
        journal.append(vec![intended(n), second])
    });
    let answers = futures_util::future::join_all(all.collect::<Vec<_>>()).await;
    for (n, answer) in answers.iter().enumerate() {
        assert_eq!(answer.is_ok(), n % 3 != 0);
    }
    assert!(is_intact(&file::read(&path)?));
    Ok(())
}

#[tokio::test]
async fn group_commit_keeps_the_order_of_each_caller() -> Tried {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("journal.jsonl");
    file::create(&path)?;
    let (journal, _) = open(FileSink::open(&path)?)?;
    journal.append(opening("inc-1", 1)).await?;
    let mut tasks = tokio::task::JoinSet::new();
    for caller in 0..8 {
        let journal = journal.clone();
        tasks.spawn(async move {
            let queued: Vec<_> = (0..50)
                .map(|n| journal.append(vec![noted(&format!("{caller} {n}"))]))
                .collect();
            futures_util::future::join_all(queued).await
        });
    }
    while let Some(done) = tasks.join_next().await {
        let stamps = done?.into_iter().collect::<Result<Vec<_>, _>>()?;
        assert!(stamps.iter().flatten().is_sorted_by_key(|stamp| stamp.seq));
    }
    let notes = journal.with_case(|case| case.notes.clone());
    for caller in 0..8 {
        let mine = notes
            .iter()
            .filter(|(_, text)| text.starts_with(&format!("{caller} ")));
        let order: Vec<_> = mine
            .filter_map(|(_, text)| text.get(2..)?.parse::<u8>().ok())
            .collect();
        assert_eq!(order, (0..50).collect::<Vec<_>>());
    }
    assert!(is_intact(&file::read(&path)?));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn under_a_simulated_clock_equal_runs_give_equal_bytes() -> Tried {
    let mut seen = Vec::new();
    for _ in 0..2 {
        let memory = MemorySink::default();
        let clock = Clock::simulated(Time::UNIX_EPOCH, 1);
        let (journal, _) = Journal::open(Box::new(memory.clone()), clock, "drill")?;
        journal.append(events(2)).await?;
        seen.push(memory.bytes());
    }
    assert_eq!(seen.first(), seen.last());
    Ok(())
}

#[tokio::test]
async fn time_never_goes_back_between_entries() -> Tried {
    let memory = MemorySink::default();
    let ahead = Clock::wall();
    ahead.not_before(ahead.now() + crate::domain::Duration::from_hours(3));
    let (journal, _) = Journal::open(Box::new(memory.clone()), ahead, "fast")?;
    let early = journal.append(opening("inc-1", 1)).await?;
    let (journal, _) = open(memory.clone())?;
    let late = journal.append(vec![noted("x")]).await?;
    assert!(late.first().map(|s| s.at) >= early.last().map(|s| s.at));
    assert!(is_intact(&memory.bytes()));
    Ok(())
}

#[test]
fn a_second_answer_is_not_in_the_one_table() {
    let mut twice = events(1);
    twice.push(answered(0));
    assert!(matches!(
        &twice.last(),
        Some(Event::Answered {
            outcome: Answered::Done { .. },
            ..
        })
    ));
    let report = check(&lines_of("solo", &twice));
    assert!(matches!(report, Report::Damaged { line: 6, .. }));
}
