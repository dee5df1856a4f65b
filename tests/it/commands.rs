//! Command lines for people: whatever a name holds, a shell takes it for a name.

use std::collections::BTreeMap;
use std::process::Command;

use contain::domain::item::Asked;
use contain::domain::plan::{Pending, Plan};
use contain::domain::shell::quoted;
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

#[test]
fn a_word_comes_through_a_shell_as_it_was() {
    let said = |shell: &str, word: &str| {
        let line = format!("printf %s {}", quoted(word));
        assert!(!line.chars().any(char::is_control), "{line:?}");
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(shell);
        command.args(["-c", &line]).current_dir(folder.path());
        let output = command.output().unwrap();
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 0, "{word:?} did something");
        assert!(output.stderr.is_empty(), "{word:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let more = [
        "",
        "'",
        "''",
        " two  spaces ",
        "$HOME",
        "a\"b'c$d`e\\f",
        "-n",
        "%s%n",
        "x'",
    ];
    for word in HOSTILE.into_iter().chain(more) {
        assert_eq!(said("bash", word), word, "{word:?}");
        // What moves the cursor is spelled in a way that a shell from before POSIX 2024 does not read.
        if !quoted(word).starts_with("$'") {
            assert_eq!(said("sh", word), word, "{word:?}");
        }
    }
}

/// Runs lines in bash where `aws` writes down its arguments, one call a line of JSON strings, and nothing else exists.
fn calls(lines: &str) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let shim = "PATH=\n\
        date() { echo 2026-03-01T03:07:00Z; }\n\
        aws() { printf '%s\\0' \"$@\" >>calls; printf '\\1\\0' >>calls; echo owner; }\n\
        jq() { printf '%s\\0' \"$@\" >>calls; printf '\\1\\0' >>calls; echo 1; }\ngrep() { return 1; }\ncut() { echo root; }\nRESPONDER_ROLE_ARN=arn:x\n";
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

/// The ids of a kind that hold a name, and the parts that a command line makes of them beside it.
fn ids(noun: &str, name: &str) -> Vec<String> {
    match noun {
        // Its id is a number, and nothing else has command lines.
        "account" => vec!["123456789012".to_owned()],
        "identity-center-user" => {
            vec!["eu-west-1:a1b2c3d4-5678-90ab-cdef-111111111111".to_owned()]
        }
        "policy-attachment" | "inline-policy" => {
            vec![format!("role/{name}/x"), format!("group/x/{name}")]
        }
        "service-credential" | "ssh-key" | "signing-certificate" | "group-membership" => {
            vec![format!("{name}/x"), format!("x/{name}")]
        }
        "agent-alias" => {
            vec![format!("eu-west-1:{name}/x"), format!("eu-west-1:x/{name}")]
        }
        "secret"
        | "parameter"
        | "function"
        | "workload-identity"
        | "api-key-provider"
        | "trust-anchor"
        | "roles-anywhere-profile" => vec![format!("eu-west-1:{name}")],
        "user" | "role" | "access-key" | "login-profile" | "role-trust" | "instance-profile" => {
            vec![name.to_owned()]
        }
        other => panic!("how is a {other} named?"),
    }
}

/// Where a name stands in an id, and is not cut by a slash of its own.
fn is_whole(noun: &str, name: &str) -> bool {
    let is_bare = [
        "user",
        "role",
        "access-key",
        "login-profile",
        "role-trust",
        "instance-profile",
    ]
    .contains(&noun);
    let is_fixed = ["account", "identity-center-user"].contains(&noun);
    !is_fixed && (is_bare || !name.contains('/'))
}

fn call(spec: &contain::domain::Spec, id: &str, value: &Arg) -> Call {
    let fields = spec.touches.iter().map(|touch| &touch.field);
    let params = spec.params.iter().map(|param| &param.name);
    let with = fields
        .chain(params)
        .map(|name| (name.clone(), value.clone()));
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
        for id in HOSTILE.iter().flat_map(|name| ids(spec.on.noun(), name)) {
            for value in HOSTILE
                .map(|text| Arg::Is(json!(text)))
                .into_iter()
                .chain([Arg::AtCall, Arg::Is(json!(null))])
            {
                let lines = aws.commands(&call(spec, &id, &value));
                for line in &lines {
                    assert!(!line.contains(['\n', '\r', '\u{1b}', '\u{202e}']), "{line}");
                }
            }
        }
    }
    // Each word once through a real shell: the target, and what is put back.
    for spec in aws.actions() {
        let noun = spec.on.noun();
        let named: String = HOSTILE
            .iter()
            .flat_map(|name| ids(noun, name))
            .flat_map(|id| aws.commands(&call(spec, &id, &Arg::Is(json!(null)))))
            .map(|line| line + "\n")
            .collect();
        let told = calls(&named);
        // In the organisation a name is a part of a document.
        let is_part = spec.id.to_string().ends_with("-in-organization");
        for name in HOSTILE.iter().filter(|name| is_whole(noun, name)) {
            let spelled = json!(name).to_string();
            let spelled = spelled.trim_matches('"');
            let has = |word: &String| match is_part {
                true => word.contains(&format!("/{spelled}\"")),
                false => word == name,
            };
            assert!(
                told.iter().any(|call| call.iter().any(has)),
                "{}: {name:?} is not among {told:?}",
                spec.id
            );
        }
        let bot = ids(noun, "bot").remove(0);
        let back: String = HOSTILE
            .iter()
            .flat_map(|text| aws.commands(&call(spec, &bot, &Arg::Is(json!(text)))))
            .map(|line| line + "\n")
            .collect();
        let told = calls(&back);
        if back.contains("--policy-document")
            && matches!(spec.effect, contain::domain::Effect::Open)
        {
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
        let noun = spec.on.noun();
        let bot = ids(noun, "bot").remove(0);
        for evil in [
            "--no-verify-ssl",
            "-x",
            "file:///etc/passwd",
            "http://a",
            "a\0b",
        ] {
            // What a slash of its own cuts is other words; in the organisation a name stands inside a document.
            let is_word =
                is_whole(noun, evil) && !spec.id.to_string().ends_with("-in-organization");
            for id in ids(noun, evil).iter().filter(|_| is_word) {
                let lines = aws.commands(&call(spec, id, &Arg::Is(json!("in-force"))));
                assert!(lines.is_empty(), "{}: {id:?}: {lines:?}", spec.id);
            }
            let said = call(spec, &bot, &Arg::Is(json!(evil)));
            if !said.with.is_empty() {
                let lines = aws.commands(&said);
                assert!(lines.is_empty(), "{}: {evil:?}: {lines:?}", spec.id);
            }
        }
    }
}

#[test]
fn an_id_that_is_not_in_the_form_of_its_kind_has_no_command_line() {
    let aws = aws();
    let value = Arg::Is(json!("in-force"));
    for spec in aws.actions() {
        let bad: &[&str] = match spec.on.noun() {
            "account" => &["12345678901", "1234567890a2", "$(touch pwned)"],
            "user" | "role" | "access-key" | "login-profile" | "role-trust"
            | "instance-profile" => &[""],
            "policy-attachment" | "inline-policy" => &["bot", "root/bot/x", "role/bot", "role//x"],
            "agent-alias" => &["eu-west-1:bot", "bot/x", "-x:bot/x"],
            "service-credential" | "ssh-key" | "signing-certificate" | "group-membership" => {
                &["bot", "/x", "bot/"]
            }
            _ => &["bot", "eu-west-1:", "--debug:bot", ":bot"],
        };
        for id in bad {
            assert!(
                aws.commands(&call(spec, id, &value)).is_empty(),
                "{}: {id}",
                spec.id
            );
        }
        let mut elsewhere = call(spec, &ids(spec.on.noun(), "bot")[0], &value);
        assert!(!aws.commands(&elsewhere).is_empty(), "{}", spec.id);
        elsewhere.target = Locator::new(&spec.on, elsewhere.target.id(), Some("$(touch pwned)"));
        assert!(aws.commands(&elsewhere).is_empty(), "{}", spec.id);
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

fn plan(items: Vec<Item>) -> Plan {
    Plan {
        v: 1,
        incident: "i".to_owned(),
        run: 1,
        round: 1,
        after: None,
        made_from: BTreeMap::new(),
        acting_as: Vec::new(),
        requested_by: Vec::new(),
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
        warnings: Vec::new(),
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
            let id = ids(spec.on.noun(), evil).remove(0);
            let call = Call {
                with: spec.arguments(&BTreeMap::new()),
                ..call(spec, &id, &Arg::AtCall)
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
    let plan = plan(items);
    let catalogue = Catalogue::new(vec![std::sync::Arc::new(provider)]);
    let text = script(&plan, Digest::ZERO, &catalogue);
    let starts = [
        "# ",
        "aws ",
        "ARN=$(aws ",
        "ID=$(aws ",
        "POLICY=$(aws ",
        "ROOT=$(aws ",
    ];
    for line in text.lines() {
        assert!(
            line.is_empty() || starts.iter().any(|start| line.starts_with(start)),
            "{line}"
        );
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
    assert!(calls(&text).len() > HOSTILE.len());
    let undone: String = text
        .lines()
        .filter_map(|line| {
            line.strip_prefix("# undo: ")
                .filter(|line| starts.iter().any(|start| line.starts_with(start)))
        })
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(calls(&undone).len() > HOSTILE.len());
}

#[test]
fn a_new_secret_goes_from_what_makes_it_to_what_takes_it_and_is_shown_nowhere() {
    let provider = aws();
    let of = |id: &str, target: &str| Call {
        action: id.parse().unwrap(),
        target: target.parse().unwrap(),
        with: [("variable".to_owned(), Arg::Is(json!("KEY")))].into(),
        secret: None,
        tag: Tag(String::new()),
    };
    let make = || of("aws.create-access-key", "aws:user/bot@123456789012");
    let places = [
        (
            "aws.put-secret-value",
            "aws:secret/eu-west-1:a@123456789012",
        ),
        (
            "aws.put-parameter-value",
            "aws:parameter/eu-west-1:b@123456789012",
        ),
        (
            "aws.put-function-variable",
            "aws:function/eu-west-1:c@123456789012",
        ),
        (
            "aws.put-agent-api-key",
            "aws:api-key-provider/eu-west-1:d@123456789012",
        ),
    ];
    let deliver: Vec<Call> = places.map(|(id, target)| of(id, target)).into();
    let works = [
        Work::Issue {
            make: make(),
            deliver: deliver.clone(),
        },
        // Nobody takes it, or it comes from nobody: no line.
        Work::Act(make()),
        Work::Issue {
            make: make(),
            deliver: Vec::new(),
        },
        Work::Act(deliver[0].clone()),
        // What is rotated where it lies answers nothing to hand over.
        Work::Issue {
            make: of("aws.rotate-secret", "aws:secret/eu-west-1:a@123456789012"),
            deliver: vec![deliver[1].clone()],
        },
    ];
    let items = works.into_iter().enumerate();
    let items = items.map(|(at, work)| item(Phase::Reissue, &at.to_string(), work, None));
    let plan = plan(items.collect());
    let catalogue = Catalogue::new(vec![std::sync::Arc::new(provider)]);
    let text = script(&plan, Digest::ZERO, &catalogue);
    let is_comment = |line: &&str| line.is_empty() || line.starts_with('#');
    let lines: Vec<&str> = text.lines().filter(|line| !is_comment(line)).collect();
    let [line] = lines.as_slice() else {
        panic!("{text}")
    };
    // What stands in for the program prints what it made, and once more whatever it is given: nothing of it is seen.
    let folder = tempfile::tempdir().unwrap();
    let shim = "aws() { case \"$*\" in *create-access-key*) echo made-this;; *get-function-conf*) env | grep -q made-this && exit 1; echo '{\"Variables\":{\"KEY\":\"old\",\"OTHER\":\"o\"}}';; *) { echo \"$1\"; cat; } >>given;; esac; }\nset -ax\n";
    let ended = Command::new("bash")
        .args(["-eu", "-o", "pipefail", "-c", &format!("{shim}{line}")])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(ended.status.success(), "{ended:?}");
    let seen = [ended.stdout, ended.stderr].concat();
    let seen = String::from_utf8_lossy(&seen);
    assert!(!seen.contains("made-this"), "{seen}");
    let given = std::fs::read_to_string(folder.path().join("given")).unwrap();
    let given: String = given.split_whitespace().collect();
    assert_eq!(
        given,
        "secretsmanagermade-thisssmmade-thislambda{\"Variables\":{\"KEY\":\"made-this\",\"OTHER\":\"o\"}}bedrock-agentcore-controlmade-this"
    );
}
