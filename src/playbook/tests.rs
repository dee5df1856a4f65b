//! The language's rules, each with what breaks it.
//!
//! Never counts columns by hand: a place is told by the text that stands there.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::domain::{Duration, Found, KindId, Locator, Relation};

/// Kinds and actions of a small world, for tests.
pub(crate) fn world() -> (Vec<Kind>, Vec<Spec>) {
    let kind = |id: &str, reads: &[&str]| json!({"id": id, "title": id, "credential": true, "reads": reads, "readable": "by-id"});
    let kinds = json!([
        kind("aws:access-key", &["reach", "activity"]),
        kind("aws:user", &["reach", "activity", "credentials"]),
        kind("aws:role", &[]),
    ]);
    let action = |id: &str, on: &str, effect: serde_json::Value| {
        json!({
            "id": id, "title": "t", "on": on, "effect": effect, "hurts": "h", "touches": [], "floor": 1,
            "undo": {"none": "n"}, "repeat": "set-like", "permissions": [], "docs": "d",
            "bound": {"assumed": {"within": "PT1M", "because": "b"}},
        })
    };
    let cut = json!({"cut": {"rung": "suspend", "target": "pauses", "issued": "lives", "stops_issue": true, "allows": "nothing"}});
    let actions = json!([
        action("aws.deactivate-access-key", "aws:access-key", cut),
        action("aws.activate-access-key", "aws:access-key", json!("open")),
        action(
            "aws.create-access-key",
            "aws:user",
            json!({"issue": "aws:access-key"})
        ),
        action("aws.list-things", "aws:user", json!({"read": "reach"})),
        action("aws.notify-owner", "aws:user", json!("tell")),
    ]);
    let read =
        |value| serde_json::from_value(value).unwrap_or_else(|error| unreachable!("{error}"));
    let specs: Vec<Spec> =
        serde_json::from_value(actions).unwrap_or_else(|error| unreachable!("{error}"));
    (read(kinds), specs)
}

/// Loads a text with the small world's vocabulary.
pub(crate) fn loaded(text: &str) -> Result<Playbook, Refused> {
    let (kinds, actions) = world();
    let vocabulary = Vocabulary {
        kinds: kinds.iter().collect(),
        actions: actions.iter().collect(),
    };
    load("t.yaml", text, &vocabulary)
}

pub(crate) fn passed(text: &str) -> Playbook {
    loaded(text).unwrap_or_else(|refused| unreachable!("{}", refused.render(false)))
}

pub(crate) const HEAD: &str = "contain: 1\nplaybook: t\nsummary: s\ninputs:\n  subject: {type: locator, required: true}\n  secret: {type: secret_ref, required: true}\n  wait: {type: duration, default: 4h}\n  size: {type: int, default: 3}\n  mode: {type: enum, values: [soft, hard], default: soft}\n  other: {type: locator, kinds: [aws:role], required: true}\nphases:\n";

/// Says what is wrong with a text as (code, line, column, message and nearest).
fn wrong(text: &str) -> Vec<(String, usize, usize, String)> {
    let refused = match loaded(text) {
        Ok(_) => return Vec::new(),
        Err(refused) => refused,
    };
    let shown = refused.render(false);
    assert!(shown.contains("t.yaml:"), "{shown}");
    let one = |problem: &Problem| {
        let (line, column) = refused.place(problem);
        let text = format!(
            "{} {} {}",
            problem.message,
            problem.nearest.clone().unwrap_or_default(),
            problem.hint.clone().unwrap_or_default()
        );
        (problem.code.to_owned(), line, column, text)
    };
    refused.problems.iter().map(one).collect()
}

/// Each case: a body, the code of its problem, the text it stands at (its last occurrence), a part of the message.
pub(crate) fn expect(cases: &[(&str, &str, &str, &str)], head: &str) {
    for (body, code, at, part) in cases {
        let text = format!("{head}{body}");
        let offset = text
            .rfind(at)
            .unwrap_or_else(|| unreachable!("{at} in {body}"));
        let before = text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, str::len) + 1;
        let found = wrong(&text);
        let fits = |(is, on, col, message): &(String, usize, usize, String)| {
            is == code && (*on, *col) == (line, column) && message.contains(part)
        };
        assert!(
            found.iter().any(fits),
            "{body}\nwanted {code} {line}:{column} {part}\nfound {found:#?}"
        );
    }
}

#[test]
fn playbooks_that_ship_for_this_world_pass_and_are_what_they_are_called() {
    // The others speak of kinds that the small world has not; tidy holds all of them against the whole catalogue.
    let of_others = |text: &str| {
        ["github:", "postgres:", "redis:", "oauth:"]
            .iter()
            .any(|kind| text.contains(kind))
    };
    let ours: Vec<_> = shipped()
        .iter()
        .filter(|(_, text)| !of_others(text))
        .collect();
    assert!(ours.len() > 4, "{ours:?}");
    for (name, text) in ours {
        let playbook = passed(text);
        assert_eq!(playbook.name, *name);
        // Whoever reads or asks once for all subjects is none of the four phases.
        let is_phase = ["isolate", "inventory", "validate", "reissue"].contains(name);
        assert!(!is_phase || playbook.steps.iter().all(|step| step.per_subject));
        assert_eq!(playbook.digest, Digest::of(text.as_bytes()));
    }
    let isolate = passed(shipped().first().map_or("", |(_, text)| text));
    let needs = |id: &str| {
        let needs = isolate
            .step(id)
            .map(|step| step.needs.clone())
            .unwrap_or_default();
        needs.into_iter().map(|need| need.step).collect::<Vec<_>>()
    };
    assert!(needs("end-sessions").is_empty() && needs("activity").is_empty());
    assert_eq!(needs("stop-reached"), ["reach"]);
    assert_eq!(needs("end-entered"), ["reach"]);
}

#[test]
fn the_shipped_isolate_cuts_what_is_in_scope_and_waits_for_reads() {
    let isolate = passed(shipped().first().map_or("", |(_, text)| text));
    let locator = |text: &str| {
        text.parse::<Locator>()
            .unwrap_or_else(|why| unreachable!("{why}"))
    };
    let (key, user) = (locator("aws:access-key/A@1"), locator("aws:user/u@1"));
    let mut scope = Scope::new();
    scope.set("subject", scope::subject(&key, Some(&user)));
    scope.set(
        "inputs",
        bind(
            &isolate.inputs,
            &[("subject".to_owned(), key.to_string())].into(),
        )
        .unwrap_or_default(),
    );
    let target = |id: &str, scope: &Scope| {
        isolate
            .step(id)
            .and_then(|step| Some(step.target.as_ref()?.eval(scope)))
    };
    assert_eq!(
        target("stop", &scope),
        Some(Evaluated::Known(json!("aws:access-key/A@1")))
    );
    assert_eq!(
        target("end-sessions", &scope),
        Some(Evaluated::Known(json!("aws:user/u@1")))
    );
    let review = isolate
        .step("stop")
        .and_then(|step| step.review.as_ref())
        .map(|review| review.due_after(&scope));
    assert_eq!(review, Some(Evaluated::Known(Duration::from_hours(4))));
    let list = |id: &str, scope: &Scope| {
        let each = isolate.step(id).and_then(|step| step.for_each.as_ref());
        each.map_or(Evaluated::Failed(String::new()), |each| {
            each.list.eval_list(scope)
        })
    };
    assert_eq!(
        list("stop-reached", &scope),
        Evaluated::Unknown(vec!["steps.reach.items".to_owned()])
    );
    let role: KindId = "aws:role".parse().unwrap_or_else(|_| unreachable!());
    let item = |id: &str, relation: Relation, in_scope: bool| {
        let found = Found {
            what: Locator::new(&role, id, Some("1")),
            relation: Some(relation),
            evidence: "e".to_owned(),
            at: None,
            fields: Default::default(),
        };
        scope::found(&found, in_scope, false)
    };
    let items = [
        item("made", Relation::Minted, true),
        item("sibling", Relation::Held, false),
        item("was", Relation::Entered, true),
        item("might", Relation::CouldEnter, false),
    ];
    scope.set_step("reach", json!({"items": items}));
    for (step, expected) in [
        ("stop-reached", "aws:role/made@1"),
        ("end-entered", "aws:role/was@1"),
    ] {
        let Evaluated::Known(found) = list(step, &scope) else {
            unreachable!("{step}")
        };
        assert_eq!(found.len(), 1, "{step}");
        let mut inner = scope.clone();
        inner.set("found", found.first().cloned().unwrap_or_default());
        assert_eq!(
            target(step, &inner),
            Some(Evaluated::Known(json!(expected)))
        );
    }
}

#[test]
#[rustfmt::skip]
fn the_header_is_checked() {
    expect(
        &[
            ("contain: 2\n", "version", "2", "`2`"),
            ("playbok: x\n", "unknown-key", "playbok", "playbook"),
            ("contain: 1\nhandling: ambr\n", "unknown-word", "ambr", "amber"),
            ("contain: 1\nplaybook: A b\n", "name", "A b", "A b"),
            ("playbook: \"${x}\"\n", "expression", "\"${x}", "takes no expression"),
            ("roles: {}\n", "reserved", "roles", "`roles` is not in this version"),
            ("order: replace-first\n", "reserved", "order", "`order`"),
            ("limits: {max_item: 1}\n", "unknown-key", "max_item", "max_items"),
            ("limits: {max_items: 0}\n", "value", "0", "above 0"),
            ("limits: {deadline: soon}\n", "value", "soon", "no duration"),
            ("contain: 1\n", "missing-key", "contain", "`phases`"),
            ("- a\n", "type", "- a", "must be a map"),
            ("phases: {isolat: []}\n", "unknown-key", "isolat", "isolate"),
            ("phases: {validate: [], isolate: []}\n", "phase-order", "isolate", "later phase"),
            ("phases: {isolate: {}}\n", "type", "{}", "must be a list"),
            ("close: {requires: [x.passed]}\n", "unknown-step", "x.passed", "`x`"),
            ("close: {requires: [nothing_in_dout]}\n", "unknown-word", "nothing", "nothing_in_doubt"),
        ],
        "",
    );
    let good = "contain: 1\nplaybook: x\nsummary: s\nhandling: amber-strict\nlimits: {max_items: 5, deadline: 6h}\nphases: {}\n";
    assert_eq!(passed(good).limits.max_items, Some(5));
}

#[test]
#[rustfmt::skip]
fn inputs_are_checked() {
    let head = "contain: 1\nplaybook: t\nsummary: s\nphases: {}\ninputs:\n";
    expect(
        &[
            ("  a: {type: strin, required: true}\n", "unknown-type", "strin", "string"),
            ("  a: {required: true}\n", "missing-key", "{required", "`type`"),
            ("  a: {type: string, required: true, default: x}\n", "input", "x}", "has a default"),
            ("  a: {type: string}\n", "missing-key", "a: ", "not required"),
            ("  a: {type: string, required: yes}\n", "type", "yes", "`true` or `false`"),
            ("  a: {type: secret_ref, default: hunter2}\n", "value", "hunter2", "by reference"),
            ("  a: {type: duration, default: 30h, max: 24h}\n", "value", "30h", "more than 24h"),
            ("  a: {type: int, default: \"${1}\"}\n", "expression", "\"${", "takes no expression"),
            ("  a: {type: locator, kinds: [aws:acces-key], required: true}\n", "unknown-kind", "aws:", "aws:access-key"),
            ("  a: {type: bool, pattern: x, required: true}\n", "misplaced-key", "pattern", "string"),
            ("  a: {type: string, pattern: '(', required: true}\n", "value", "'('", "no pattern"),
            ("  a: {type: enum, required: true}\n", "missing-key", "{type", "`values`"),
            ("  a: {type: int, min: 5, max: 4, required: true}\n", "value", "4,", "nothing fits"),
            ("  a: {type: list, max: 1, default: [x, y]}\n", "value", "[x", "2 is more than 1"),
            ("  A-b: {type: bool, default: true}\n", "name", "A-b", "A-b"),
            ("  subject: {type: string, required: true}\n", "input", "subject", "must be a locator"),
        ],
        head,
    );
    let text = format!(
        "{head}  id: {{type: string, default: 012345678901}}\n  l: {{type: list, default: [on, 0x1F]}}\n"
    );
    let bound = bind(&passed(&text).inputs, &BTreeMap::new());
    assert_eq!(
        bound,
        Ok(json!({"id": "012345678901", "l": ["on", "0x1F"]}))
    );
    let given = [("idd".to_owned(), "x".to_owned())].into();
    let text = format!("{head}  id: {{type: string, required: true}}\n");
    let refused = bind(&passed(&text).inputs, &given)
        .err()
        .unwrap_or_default();
    assert_eq!(
        refused,
        [
            "there is no input `idd`; did you mean `id`?",
            "input `id` is required"
        ]
    );
    let text = format!("{head}  s: {{type: secret_ref, default: hunter2}}\n");
    let refused = loaded(&text)
        .err()
        .map(|refused| refused.render(false))
        .unwrap_or_default();
    assert!(
        refused.contains("by reference") && !refused.contains("hunter2"),
        "{refused}"
    );
}

#[test]
#[rustfmt::skip]
fn steps_are_checked() {
    let cases = [
        ("do: suspnd, TARGET", "unknown-verb", "suspnd", "suspend"),
        ("do: aws.deactivate-acces-key, TARGET", "unknown-action", "aws.", "aws.deactivate-access-key"),
        ("do: aws.list-things, TARGET", "effect", "aws.", "only reads"),
        ("do: rotate, TARGET", "effect", "rotate", "belongs in reissue"),
        ("do: \"${inputs.mode}\", TARGET", "expression", "\"${inputs", "takes no expression"),
        ("read: reech, TARGET", "unknown-read", "reech", "reach"),
        ("read: aws.activate-access-key, TARGET", "effect", "aws.", "more than reading"),
        ("read: reach, do: suspend, TARGET", "two-kinds", "do: s", "one thing"),
        ("TARGET", "missing-key", "{id", "none of `do`"),
        ("do: suspend", "missing-key", "{id", "no `target`"),
        ("STOP, tagret: x", "unknown-key", "tagret", "target"),
        ("check: \"${true}\", TARGET", "misplaced-key", "target", "stands on do, read, manual"),
        ("check: \"${inputs.size}\"", "type", "\"${inputs", "expected true or false"),
        ("gate: {ask: x}", "missing-key", "{ask", "no `approvals`"),
        ("gate: {ask: x, approvals: {}}", "value", "{}}", "nobody is asked"),
        ("gate: {ask: x, approvals: {owner: 0}}", "value", "0}", "from 1 to 16"),
        ("gate: {ask: x, approvals: {owner: 1}, on_expiry: alow}", "unknown-word", "alow", "deny"),
        ("gate: {ask: x, approvals: {owner: 1}, expires: 0s}", "value", "0s", "no time at all"),
        ("manual: {text: x, asignee: y}", "unknown-key", "asignee", "assignee"),
        ("notify: {to: X, text: y}", "name", "X,", "`X`"),
        ("STOP, waves: [1]", "misplaced-key", "[1]", "without `for_each`"),
        ("STOP, waves: [0]", "value", "0]", "no wave"),
        ("STOP, retry: {}", "missing-key", "{}", "no `attempts`"),
        ("STOP, retry: {attempts: 2, on: [throttld]}", "unknown-word", "throttld", "throttled"),
        ("STOP, timeout: 1m", "type", "1m", "must be a map"),
        ("STOP, timeout: {attempt: 2m, step: 1m}", "value", "1m}", "shorter than one"),
        ("STOP, on_failure: undo-self", "effect", "undo-self", "never given back"),
        ("STOP, on_failure: {then: stop, run: [{id: b, do: suspend, TARGET}]}", "misplaced-key", "do: suspend, target: \"${subject}\"}", "does not run after"),
        ("STOP, on_failure: {run: [{id: b, notify: {to: x, text: y}, needs: []}]}", "misplaced-key", "needs", "the failure alone"),
        ("STOP, mode: read-only", "missing-key", "read-only", "no reason"),
        ("STOP, mode: {read-only: why}", "mode", "{read", "may be a credential"),
        ("STOP, tier: 4", "value", "4", "no tier"),
        ("do: aws.deactivate-access-key, TARGET, tier: 0", "tier", "0", "tier 1 at least"),
        ("STOP, max_failures: 1", "misplaced-key", "1", "without `for_each`"),
        ("STOP, with: {a: 1}", "unknown-argument", "a: 1", "no arguments"),
        ("do: aws.deactivate-access-key, target: \"${inputs.other}\", evidence: required", "misplaced-key", "evidence", "check, manual"),
        ("call: isolat", "unknown-playbook", "isolat", "isolate"),
        ("call: isolate, with: {revew: 1h}", "unknown-argument", "revew", "review"),
        ("call: isolate, with: {review: soon}", "value", "soon", "no duration"),
        ("call: isolate, with: {review: \"${inputs.size}\"}", "type", "\"${inputs", "expected a duration"),
        ("call: isolate, with: {subject: \"${inputs.other}\"}", "unknown-argument", "subject: \"", "that of the caller"),
        ("STOP, needs: [a.okk]", "unknown-suffix", "a.okk", "ok"),
        ("STOP, needs: [bb]", "unknown-step", "bb", "`bb`"),
        ("STOP, needs: [a]", "cycle", "a]", "a -> a"),
        ("STOP, review: {after: soon}", "value", "soon", "no duration"),
        ("STOP, review: {then: escalate}", "missing-key", "{then", "`after`"),
        ("STOP, review: {after: 1h, then: release}", "unknown-word", "release", "ever released"),
                ("STOP, review: {after: \"${inputs.size}\"}", "type", "\"${inputs", "expected a duration"),
        ("STOP, verify: {within: x}", "value", "x}", "no duration"),
        ("STOP, verify: {probe: \"${inputs.wait}\"}", "type", "\"${inputs", "expected a secret reference"),
        ("STOP, when: \"${inputs.size}\"", "type", "\"${inputs", "expected true or false"),
        ("STOP, when: true", "type", "true", "one expression"),
        ("read: reach, TARGET, review: {after: 1h}", "misplaced-key", "review", "stands on do"),
        ("read: reach, TARGET, verify: {within: 1m}", "misplaced-key", "verify", "stands on do"),
        ("read: reach, TARGET, with: {relation: []}", "unknown-argument", "relation", "relations"),
        ("read: reach, TARGET, with: {relations: [mintd]}", "unknown-word", "mintd", "minted"),
        ("read: activity, TARGET, with: {since: \"${inputs.size}\"}", "type", "\"${inputs", "expected a time"),
        ("read: activity, TARGET, with: {since: later}", "type", "later", "expected a time"),
        ("do: suspend, target: \"${inputs.size}\"", "type", "\"${inputs", "expected a locator"),
        ("do: suspend, target: \"${inputs.secret}\"", "type", "\"${inputs", "a secret reference"),
        ("do: suspend, target: \"aws:user/${inputs.secret}\"", "type", "inputs.secret", "inside a text"),
        ("do: suspend, target: nonsense", "value", "nonsense", "no locator"),
        ("do: suspend, target: \"aws:rol/x@1\"", "unknown-kind", "\"aws", "aws:role"),
        ("do: aws.deactivate-access-key, target: \"aws:role/x@1\"", "kind", "aws.", "works on aws:access-key"),
        ("do: aws.deactivate-access-key, target: \"${inputs.other}\"", "kind", "aws.", "works on aws:access-key"),
        ("read: reach, target: \"aws:role/x@1\"", "kind", "reach", "cannot be read"),
        ("do: aws.activate-access-key, TARGET", "effect", "aws.", "belongs in reissue"),
        ("do: aws.create-access-key, TARGET", "effect", "aws.", "belongs in reissue"),
        ("STOP, for_each: {in: \"${inputs.size}\", key: \"${item}\"}", "type", "\"${inputs", "expected a list"),
        ("STOP, for_each: {in: \"${['x']}\"}", "missing-key", "{in", "no `key`"),
        ("STOP, for_each: {in: \"${['x']}\", key: y}", "key", "y}", "same for every"),
        ("STOP, for_each: {in: \"${['x']}\", as: steps, key: y}", "name", "steps", "`steps`"),
        ("STOP, for_each: {in: \"${['x']}\", key: \"${itm}\"}", "unknown-name", "itm", "item"),
        ("STOP, for_each: {in: [], key: y}", "type", "[]", "one expression"),
    ];
    for (rest, code, at, part) in cases {
        let rest = rest
            .replace("STOP", "do: suspend, TARGET")
            .replace("TARGET", "target: \"${subject}\"");
        expect(
            &[(
                &format!("  isolate:\n    - {{id: a, {rest}}}\n"),
                code,
                at,
                part,
            )],
            HEAD,
        );
    }
}

#[test]
fn every_problem_is_reported_and_shown() {
    let text = format!(
        "{HEAD}  isolate:\n    - {{id: a, do: suspnd, target: \"${{subjekt}}\", taget: x}}\n    - {{id: a, do: x.y, nedds: []}}\n"
    );
    assert!(wrong(&text).len() >= 6, "{:#?}", wrong(&text));
    let shown = loaded(&text)
        .err()
        .map(|refused| refused.render(false))
        .unwrap_or_default();
    for part in [
        "t.yaml:13:19",
        "did you mean `suspend`?",
        "did you mean `subject`?",
        "did you mean `target`?",
        "^^^^^^",
    ] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
}

#[test]
fn a_secret_written_by_mistake_is_never_shown() {
    let inputs = |rest: &str| {
        format!("contain: 1\nplaybook: t\nsummary: s\nphases: {{}}\ninputs:\n  s: {{{rest}}}\n")
    };
    let probe = "  isolate:\n    - {id: a, do: suspend, target: \"${subject}\", verify: {probe: hunter2}}\n";
    for text in [
        inputs("type: secret_ref, default: hunter2"),
        inputs("type: secret_ref, required: true, default: \"hunter2\""),
        inputs("type: secret_ref, default: [hunter2], x: y"),
        inputs("type: secret_ref, default: \"${hunter2}\""),
        format!("{HEAD}{probe}"),
    ] {
        let refused = loaded(&text)
            .err()
            .unwrap_or_else(|| unreachable!("{text}"));
        let shown = format!("{} {} {refused:?}", refused.render(false), refused);
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn a_file_full_of_mistakes_is_refused_within_a_moment() {
    let keys: String = (0..4_900)
        .map(|number| format!("k{number}: {}\n", "x".repeat(200)))
        .collect();
    let refused = loaded(&keys).err().unwrap_or_else(|| unreachable!());
    assert!(refused.problems.len() >= 4_900);
    assert!(refused.render(false).ends_with("more problems"));
}
