//! The language by example: every file in `tests/playbooks/pass` passes, every one in `fail` has exactly the problems that
//! its first line expects, and together they leave out no key, no problem and no rule.
//!
//! The kinds and actions are those of `tests/playbooks/vocabulary.json`, made by hand, so that no provider changes them.

mod cover;

mod verb;

use std::path::{Path, PathBuf};

use contain::domain::{Kind, Spec};
use contain::playbook::{
    self, Library, Missing, Playbook, Refused, Shipped, Source, Vocabulary, Wanted,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/playbooks")
}

/// The files of a folder by name, in order.
fn examples(folder: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = root()
        .join(folder)
        .read_dir()
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    found.sort();
    found
}

#[derive(serde::Deserialize)]
struct World {
    kinds: Vec<Kind>,
    actions: Vec<Spec>,
}

fn world() -> World {
    let text = std::fs::read_to_string(root().join("vocabulary.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What the examples call: shipped playbooks, and those of `tests/playbooks/called` by name or by path.
struct Called;

impl Library for Called {
    fn find(&self, wanted: Wanted<'_>) -> Result<Source, Missing> {
        let name = wanted
            .named
            .trim_start_matches("./")
            .trim_end_matches(".yaml");
        let path = root().join("called").join(format!("{name}.yaml"));
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Source {
                file: format!("called/{name}.yaml"),
                text,
            }),
            Err(_) => Shipped.find(wanted),
        }
    }
}

fn load(file: &str, text: &str) -> Result<Playbook, Refused> {
    let world = world();
    let vocabulary = Vocabulary {
        kinds: world.kinds.iter().collect(),
        actions: world.actions.iter().collect(),
    };
    playbook::load_among(file, text, &vocabulary, &Called)
}

/// What a failing example expects, as `code line:column`.
fn expected(text: &str) -> Vec<String> {
    let first = text.lines().next().unwrap_or_default();
    let list = first.strip_prefix("# expected: ").unwrap_or_default();
    list.split(", ").map(str::to_owned).collect()
}

fn found(refused: &Refused) -> Vec<String> {
    let one = |problem: &playbook::Problem| {
        let (line, column) = refused.place(problem);
        format!("{} {line}:{column}", problem.code)
    };
    refused.problems.iter().map(one).collect()
}

#[test]
fn every_passing_example_passes() {
    let mut wrong = Vec::new();
    for (name, text) in examples("pass") {
        match load(&name, &text) {
            Ok(playbook) => assert_eq!(format!("{}.yaml", playbook.name), name),
            Err(refused) => wrong.push(refused.render(false)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_failing_example_has_exactly_the_problems_that_it_expects() {
    let mut wrong = Vec::new();
    for (name, text) in examples("fail") {
        let Err(refused) = load(&name, &text) else {
            wrong.push(format!("{name}: passes"));
            continue;
        };
        let shown = refused.render(false);
        if expected(&text) != found(&refused) {
            wrong.push(format!(
                "{name}: expected {:?}, found {:?}\n{shown}",
                expected(&text),
                found(&refused)
            ));
        }
        // The line is shown, with its place.
        for problem in &refused.problems {
            let (line, column) = refused.place(problem);
            assert!(
                shown.contains(&format!("{name}:{line}:{column}")),
                "{shown}"
            );
        }
        for secret in ["hunter2", "wJalrXUtnFEMI", "glpat-"] {
            assert!(!shown.contains(secret), "{name} repeats a secret:\n{shown}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_called_playbook_is_inlined_and_pinned() {
    let (_, text) = examples("pass")
        .into_iter()
        .find(|(name, _)| name == "call.yaml")
        .unwrap();
    let whole = load("call.yaml", &text).unwrap();
    let needs = |id: &str| {
        let step = whole.step(id).unwrap_or_else(|| unreachable!("{id}"));
        let needs = step.needs.iter().map(|need| need.step.as_str());
        needs.collect::<Vec<_>>()
    };
    assert!(needs("named_cut").is_empty());
    assert_eq!(needs("named_few"), ["named_look"]);
    // A written need holds every step of the call, one that cuts too.
    assert_eq!(needs("pathed_cut"), ["named_cut"]);
    assert_eq!(needs("seen"), ["named_cut", "named_look", "named_few"]);
    assert_eq!(whole.limits.max_items, Some(50));
    assert_eq!(whole.handling, Some(playbook::Handling::Red));
    assert!(
        whole
            .close_requires
            .contains(&"pathed_few.passed".to_owned())
    );
    let pins: Vec<(&str, &str)> = whole
        .calls
        .iter()
        .map(|called| (called.id.as_str(), called.file.as_str()))
        .collect();
    let expected = [
        ("named", "called/stop.yaml"),
        ("pathed", "called/stop.yaml"),
        ("probing", "called/probing.yaml"),
        ("shipped", "isolate.yaml"),
    ];
    assert_eq!(pins, expected);
    for called in &whole.calls {
        assert_eq!(
            called.digest,
            contain::domain::Digest::of(called.text.as_bytes())
        );
    }
    let ours = whole.steps.iter().filter(|step| step.id != "failed");
    assert!(
        ours.clone().all(|step| step.per_subject),
        "{:?}",
        ours.map(|step| &step.id).collect::<Vec<_>>()
    );
}

#[test]
fn what_is_passed_to_a_called_playbook_is_held_to_its_range_when_it_is_known() {
    use contain::playbook::{Evaluated, Scope};
    use serde_json::json;
    let (_, text) = examples("pass")
        .into_iter()
        .find(|(name, _)| name == "call.yaml")
        .unwrap();
    let whole = load("call.yaml", &text).unwrap();
    let few = whole.step("pathed_few").unwrap();
    let check = few.exprs().into_iter().last().unwrap();
    let mut scope = Scope::new();
    scope.set_step("pathed_look", json!({"items": []}));
    assert_eq!(
        check.eval_bool(&scope),
        Evaluated::Unknown(vec!["inputs.size".to_owned()])
    );
    scope.set("inputs", json!({"size": 2}));
    assert_eq!(check.eval_bool(&scope), Evaluated::Known(true));
    scope.set("inputs", json!({"size": 0}));
    let Evaluated::Failed(why) = check.eval_bool(&scope) else {
        unreachable!("0 is out of range")
    };
    assert_eq!(why, "input `size`: 0 is less than 1");
    let due = |id: &str| {
        whole
            .step(id)
            .unwrap()
            .review
            .as_ref()
            .unwrap()
            .due_after(&scope)
    };
    assert_eq!(
        due("pathed_cut"),
        Evaluated::Known(contain::domain::Duration::from_hours(1))
    );
    // The condition of the call and the step's own are both asked.
    let when = few.when.as_ref().unwrap();
    assert_eq!(when.eval_bool(&scope), Evaluated::Known(false));
}

#[test]
fn playbooks_that_call_each_other_are_told_with_the_way() {
    let text = "contain: 1\nplaybook: x\nsummary: s\nphases:\n  isolate:\n    - {id: a, call: again}\n    - {id: b, call: broken}\n";
    let refused = load("x.yaml", text).unwrap_err();
    let shown = refused.render(false);
    for part in [
        "called/round.yaml:6:",
        "called/again.yaml -> called/round.yaml -> called/again.yaml",
        "called/broken.yaml:6:21",
        "did you mean `suspend`?",
    ] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
}

#[test]
fn calls_do_not_multiply_without_end() {
    let head = "contain: 1\nplaybook: x\nsummary: s\ninputs: {subject: {type: locator, required: true}}\nphases:\n  isolate:\n";
    let calls = |count: usize| {
        let call = |number| format!("    - {{id: a{number}, call: stop, with: {{size: 1}}}}\n");
        head.to_owned() + &(0..count).map(call).collect::<String>()
    };
    assert_eq!(load("x.yaml", &calls(200)).unwrap().steps.len(), 600);
    let refused = load("x.yaml", &calls(400)).unwrap_err();
    assert_eq!(refused.problems[0].code, "too-many-steps");
}

#[test]
fn what_no_action_does_is_left_to_people_and_said() {
    let (name, text) = examples("pass")
        .into_iter()
        .find(|(name, _)| name == "left-to-people.yaml")
        .unwrap();
    let playbook = load(&name, &text).unwrap();
    let said: Vec<&str> = playbook
        .notes
        .iter()
        .map(|note| note.message.as_str())
        .collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].contains("`suspend`") && said[0].contains("aws:stray"),
        "{said:?}"
    );
}
