//! What must be true of any bytes at all that are read as a playbook, a journal, a plan, a list of allowed signers or a
//! report of what leaked.
//!
//! The bodies of the fuzz targets; a test runs them over the corpus. Never knows where the bytes come from.

use std::sync::{Arc, OnceLock};

use crate::domain::plan::Plan;
use crate::domain::{Clock, Digest, Kind, Recogniser, Spec, Time};
use crate::journal::{self, Error, Journal, Line, MemorySink, Report};
use crate::playbook::{self, Refused, Vocabulary};
use crate::provider::simulated::{Pace, Settings, Simulated, World};
use crate::provider::{Catalogue, Provider, aws, leak};
use crate::signature::AllowedSigners;

/// What a line names the lines before it by, and the rest of it.
const PREV: &str = ",\"prev\":\"";

/// A playbook is loaded, or refused with places that are in the file; what may be a secret is nowhere shown. Says whether
/// it was loaded.
pub fn playbook(bytes: &[u8]) -> bool {
    static WORDS: OnceLock<(Vec<Kind>, Vec<Spec>)> = OnceLock::new();
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let (kinds, actions) = WORDS.get_or_init(|| (aws::kinds(), aws::actions()));
    let vocabulary = Vocabulary {
        kinds: kinds.iter().collect(),
        actions: actions.iter().collect(),
    };
    match playbook::load("any.yaml", text, &vocabulary) {
        Ok(playbook) => {
            assert_eq!(playbook.digest, Digest::of(bytes));
            true
        }
        Err(refused) => {
            check_refused(text, &refused);
            false
        }
    }
}

fn check_refused(text: &str, refused: &Refused) {
    assert!(!refused.problems.is_empty(), "refused for nothing");
    assert_eq!(refused.text.len(), text.len(), "a place would move");
    let lines = text.split('\n').count();
    for problem in &refused.problems {
        let (start, end) = (problem.span.start, problem.span.end);
        assert!(start <= end && end <= text.len(), "{problem:?}");
        let (line, column) = refused.place(problem);
        assert!((1..=lines).contains(&line) && column >= 1, "{problem:?}");
        let hidden = &refused.text.as_bytes()[start..end];
        let is_hidden = hidden.iter().all(|byte| b"*\n".contains(byte));
        assert!(!problem.secret || is_hidden, "{problem:?} is shown");
        assert!(
            playbook::diagnostic::CODES
                .iter()
                .any(|(code, _)| *code == problem.code),
            "{problem:?} has no code of ours"
        );
    }
    let shown = refused.render(false);
    assert!(shown.contains("any.yaml:"), "{shown}");
    let moves = |shown: char| shown.is_control() && shown != '\n';
    assert!(!shown.contains(moves), "{shown:?}");
}

/// A list of allowed signers is read, or refused at a place that is in the file. Says whether it was read.
pub fn allowed_signers(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    match AllowedSigners::parse(text) {
        Ok(signers) => {
            let said = text.lines().map(str::trim);
            let said = said.filter(|line| !line.is_empty() && !line.starts_with('#'));
            assert_eq!(signers.len(), said.count(), "a line was passed over");
            true
        }
        Err(invalid) => {
            let line = text.lines().nth(invalid.line - 1);
            let length = line.map(|line| line.chars().count());
            let is_there = length.is_some_and(|length| invalid.column <= length + 1);
            assert!(is_there && invalid.column >= 1, "{invalid}");
            false
        }
    }
}

/// Vendors whose credentials are of simple forms, and AWS.
fn vendors() -> &'static (Catalogue, Arc<Recogniser>) {
    static VENDORS: OnceLock<(Catalogue, Arc<Recogniser>)> = OnceLock::new();
    VENDORS.get_or_init(|| {
        let kind = |id: &str, is: &str| {
            serde_json::json!({"id": id, "title": id, "credential": true, "readable": "by-secret",
                "recognise": [{"is": is, "secret": true}]})
        };
        let acme = "^acme_(?P<checked>[A-Za-z0-9]{30})(?P<crc32_base62>[A-Za-z0-9]{6})$";
        let simple = serde_json::json!([
            kind("acme:token", acme),
            kind("acme:key", "^beta-[A-Za-z0-9]{22}$")
        ]);
        let simple: Vec<Kind> = serde_json::from_value(simple).unwrap();
        let provider = |name: &str, kinds| {
            let world = World::new(1, Pace::default()).share();
            let clock = Clock::simulated(Time::UNIX_EPOCH, 0);
            let settings = Settings::default();
            Arc::new(Simulated::new(
                name,
                kinds,
                Vec::new(),
                world,
                clock,
                settings,
            )) as Arc<dyn Provider>
        };
        let catalogue = Catalogue::new(vec![
            provider("aws", aws::kinds()),
            provider("acme", simple),
        ]);
        let recogniser = Arc::new(Recogniser::new(catalogue.kinds()));
        (catalogue, recogniser)
    })
}

/// What leaked is read, or refused at a place that is there; no secret that was found is shown. Says whether anything was
/// found.
pub fn report(bytes: &[u8]) -> bool {
    let (catalogue, recogniser) = vendors();
    match leak::read_by(catalogue, recogniser, bytes) {
        Ok(leak) => {
            let shown = format!("{leak:?}");
            let secrets = leak.found.iter().filter_map(|found| found.secret.as_ref());
            for secret in secrets {
                assert!(!shown.contains(secret.expose()), "a secret is shown");
            }
            for found in &leak.found {
                assert!(found.seen.count >= found.seen.places.len().max(1));
                assert!(found.id.is_some() || found.secret.is_some());
            }
            !leak.found.is_empty()
        }
        Err(refused) => {
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
            // Wide texts have more bytes to a line, and as many lines.
            assert!((1..=lines).contains(&refused.line), "{refused}");
            assert!(refused.column >= 1 && !refused.to_string().contains('\n'));
            false
        }
    }
}

/// A journal is checked, read and opened alike, as it stands and with its chain mended, which lets changed entries
/// through to those who understand them. Says whether it is intact and would be written just so.
pub fn journal(bytes: &[u8]) -> bool {
    if let Ok(text) = std::str::from_utf8(bytes) {
        check_journal(&mended(text));
    }
    check_journal(bytes)
}

/// The same entries under numbers and hashes that fit.
fn mended(text: &str) -> Vec<u8> {
    let (mut all, mut prev) = (Vec::new(), Digest::ZERO);
    for (nth, line) in text.split_inclusive('\n').enumerate() {
        let is_whole = line.ends_with('\n');
        let head = line.rfind(PREV).map_or(line.trim_end(), |at| &line[..at]);
        let after = head.split_once(",\"at\":").map_or(head, |(_, after)| after);
        let head = format!("{{\"v\":1,\"seq\":{},\"at\":{after}{PREV}{prev}\"", nth + 1);
        prev = Digest::of(head.as_bytes());
        all.extend_from_slice(format!("{head},\"hash\":\"{prev}\"}}").as_bytes());
        all.extend(is_whole.then_some(b'\n'));
    }
    all
}

fn check_journal(bytes: &[u8]) -> bool {
    let report = journal::check(bytes);
    assert!(!report.to_string().contains('\n'), "{report}");
    let read = journal::read(&mut MemorySink::holding(bytes));
    let (whole, torn) = match (&report, &read) {
        (Report::Intact(whole), Ok(_)) => (whole, 0),
        (Report::Torn { whole, bytes }, Ok(_)) => (whole, *bytes),
        (
            Report::Damaged { line, offset, why },
            Err(Error::Damaged {
                line: at,
                offset: from,
                why: because,
                ..
            }),
        ) => {
            assert_eq!((line, offset, why), (at, from, because));
            assert!(open(bytes).is_none(), "written on though {report}");
            return false;
        }
        (_, read) => panic!("{report}, and reading says {read:?}"),
    };
    let record = read.unwrap();
    assert_eq!(record.torn, torn);
    assert_eq!(record.lines.len() as u64 + whole.opaque, whole.entries);
    if let Some(after) = open(bytes) {
        let kept = bytes.len() - usize::try_from(torn).unwrap();
        assert!(after.starts_with(&bytes[..kept]), "what was kept changed");
        let after = journal::check(&after);
        assert!(matches!(after, Report::Intact(_)), "{after}");
    } else {
        assert!(whole.opaque > 0, "refused though {report}");
    }
    let again: Vec<u8> = record.lines.iter().flat_map(rendered).collect();
    again == bytes
}

/// What a journal holds once it was opened for writing; `None` where that is refused.
fn open(bytes: &[u8]) -> Option<Vec<u8>> {
    let sink = MemorySink::holding(bytes);
    let clock = Clock::simulated(Time::UNIX_EPOCH, 0);
    let opened = Journal::open(Box::new(sink.clone()), clock, "fuzz");
    if opened.is_err() {
        assert_eq!(sink.bytes(), bytes, "refused and changed");
    }
    opened.ok().map(|_| sink.bytes())
}

/// A line as it would be written; that is read as the same line, and written so again.
fn rendered(line: &Line) -> Vec<u8> {
    let bytes = line.render().unwrap();
    let again = Line::parse(bytes.strip_suffix(b"\n").unwrap()).unwrap();
    assert_eq!(
        (again.seq, again.at, &again.actor),
        (line.seq, line.at, &line.actor)
    );
    assert_eq!((&again.event, again.prev), (&line.event, line.prev));
    assert_eq!(
        again.render().unwrap(),
        bytes,
        "a line is not written twice alike"
    );
    bytes
}

/// A plan that is read is written as a plan that is the same, has the same digest, and is written so again. Says whether
/// it was read.
pub fn plan(bytes: &[u8]) -> bool {
    let Ok(plan) = serde_json::from_slice::<Plan>(bytes) else {
        return false;
    };
    let canonical = written(&plan);
    let again: Plan = serde_json::from_slice(&canonical).unwrap();
    assert_eq!(again, plan);
    assert_eq!(plan.digest().unwrap(), Digest::of(&canonical));
    assert_eq!(written(&again), canonical);
    true
}

fn written(plan: &Plan) -> Vec<u8> {
    let mut canonical = Vec::new();
    plan.write(&mut canonical).unwrap();
    canonical
}
