//! What the examples must not leave out, and the schema that is made from the reader's tables.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Shipped, examples, expected, load};
use contain::playbook::diagnostic::CODES;

/// Problems that no example can have, and the test that has them.
const ELSEWHERE: [(&str, &str); 8] = [
    (
        "bom",
        "yaml::whatever_is_not_strict_is_refused_at_its_place",
    ),
    (
        "changed",
        "cli::library::a_called_playbook_that_changed_since_the_plan_is_refused",
    ),
    ("internal", "the reader giving up is a defect"),
    (
        "left-to-people",
        "playbook::what_no_action_does_is_left_to_people_and_said",
    ),
    (
        "recursion",
        "playbook::playbooks_that_call_each_other_are_told_with_the_way",
    ),
    ("too-large", "yaml::two_mebibytes_are_refused_at_once"),
    (
        "too-many-steps",
        "playbook::calls_do_not_multiply_without_end",
    ),
    ("too-many-nodes", "yaml::limits_hold_exactly"),
];

/// The rules of the language that are more than one key, each with an example that keeps it and those that break it.
#[rustfmt::skip]
const RULES: [(&str, &str, &[&str]); 38] = [
    ("the head names version, name and summary", "header", &["contain-version", "summary-missing", "playbook-name"]),
    ("phases have fixed names and order", "header", &["phase-name", "phase-order"]),
    ("cuts belong in isolate or inventory", "do", &["do-cut-in-reissue", "do-cut-in-validate"]),
    ("issuing and restoring belong in reissue", "do", &["do-rotate-in-isolate", "do-replace-in-inventory", "do-open-in-isolate", "do-issue-in-validate"]),
    ("every id is the only one", "do", &["id-twice"]),
    ("a step is of one kind", "gate", &["kind-none", "kind-two"]),
    ("a verb is resolved by the kind; where nothing fits people are asked", "left-to-people", &["do-verb"]),
    ("an action works on its kind", "do", &["do-kind"]),
    ("a kind is read only of what it can be read", "read", &["read-kind", "read-cuts", "do-reads"]),
    ("arguments are those of the action", "do", &["with-unknown", "with-missing", "with-choice", "with-duration"]),
    ("a target is a locator", "do", &["target-type", "target-locator", "target-kind"]),
    ("needs name steps and how they end", "needs", &["needs-unknown", "needs-suffix"]),
    ("needs have no circle", "needs", &["needs-cycle"]),
    ("nothing waits for a later phase", "needs", &["needs-later"]),
    ("what is mentioned is needed", "when", &["needs-closure"]),
    ("what can never be known is a mistake", "check", &["never-later", "never-itself", "never-output"]),
    ("expressions stand in values only", "when", &["do-expression", "gate-expression", "expression-key", "input-expression"]),
    ("every path is checked at load", "when", &["expression-name", "expression-field", "expression-input", "expression-step"]),
    ("steps and inputs are never indexed dynamically", "when", &["expression-index"]),
    ("different types are never compared", "when", &["expression-compared", "expression-time-duration", "expression-duration-text"]),
    ("for_each has a stable key of its own", "for-each", &["for-each-key", "for-each-same-key"]),
    ("waves and max_failures belong to for_each", "for-each", &["waves-alone", "max-failures-alone"]),
    ("what nothing finds is not made twice", "do", &["retry-once"]),
    ("a cut is never given back because something failed", "on-failure", &["on-failure-undo-cut"]),
    ("only notify, manual and read run after a failure", "on-failure", &["on-failure-run", "on-failure-run-needs", "on-failure-run-each"]),
    ("nothing is released by a timer", "do", &["review-then"]),
    ("reviews, probes and modes are of cuts", "do", &["review-issue", "verify-issue", "mode-issue"]),
    ("read-only is never for what the attacker holds", "mode", &["mode-subject", "mode-minted", "mode-any"]),
    ("a tier is raised, never lowered", "do", &["tier-lower"]),
    ("inputs are required or have a default", "header", &["input-both", "input-neither"]),
    ("defaults are in range", "header", &["input-range-int", "input-range-duration", "input-range-time", "input-range-list", "input-range-map"]),
    ("secrets are never written out", "call", &["secret-key", "secret-argument", "secret-url", "input-secret-ref", "verify-probe-literal", "call-secret"]),
    ("secrets stand in no text", "notify", &["notify-secret"]),
    ("a call gives the inputs that are asked", "call", &["call-input-unknown", "call-input-missing", "call-input-range", "call-input-type"]),
    ("a call keeps subject and phases", "call", &["call-subject", "call-kind", "call-phase", "call-no-subject"]),
    ("calls end", "call", &["call-recursion", "call-broken"]),
    ("reserved words are refused", "header", &["roles-reserved", "order-reserved"]),
    ("closing asks checks and steps that are there", "close", &["close-requires", "close-step", "close-suffix"]),
];

fn schema() -> jsonschema::Validator {
    let schema = contain::playbook::schema();
    assert!(jsonschema::meta::is_valid(&schema));
    jsonschema::validator_for(&schema).unwrap()
}

fn document(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap()
}

#[test]
fn every_example_that_passes_and_every_shipped_playbook_fits_the_schema() {
    let schema = schema();
    let shipped = contain::playbook::shipped().iter();
    let shipped = shipped.map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let mut wrong = Vec::new();
    for (name, text) in examples("pass")
        .into_iter()
        .chain(examples("called"))
        .chain(shipped)
    {
        let document = document(&text);
        wrong.extend(
            schema
                .iter_errors(&document)
                .map(|error| format!("{name}: {}: {error}", error.instance_path())),
        );
    }
    // Wrong in what a schema does not tell: the name of a verb is any action's.
    wrong.retain(|wrong| !wrong.starts_with("broken.yaml"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_wrong_by_structure_does_not_fit_the_schema() {
    const STRUCTURAL: [&str; 11] = [
        "unknown-key",
        "missing-key",
        "misplaced-key",
        "two-kinds",
        "unknown-verb",
        "unknown-read",
        "unknown-type",
        "version",
        "reserved",
        "name",
        "input",
    ];
    // Told by looking at two places at once, or at what a key means.
    const LINT: [&str; 7] = [
        "waves-alone",
        "max-failures-alone",
        "for-each-as",
        "input-name",
        "input-subject",
        "gate-role",
        "mode-reason",
    ];
    let schema = schema();
    let mut seen = BTreeSet::new();
    for (name, text) in examples("fail") {
        let codes: Vec<String> = expected(&text);
        let is_structural = |code: &&String| {
            let code = code.split(' ').next().unwrap_or_default();
            STRUCTURAL.contains(&code)
        };
        let Some(code) = codes.iter().find(is_structural) else {
            continue;
        };
        if LINT.contains(&name.trim_end_matches(".yaml")) {
            continue;
        }
        seen.insert(code.split(' ').next().unwrap_or_default().to_owned());
        assert!(!schema.is_valid(&document(&text)), "{name} fits the schema");
    }
    let all: BTreeSet<String> = STRUCTURAL.iter().map(|code| (*code).to_owned()).collect();
    assert_eq!(seen, all);
}

/// Every key of the language as `place.key`, by walking the schema.
fn keys(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut add = |place: &str, of: &Value| {
        let properties = of["properties"].as_object().unwrap();
        found.extend(properties.keys().map(|key| format!("{place}.{key}")));
    };
    add("", schema);
    for (place, of) in schema["$defs"].as_object().unwrap() {
        if of.get("properties").is_some() {
            add(place, of);
        }
    }
    found
}

/// The keys that a document uses, as `place.key`.
fn used(whole: &Value, schema: &Value, place: &str, value: &Value, into: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.trim_start_matches("#/$defs/");
        used(whole, &whole["$defs"][name], name, value, into);
    }
    for one in schema["anyOf"].as_array().into_iter().flatten() {
        used(whole, one, place, value, into);
    }
    if let (Some(properties), Some(fields)) = (schema["properties"].as_object(), value.as_object())
    {
        for (key, inner) in fields {
            if let Some(of) = properties.get(key) {
                into.insert(format!("{place}.{key}"));
                used(whole, of, place, inner, into);
            }
        }
    } else if let Some(fields) = value.as_object() {
        for inner in fields.values() {
            used(whole, &schema["additionalProperties"], place, inner, into);
        }
    }
    for inner in value.as_array().into_iter().flatten() {
        used(whole, &schema["items"], place, inner, into);
    }
}

#[test]
fn every_key_every_problem_and_every_rule_has_its_examples() {
    let schema = contain::playbook::schema();
    let mut passing = BTreeSet::new();
    for (_, text) in examples("pass") {
        used(&schema, &schema, "", &document(&text), &mut passing);
    }
    let known = keys(&schema);
    let missing: Vec<&String> = known.difference(&passing).collect();
    assert!(missing.is_empty(), "no passing example has {missing:?}");

    // A failing example concerns a key where the line that is wrong names it.
    let failing = examples("fail");
    let lines: Vec<&str> = failing
        .iter()
        .flat_map(|(_, text)| {
            let places = expected(text);
            places.into_iter().filter_map(move |place| {
                let line: usize = place.split([' ', ':']).nth(1)?.parse().ok()?;
                text.lines().nth(line - 1)
            })
        })
        .collect();
    let without: Vec<&str> = known
        .iter()
        .filter_map(|key| key.rsplit('.').next())
        .filter(|key| *key != "summary" && *key != "phases")
        .filter(|key| !lines.iter().any(|line| line.contains(&format!("{key}:"))))
        .collect();
    assert!(
        without.is_empty(),
        "no failing example is about {without:?}"
    );

    let told: BTreeSet<String> = failing
        .iter()
        .flat_map(|(_, text)| expected(text))
        .filter_map(|place| Some(place.split(' ').next()?.to_owned()))
        .collect();
    for (code, _) in CODES {
        let elsewhere = ELSEWHERE.iter().any(|(known, _)| *known == code);
        assert!(
            told.contains(code) || elsewhere,
            "no failing example has the problem {code}"
        );
    }
    for (rule, keeps, breaks) in RULES {
        let file = |name: &str| format!("{name}.yaml");
        assert!(
            examples("pass")
                .iter()
                .any(|(name, _)| *name == file(keeps)),
            "{rule}: {keeps}"
        );
        for one in breaks {
            assert!(
                failing.iter().any(|(name, _)| *name == file(one)),
                "{rule}: {one}"
            );
        }
    }
}

#[test]
fn every_problem_that_the_reader_raises_is_in_its_table() {
    let raised = regex::Regex::new(r#"(?:Problem::new|\bnote)\(\s*"([a-z-]+)""#).unwrap();
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    for folder in ["yaml", "playbook"] {
        for entry in source.join(folder).read_dir().unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let shipped = text.split("#[cfg(test)]").next().unwrap_or_default();
            found.extend(raised.captures_iter(shipped).map(|code| code[1].to_owned()));
        }
    }
    found.insert("directive".to_owned());
    let table: BTreeSet<String> = CODES.iter().map(|(code, _)| (*code).to_owned()).collect();
    assert_eq!(found, table);
}

#[test]
fn the_reference_tells_every_key_verb_status_function_and_problem() {
    let reference = contain::playbook::reference();
    let schema = contain::playbook::schema();
    for key in keys(&schema) {
        let name = key.rsplit('.').next().unwrap_or_default();
        assert!(reference.contains(&format!("| `{name}` |")), "{key}");
    }
    for word in [
        "`rotate`",
        "`in-doubt`",
        "duration('4h')",
        "`in_scope`",
        "`never-known`",
        "`secret_ref`",
    ] {
        assert!(reference.contains(word), "{word}");
    }
    for line in reference.lines().filter(|line| line.starts_with('|')) {
        assert!(line.ends_with('|'), "{line}");
    }
}

#[test]
fn whoever_reads_without_a_library_still_finds_what_ships() {
    let text = "contain: 1\nplaybook: x\nsummary: s\ninputs: {subject: {type: locator, required: true}}\nphases: {isolate: [{id: a, call: isolate}]}\n";
    let found = load("x.yaml", text).unwrap();
    assert_eq!(found.calls.len(), 1);
    let wanted = contain::playbook::Wanted {
        named: "isolat",
        from: "x.yaml",
        id: "a",
    };
    let missing = contain::playbook::Library::find(&Shipped, wanted).unwrap_err();
    assert!(missing.names.contains(&"isolate".to_owned()));
}
