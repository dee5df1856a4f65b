//! Golden journals: one of each version of the format, with every kind of entry, and the state that it folds to for ever.

use std::path::{Path, PathBuf};

use contain::domain::Clock;
use contain::domain::case::Case;
use contain::domain::event::Event;
use contain::journal::{Journal, MemorySink, Report, check, read};
use serde_json::{Value, json};

fn goldens() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/journal");
    let files = folder.read_dir().unwrap().map(|file| file.unwrap().path());
    files
        .filter(|file| file.extension().is_some_and(|kind| kind == "jsonl"))
        .collect()
}

/// What a journal says, in notions that do not change with the program.
fn state(case: &Case) -> Value {
    let runs = case.runs.iter().map(|(number, run)| {
        let plans: Vec<_> = run
            .plans
            .iter()
            .map(|(round, plan)| json!([round, plan]))
            .collect();
        json!({
            "run": number, "opened_at": run.opened_at, "outcome": run.outcome, "plans": plans,
            "rounds": run.rounds.len(), "subjects": run.order.subjects,
        })
    });
    let lives = case.lives.iter().map(|(item, life)| {
        json!({
            "item": item, "state": life.state, "verdict": life.verdict, "attempts": life.attempts,
            "made": life.made, "delivered": life.delivered, "spent": life.spent, "gone": life.gone,
            "acted_at": life.acted_at, "principal": life.principal,
        })
    });
    let found = case
        .found
        .iter()
        .map(|(item, (at, reading))| json!([item, at, reading.found.len()]));
    let decided = case
        .decided
        .iter()
        .map(|(item, (at, decision))| json!([item, at, decision]));
    let attached = case
        .attached
        .iter()
        .map(|file| json!([file.at, file.path, file.digest, file.about]));
    let by_hand = case
        .by_hand
        .iter()
        .map(|((action, target), at)| json!([action, target, at]));
    json!({
        "incident": case.incident, "drill": case.drill, "since": case.since, "opened_at": case.opened_at,
        "closed": case.closed, "latest": case.latest, "notes": case.notes,
        "mandates": case.mandates, "spent": case.spent, "ended": case.ended,
        "waived": case.waived.iter().collect::<Vec<_>>(),
        "reviews": case.reviews.iter().collect::<Vec<_>>(),
        "runs": runs.collect::<Vec<_>>(), "lives": lives.collect::<Vec<_>>(),
        "found": found.collect::<Vec<_>>(), "decided": decided.collect::<Vec<_>>(),
        "attached": attached.collect::<Vec<_>>(), "by_hand": by_hand.collect::<Vec<_>>(),
    })
}

#[tokio::test]
async fn a_journal_of_every_version_verifies_folds_to_what_it_always_did_and_is_written_on() {
    let goldens = goldens();
    assert!(!goldens.is_empty());
    for golden in goldens {
        let bytes = std::fs::read(&golden).unwrap();
        let Report::Intact(whole) = check(&bytes) else {
            panic!("{}: {}", golden.display(), check(&bytes))
        };
        assert_eq!(whole.opaque, 0, "{}", golden.display());
        let memory = MemorySink::holding(&bytes);
        let record = read(&mut memory.clone()).unwrap();
        let said = state(&record.case);
        let stored = golden.with_extension("state.json");
        let wanted = std::fs::read_to_string(&stored).unwrap_or_default();
        let wanted: Value = serde_json::from_str(&wanted).unwrap_or_default();
        if said != wanted {
            // What was released stays as it is: this is for a version that is new here.
            let beside = std::env::temp_dir().join(stored.file_name().unwrap());
            std::fs::write(&beside, serde_json::to_string_pretty(&said).unwrap() + "\n").unwrap();
            panic!(
                "{} folds to what is in {}",
                golden.display(),
                beside.display()
            );
        }
        // What it says it says again, byte for byte.
        let text = String::from_utf8(bytes.clone()).unwrap();
        for (line, written) in record.lines.iter().zip(text.split_inclusive('\n')) {
            let said = String::from_utf8(line.render().unwrap()).unwrap();
            assert_eq!(said, written, "{}", golden.display());
        }
        let clock = Clock::wall();
        let (journal, _) = Journal::open(Box::new(memory.clone()), clock, "solo").unwrap();
        let text = "written on".to_owned();
        journal.append(vec![Event::Noted { text }]).await.unwrap();
        assert!(memory.bytes().starts_with(&bytes));
        assert!(matches!(check(&memory.bytes()), Report::Intact(_)));
    }
}
