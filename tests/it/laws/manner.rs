//! The laws of how steps are tried: waves, limits on failures, retry, timeouts, and what a failure has given back.

use contain::converge::{Answer, Limit};
use contain::domain::event::{Answered, Event};
use contain::domain::{Duration, Kind, Locator, Spec, State};
use contain::gate::Confirmation;
use contain::journal;
use contain::playbook::{
    self, AfterFailure, Expr, OnFailure, Playbook, Retry, RetryOn, Step, StepWork, Timeout,
    Vocabulary, Wave, What,
};
use contain::provider::simulated::{Fault, Operation, Rule, Scenario};
use serde_json::json;

use crate::simulated::{Bench, Wish};

const MANY: usize = 10;

fn catalogue() -> (Vec<Kind>, Vec<Spec>) {
    let kinds = json!([
        {"id": "toy:key", "title": "key", "credential": true, "readable": "by-id"},
        {"id": "toy:flag", "title": "flag", "credential": false, "readable": "by-id"},
        {"id": "toy:user", "title": "user", "credential": false, "readable": "by-id",
         "governs": ["toy:key"], "reads": ["reach"]},
    ]);
    let spec = |id: &str,
                on: &str,
                effect: serde_json::Value,
                field: &str,
                becomes: serde_json::Value,
                undo: serde_json::Value| {
        json!({
            "id": id, "title": id, "on": on, "effect": effect, "hurts": "somebody", "floor": 1, "repeat": "set-like",
            "touches": [{"field": field, "becomes": becomes}], "undo": undo, "permissions": [id],
            "bound": {"configured": {"within": "PT5S"}}, "docs": "none",
        })
    };
    let suspend = json!({"cut": {"rung": "suspend", "target": "pauses", "issued": "lives", "stops_issue": true, "allows": "nothing"}});
    let actions = json!([
        spec(
            "toy.suspend-key",
            "toy:key",
            suspend,
            "status",
            json!({"is": "Inactive"}),
            json!({"by": "toy.resume-key"})
        ),
        spec(
            "toy.resume-key",
            "toy:key",
            json!("open"),
            "status",
            json!("before"),
            json!({"none": "it is an inverse"})
        ),
        spec(
            "toy.raise-flag",
            "toy:flag",
            json!("tell"),
            "up",
            json!({"is": "yes"}),
            json!({"by": "toy.lower-flag"})
        ),
        spec(
            "toy.lower-flag",
            "toy:flag",
            json!("open"),
            "up",
            json!("before"),
            json!({"none": "it is an inverse"})
        ),
    ]);
    (
        serde_json::from_value(kinds).unwrap(),
        serde_json::from_value(actions).unwrap(),
    )
}

fn name(text: &str) -> Locator {
    format!("toy:{text}@1").parse().unwrap()
}

/// A user with many keys, and as many flags.
fn bench() -> Bench {
    let pair = |nth: usize| {
        let key = format!(
            "    - {{locator: \"toy:key/K{nth}@1\", held_by: \"toy:user/ci@1\", fields: {{status: Active}}, age: 4800h, secret: true}}\n"
        );
        let flag = format!(
            "    - {{locator: \"toy:flag/F{nth}@1\", age: 4800h, fields: {{up: \"no\"}}}}\n"
        );
        key + &flag
    };
    let nodes: String = (0..MANY).map(pair).collect();
    let text = format!(
        "drill: many\nsummary: Many keys.\nprovider: toy\nplaybook: many\nsubject: toy:user/ci@1\nsince: 2h\nstart: 2026-03-01T03:07:00Z\nseed: 7\nresponder: {{credential: \"toy:key/OURS@1\", principal: \"toy:user/on-call@1\"}}\nworld:\n  latency: 40ms\n  deadline: 3s\n  nodes:\n    - {{locator: \"toy:user/ci@1\", age: 9720h}}\n    - {{locator: \"toy:user/on-call@1\", age: 9000h}}\n    - {{locator: \"toy:key/OURS@1\", held_by: \"toy:user/on-call@1\", fields: {{status: Active}}, age: 700h, secret: true}}\n{nodes}expect: {{outcome: contained}}\n"
    );
    Bench::of_catalogue(Scenario::parse(&text).unwrap(), |_| (), catalogue())
}

/// A step over all keys, or all flags; what the reader does not read yet is put in behind it.
fn playbook(action: &str, noun: &str, change: impl FnOnce(&mut Step)) -> &'static Playbook {
    let text = r#"
contain: 1
playbook: many
summary: Many
inputs:
  subject: {type: locator, required: true}
phases:
  inventory:
    - {id: reach, read: reach, target: "${subject}"}
    - id: each
      do: suspend
      for_each: {in: "${steps.reach.items}", as: one, key: "${one.locator}"}
      target: "${one.locator}"
"#;
    let (kinds, actions) = catalogue();
    let vocabulary = Vocabulary {
        kinds: kinds.iter().collect(),
        actions: actions.iter().collect(),
    };
    let mut playbook = playbook::load("many.yaml", text, &vocabulary).unwrap();
    playbook.steps.retain(|step| step.id == "each");
    let step = &mut playbook.steps[0];
    let names = (0..MANY).map(|nth| json!({"locator": format!("toy:{noun}{nth}@1")}));
    let for_each = step.for_each.as_mut().unwrap();
    for_each.list = Expr::literal(names.collect(), step.span);
    step.needs.clear();
    step.work = StepWork::Do(What::Action(action.parse().unwrap()));
    change(step);
    Box::leak(Box::new(playbook))
}

fn suspending(change: impl FnOnce(&mut Step)) -> &'static Playbook {
    playbook("toy.suspend-key", "key/K", change)
}

fn wish(playbook: &'static Playbook) -> Wish {
    Wish {
        verb: "run",
        subjects: vec![name("user/ci")],
        secrets: false,
        answer: Answer::Yes(Confirmation::Yes),
        playbook,
        ..Wish::isolate(Limit::Isolated)
    }
}

/// The first round of it, and no other.
async fn once(bench: &Bench, playbook: &'static Playbook) {
    let plan = Wish {
        limit: Limit::Plan,
        ..wish(playbook)
    };
    let (plan, _) = bench.go(&plan).await.end().plan.unwrap();
    let apply = Wish {
        limit: Limit::OneRound(Box::new(plan)),
        ..wish(playbook)
    };
    bench.go(&apply).await.end();
}

fn meets(bench: &Bench, about: &str, nth: Option<u32>, fault: Fault) {
    bench.weather.add(Rule {
        on: Some(Operation::Perform),
        about: about.to_owned(),
        nth,
        fault,
    });
}

fn states(bench: &Bench) -> Vec<(String, State)> {
    let record = journal::read(&mut bench.disk.clone()).unwrap();
    let lives = record.case.lives.iter();
    lives
        .map(|(named, life)| (named.key.to_string(), life.state.clone()))
        .collect()
}

fn count(bench: &Bench, is: fn(&State) -> bool) -> usize {
    states(bench).iter().filter(|(_, state)| is(state)).count()
}

fn is_confirmed(state: &State) -> bool {
    matches!(state, State::Confirmed { .. })
}

#[tokio::test(start_paused = true)]
async fn a_wave_starts_when_the_one_before_has_ended() {
    let bench = bench();
    once(
        &bench,
        suspending(|step| step.waves = vec![Wave::Count(1), Wave::PerCent(30)]),
    )
    .await;
    assert_eq!(count(&bench, is_confirmed), MANY);
    let entries = bench.entries();
    let sent = |nth: usize| {
        let intents = entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| matches!(entry.event, Event::Intended { .. }));
        intents.map(|(at, _)| at).nth(nth).unwrap()
    };
    let ended = |before: usize| {
        entries[..before]
            .iter()
            .filter(|entry| matches!(entry.event, Event::Verified { .. }))
            .count()
    };
    assert_eq!(ended(sent(0)), 0);
    assert!(
        ended(sent(1)) == 1 && ended(sent(3)) == 1,
        "the second wave has three, at once"
    );
    assert!(ended(sent(4)) == 4, "the rest goes after four have ended");
}

#[tokio::test(start_paused = true)]
async fn after_so_many_failures_no_new_wave_starts_and_the_rest_is_named() {
    for (most, begun) in [(1, 2), (2, 4), (3, MANY)] {
        let bench = bench();
        meets(&bench, "K1@", None, Fault::Denied);
        meets(&bench, "K2@", None, Fault::Denied);
        let playbook = suspending(|step| {
            step.waves = vec![Wave::Count(2), Wave::Count(2)];
            step.max_failures = Some(most);
        });
        once(&bench, playbook).await;
        let requests: std::collections::BTreeSet<String> = bench
            .left()
            .iter()
            .map(|left| left.call.target.to_string())
            .collect();
        assert_eq!(requests.len(), begun, "max_failures {most}");
        let blocked = states(&bench).into_iter().filter(|(_, state)| {
            matches!(state, State::Blocked(cause) if cause.word() == "dependency" && cause.text().contains("starts no more"))
        });
        assert_eq!(blocked.count(), MANY - begun, "max_failures {most}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_says_how_often_it_is_tried_and_after_what() {
    let retry = |attempts, on: &[RetryOn], within| Retry {
        attempts,
        backoff: Some(Duration::from_secs(10)),
        within,
        on: on.to_vec(),
    };
    let minute = Some(Duration::from_secs(15));
    for (retry, fault, wanted) in [
        (retry(3, &[], None), Fault::Unavailable, 3),
        (retry(3, &[RetryOn::Throttled], None), Fault::Unavailable, 1),
        (
            retry(9, &[RetryOn::Unavailable], minute),
            Fault::Unavailable,
            2,
        ),
        (
            retry(3, &[RetryOn::Throttled], None),
            Fault::Throttled { hint: None },
            3,
        ),
        (retry(3, &[RetryOn::Conflict], None), Fault::Refused, 3),
        (retry(3, &[RetryOn::Throttled], None), Fault::Refused, 1),
        // We are not permitted: no second try changes that.
        (retry(3, &[], None), Fault::Denied, 1),
    ] {
        let bench = bench();
        meets(&bench, "K0@", None, fault);
        let said = format!("{retry:?} {fault:?}");
        once(&bench, suspending(|step| step.retry = Some(retry))).await;
        let sent = bench
            .left()
            .iter()
            .filter(|left| left.call.target == name("key/K0"))
            .count();
        assert_eq!(sent, wanted, "{said}");
        assert_eq!(count(&bench, is_confirmed), MANY - 1, "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_outlasts_its_timeout_is_in_doubt_and_settled_by_looking() {
    let bench = bench();
    meets(
        &bench,
        "K0@",
        Some(1),
        Fault::Slow("20s".to_owned().try_into().unwrap()),
    );
    let timeout = Timeout {
        attempt: Some(Duration::from_secs(2)),
        step: None,
    };
    once(&bench, suspending(|step| step.timeout = timeout)).await;
    let doubt = bench.entries().iter().any(|entry| {
        matches!(&entry.event, Event::Answered { outcome: Answered::InDoubt(why), .. } if why.text.contains("within 2s"))
    });
    assert!(doubt);
    assert_eq!(count(&bench, is_confirmed), MANY);
}

#[tokio::test(start_paused = true)]
async fn no_attempt_begins_after_the_time_of_its_step() {
    let bench = bench();
    meets(&bench, "K0@", None, Fault::Unavailable);
    let timeout = Timeout {
        attempt: None,
        step: Some(Duration::from_secs(1)),
    };
    once(&bench, suspending(|step| step.timeout = timeout)).await;
    let sent = bench
        .left()
        .iter()
        .filter(|left| left.call.target == name("key/K0"))
        .count();
    assert!((2..4).contains(&sent), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn what_a_failed_step_did_is_given_back_and_nothing_else_and_never_a_cut() {
    let undo = |step: &mut Step| {
        step.on_failure = Some(OnFailure {
            then: AfterFailure::UndoSelf,
            run: Vec::new(),
        });
        step.waves = vec![Wave::Count(5)];
    };
    let code = |playbook| Wish {
        answer: Answer::Yes(Confirmation::Code),
        ..wish(playbook)
    };
    // What was only not reached has not failed: it may end well later, and nothing is given back for it.
    for (fault, raises, undoes) in [
        (Some(Fault::Denied), 0, 4),
        (Some(Fault::Unavailable), MANY - 1, 0),
        (None, MANY, 0),
    ] {
        let bench = bench();
        if let Some(fault) = fault {
            meets(&bench, "F3@", None, fault);
        }
        let flags = playbook("toy.raise-flag", "flag/F", undo);
        let plan = Wish {
            limit: Limit::Plan,
            ..code(flags)
        };
        let (plan, _) = bench.go(&plan).await.end().plan.unwrap();
        bench
            .go(&Wish {
                limit: Limit::OneRound(Box::new(plan)),
                ..code(flags)
            })
            .await
            .end();
        let up = |nth: usize| {
            let world = contain::provider::simulated::lock(&bench.world);
            world.node(&name(&format!("flag/F{nth}"))).unwrap().fields["up"].clone()
        };
        let raised = (0..MANY).filter(|nth| up(*nth) == "yes").count();
        assert_eq!(raised, raises);
        let undone = count(&bench, |state| matches!(state, State::Undone));
        assert_eq!(undone, undoes);
    }
    let bench = bench();
    meets(&bench, "K3@", None, Fault::Denied);
    once(&bench, suspending(undo)).await;
    let opened = bench
        .left()
        .iter()
        .any(|left| left.call.action.to_string() == "toy.resume-key");
    assert!(!opened, "I6");
}
