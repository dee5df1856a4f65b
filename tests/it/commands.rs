//! Command lines for people: whatever a name holds, a shell takes it for a name.

use std::collections::BTreeMap;
use std::process::Command;

use contain::domain::item::Asked;
use contain::domain::plan::{Pending, Plan};
use contain::domain::{
    Arg, Call, Clock, Digest, Fact, Item, ItemKey, Locator, Phase, Seen, Tag, Tier, Time, Work,
};
use contain::provider::aws::{Aws, Settings};
use contain::provider::{Catalogue, Provider as _};
use contain::report::commands::script;
use serde_json::json;

const HOSTILE: [&str; 14] = [
    "bot",
    "a b",
    "it's",
    "'; touch pwned; '",
    "$(touch pwned)",
    "`touch pwned`",
    "\"; touch pwned; \"",
    "a\ntouch pwned\n",
    "a\r\ttouch pwned",
    "\u{1b}[2J\u{202e}gnp",
    "a # b && touch pwned | x > pwned < y & *",
    "\\'; touch pwned; \\'",
    "~/!!{a,b}[c]?",
    "naïve 名前",
];

fn aws() -> Aws {
    Aws::new(Settings::default(), Clock::simulated(Time::UNIX_EPOCH, 1))
}

/// Runs lines in bash where `aws` writes down its arguments, one call a line of JSON strings, and nothing else exists.
fn calls(lines: &str) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let shim = "PATH=\n\
        date() { echo 2026-03-01T03:07:00Z; }\n\
        aws() { printf '%s\\0' \"$@\" >>calls; printf '\\1\\0' >>calls; echo owner; }\n";
    let script = folder.path().join("script");
    std::fs::write(&script, format!("{shim}{lines}")).unwrap();
    let ended = Command::new("bash")
        .arg(&script)
        .current_dir(folder.path())
        .env_clear()
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.success() && said.is_empty(), "{said}\n{lines}");
    assert!(!folder.path().join("pwned").exists(), "{lines}");
    let made: Vec<_> = folder.path().read_dir().unwrap().collect();
    assert!(made.len() <= 2, "{made:?}\n{lines}");
    let text = std::fs::read_to_string(folder.path().join("calls")).unwrap_or_default();
    let words: Vec<&str> = text.split_terminator('\0').collect();
    words
        .split(|word| *word == "\u{1}")
        .filter(|call| !call.is_empty())
        .map(|call| call.iter().map(|&word| word.to_owned()).collect())
        .collect()
}

fn call(spec: &contain::domain::Spec, id: &str, value: &Arg) -> Call {
    let with = spec
        .touches
        .iter()
        .map(|touch| (touch.field.clone(), value.clone()));
    Call {
        action: spec.id.clone(),
        target: Locator::new(&spec.on, id, Some("123456789012")),
        with: with.collect(),
        secret: None,
        tag: Tag(String::new()),
    }
}

#[test]
fn no_name_and_no_document_breaks_out_of_its_word() {
    let aws = aws();
    for spec in aws.actions() {
        for id in HOSTILE {
            for value in HOSTILE
                .map(|text| Arg::Is(json!(text)))
                .into_iter()
                .chain([Arg::AtCall, Arg::Is(json!(null))])
            {
                let lines = aws.commands(&call(spec, id, &value));
                for line in &lines {
                    assert!(!line.contains(['\n', '\r', '\u{1b}', '\u{202e}']), "{line}");
                }
            }
        }
    }
    // Each word once through a real shell: the target, and what is put back.
    for spec in aws.actions() {
        let named: String = HOSTILE
            .iter()
            .flat_map(|id| aws.commands(&call(spec, id, &Arg::Is(json!(null)))))
            .map(|line| line + "\n")
            .collect();
        let told = calls(&named);
        for id in HOSTILE {
            assert!(
                told.iter().any(|call| call.iter().any(|word| word == id)),
                "{}: {id:?} is not among {told:?}",
                spec.id
            );
        }
        let back: String = HOSTILE
            .iter()
            .flat_map(|text| aws.commands(&call(spec, "bot", &Arg::Is(json!(text)))))
            .map(|line| line + "\n")
            .collect();
        if back.contains("--policy-document")
            && matches!(spec.effect, contain::domain::Effect::Open)
        {
            let told = calls(&back);
            for text in HOSTILE {
                assert!(
                    told.iter().any(|call| call.iter().any(|word| word == text)),
                    "{}: {text:?} is not among {told:?}",
                    spec.id
                );
            }
        }
    }
}

#[test]
fn what_the_program_would_read_as_option_or_file_is_left_to_people() {
    let aws = aws();
    for spec in aws.actions() {
        for id in ["--no-verify-ssl", "-x", "file:///etc/passwd", "http://a"] {
            assert!(
                aws.commands(&call(spec, id, &Arg::Is(json!("in-force"))))
                    .is_empty()
            );
            assert!(
                aws.commands(&call(spec, "bot", &Arg::Is(json!(id))))
                    .is_empty()
            );
        }
    }
}

fn item(phase: Phase, step: &str, work: Work, before: Option<Seen>) -> Item {
    let key = ItemKey {
        phase,
        step: step.to_owned(),
        each: Some("each\ntouch pwned".to_owned()),
        subject: None,
    };
    Item {
        before,
        tier: Tier::LOW,
        ..Item::new(key, work)
    }
}

#[test]
fn a_script_is_commands_and_comments_whatever_its_plan_holds() {
    let provider = aws();
    let mut items = Vec::new();
    for (at, evil) in HOSTILE
        .into_iter()
        .chain(["--option", "file:///etc/passwd"])
        .enumerate()
    {
        for spec in provider
            .actions()
            .iter()
            .filter(|spec| spec.cut().is_some())
        {
            let call = Call {
                with: spec.arguments(&BTreeMap::new()),
                ..call(spec, evil, &Arg::AtCall)
            };
            let fields = spec
                .touches
                .iter()
                .map(|touch| (touch.field.clone(), json!(evil)));
            let seen = Seen {
                target: call.target.clone(),
                at: Time::UNIX_EPOCH,
                fact: Fact::Present(fields.collect()),
            };
            let step = format!("{}-{at}", spec.id);
            items.push(item(Phase::Isolate, &step, Work::Act(call), Some(seen)));
        }
        let asked = Asked {
            target: Some("aws:user/x@1".parse().unwrap()),
            text: format!("{evil}\n$(touch pwned)"),
            ..Asked::default()
        };
        items.push(item(Phase::Isolate, evil, Work::Manual(asked), None));
    }
    let plan = Plan {
        v: 1,
        incident: "i".to_owned(),
        run: 1,
        round: 1,
        after: None,
        made_from: BTreeMap::new(),
        acting_as: Vec::new(),
        subjects: Vec::new(),
        at: Time::UNIX_EPOCH,
        expires: Time::UNIX_EPOCH,
        items,
        pending: vec![Pending {
            phase: Phase::Inventory,
            step: "s\ntouch pwned".to_owned(),
            why: "\ntouch pwned".to_owned(),
        }],
        outside: Vec::new(),
        not_seen: Vec::new(),
    };
    let catalogue = Catalogue::new(vec![std::sync::Arc::new(provider)]);
    let text = script(&plan, Digest::ZERO, &catalogue);
    for line in text.lines() {
        assert!(
            line.is_empty() || line.starts_with("# ") || line.starts_with("aws "),
            "{line}"
        );
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
    assert!(calls(&text).len() > HOSTILE.len());
    let undone: String = text
        .lines()
        .filter_map(|line| {
            line.strip_prefix("# undo: ")
                .filter(|line| line.starts_with("aws "))
        })
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(calls(&undone).len() > HOSTILE.len());
}
