//! The laws of single fields of a step: what each says happens, and nothing else does.
//!
//! A toy world with two users, their keys and some flags; the world's own log is what is believed.

use contain::converge::{Answer, End, Error, Limit};
use contain::domain::event::Event;
use contain::domain::mandate::Scope;
use contain::domain::{Because, Cause, Duration, ItemRef, Kind, Locator, Spec, State};
use contain::gate::Confirmation;
use contain::journal;
use contain::plan;
use contain::playbook::{self, Expr, Playbook, Vocabulary};
use contain::provider::simulated::weather::Length;
use contain::provider::simulated::{Fault, Node, Operation, Rule, Scenario, lock};
use contain::report::describe::{Source, of_run};
use contain::report::standing::Outcome as Said;
use contain::report::{commands, human};
use serde_json::{Value, json};

use crate::simulated::{Bench, Ended, Wish};

fn catalogue() -> (Vec<Kind>, Vec<Spec>) {
    let kinds = json!([
        {"id": "toy:key", "title": "key", "credential": true, "readable": "by-id"},
        {"id": "toy:flag", "title": "flag", "credential": false, "readable": "by-id"},
        {"id": "toy:user", "title": "user", "credential": false, "readable": "by-id",
         "governs": ["toy:key"], "reads": ["reach"]},
        {"id": "toy:team", "title": "team", "credential": false, "readable": "by-id", "reads": ["reach"]},
    ]);
    let spec = |id: &str, on: &str, effect: Value, touches: Value, undo: Value| {
        json!({
            "id": id, "title": id, "on": on, "effect": effect, "hurts": "somebody", "floor": 1, "repeat": "set-like",
            "touches": touches, "undo": undo, "permissions": [id],
            "bound": {"configured": {"within": "PT5S"}}, "docs": "none",
        })
    };
    let cut = |rung: &str, target: &str, allows: &str| json!({"cut": {"rung": rung, "target": target, "issued": "lives", "stops_issue": true, "allows": allows}});
    let sets = |field: &str, value: &str| json!([{"field": field, "becomes": {"is": value}}]);
    let back = |field: &str| json!([{"field": field, "becomes": "before"}]);
    let by = |id: &str| json!({"by": id});
    let never = json!({"none": "it is an inverse"});
    let actions = json!([
        spec(
            "toy.suspend-key",
            "toy:key",
            cut("suspend", "pauses", "nothing"),
            sets("status", "Inactive"),
            by("toy.resume-key")
        ),
        spec(
            "toy.resume-key",
            "toy:key",
            json!("open"),
            back("status"),
            never.clone()
        ),
        spec(
            "toy.slow-user",
            "toy:user",
            cut("narrow", "lives", "as-before"),
            sets("pace", "slow"),
            by("toy.hurry-user")
        ),
        spec(
            "toy.hurry-user",
            "toy:user",
            json!("open"),
            back("pace"),
            never.clone()
        ),
        spec(
            "toy.slow-key",
            "toy:key",
            cut("narrow", "lives", "as-before"),
            sets("pace", "slow"),
            by("toy.hurry-key")
        ),
        spec(
            "toy.hurry-key",
            "toy:key",
            json!("open"),
            back("pace"),
            never.clone()
        ),
        spec(
            "toy.fence-user",
            "toy:user",
            cut("narrow", "lives", "nothing"),
            sets("fence", "all"),
            by("toy.free-user")
        ),
        spec(
            "toy.lower-user",
            "toy:user",
            cut("narrow", "lives", "read-only"),
            sets("fence", "writes"),
            by("toy.free-user")
        ),
        spec(
            "toy.free-user",
            "toy:user",
            json!("open"),
            back("fence"),
            never.clone()
        ),
        spec(
            "toy.delete-user",
            "toy:user",
            cut("delete", "dies", "nothing"),
            sets("status", "Deleted"),
            json!({"none": "it is gone"})
        ),
        spec(
            "toy.raise-flag",
            "toy:flag",
            json!("tell"),
            sets("up", "yes"),
            by("toy.lower-flag")
        ),
        spec(
            "toy.lower-flag",
            "toy:flag",
            json!("open"),
            back("up"),
            never
        ),
        spec(
            "toy.list-keys",
            "toy:user",
            json!({"read": "reach"}),
            json!([]),
            json!({"none": "it only reads"})
        ),
    ]);
    (
        serde_json::from_value(kinds).unwrap(),
        serde_json::from_value(actions).unwrap(),
    )
}

const WORLD: &str = r#"
drill: steps
summary: Two users.
provider: toy
playbook: steps
subject: toy:user/ci@1
since: 2h
start: 2026-03-01T03:07:00Z
seed: 7
responder: {credential: "toy:key/OURS@1", principal: "toy:user/on-call@1"}
world:
  latency: 40ms
  deadline: 3s
  nodes:
    - {locator: "toy:user/ci@1", age: 9720h, fields: {fence: none, status: Active}}
    - {locator: "toy:user/cd@1", age: 9720h, fields: {fence: none, status: Active}}
    - {locator: "toy:team/web@1", age: 9720h}
    - {locator: "toy:key/K0@1", held_by: "toy:user/ci@1", fields: {status: Active}, age: 4800h, secret: true}
    - {locator: "toy:key/K1@1", held_by: "toy:user/ci@1", fields: {status: Active}, age: 4800h, secret: true}
    - {locator: "toy:key/K2@1", held_by: "toy:user/ci@1", fields: {status: Active}, age: 4800h, secret: true}
    - {locator: "toy:flag/F0@1", age: 4800h, fields: {up: "no"}}
    - {locator: "toy:flag/F1@1", age: 4800h, fields: {up: "no"}}
    - {locator: "toy:flag/F2@1", age: 4800h, fields: {up: "no"}}
    - {locator: "toy:user/on-call@1", age: 9000h}
    - {locator: "toy:key/OURS@1", held_by: "toy:user/on-call@1", fields: {status: Active}, age: 700h, secret: true}
expect: {outcome: contained}
"#;

fn bench() -> Bench {
    Bench::of_catalogue(Scenario::parse(WORLD).unwrap(), |_| (), catalogue())
}

fn name(text: &str) -> Locator {
    format!("toy:{text}@1").parse().unwrap()
}

/// A playbook of these phases; in `FLAGS` stands the list of all flags, which no read of this world finds.
fn load(phases: &str) -> &'static Playbook {
    load_with("", phases)
}

fn load_with(head: &str, phases: &str) -> &'static Playbook {
    let phases = phases.replace("FLAGS", "${steps.reach.items}");
    let text = format!(
        "contain: 1\nplaybook: steps\nsummary: Steps\n{head}inputs:\n  subject: {{type: locator, required: true}}\nphases:\n{phases}"
    );
    let (kinds, actions) = catalogue();
    let vocabulary = Vocabulary {
        kinds: kinds.iter().collect(),
        actions: actions.iter().collect(),
    };
    let read = playbook::load("steps.yaml", &text, &vocabulary);
    let mut playbook = read.unwrap_or_else(|why| panic!("{}", why.render(false)));
    let flags: Value = (0..3)
        .map(|nth| json!({"locator": format!("toy:flag/F{nth}@1")}))
        .collect();
    for step in &mut playbook.steps {
        let of_flags = step.id == "flags" || step.id == "flag";
        if let Some(for_each) = step.for_each.as_mut().filter(|_| of_flags) {
            for_each.list = Expr::literal(flags.clone(), step.span);
        }
    }
    Box::leak(Box::new(playbook))
}

fn wish(playbook: &'static Playbook, limit: Limit) -> Wish {
    Wish {
        verb: "run",
        subjects: vec![name("user/ci")],
        secrets: false,
        answer: Answer::Yes(Confirmation::Yes),
        playbook,
        ..Wish::isolate(limit)
    }
}

async fn run(bench: &Bench, playbook: &'static Playbook) -> End {
    bench.go(&wish(playbook, Limit::Isolated)).await.end()
}

/// The last life of each item of a step.
fn lives(bench: &Bench, step: &str) -> Vec<(ItemRef, State)> {
    let record = journal::read(&mut bench.disk.clone()).unwrap();
    let last = record.case.last_lives(1).into_values();
    let of_step = last.filter(|(item, _)| item.key.step == step);
    of_step
        .map(|(item, life)| (item.clone(), life.state.clone()))
        .collect()
}

fn state(bench: &Bench, step: &str) -> State {
    let mut lives = lives(bench, step);
    assert!(!lives.is_empty(), "{step} has no item");
    lives.remove(0).1
}

/// What the world did, by action and target, in order.
fn did(bench: &Bench) -> Vec<String> {
    let left = bench.left().into_iter();
    left.map(|left| format!("{} {}", left.call.action, left.call.target))
        .collect()
}

/// The document about the run, as a person or a program reads it now.
fn told(bench: &Bench, end: &End, playbook: &Playbook) -> contain::report::output::Output {
    let record = journal::read(&mut bench.disk.clone()).unwrap();
    let plan = end.plan.as_ref();
    of_run(&Source {
        case: &record.case,
        catalogue: &bench.catalogue,
        run: 1,
        standing: &end.standing,
        playbook: Some(playbook),
        plan: plan.map(|(plan, digest)| (plan, *digest)),
        wants_code: end.wants_code,
        now: bench.clock.now(),
    })
}

const REACH: &str = "  inventory:\n    - {id: reach, read: reach, target: \"${subject}\"}\n";

const KEYS: &str = r#"    - id: keys
      do: suspend
      for_each: {in: "${steps.reach.items}", as: one, key: "${one.locator}"}
      target: "${one.locator}"
"#;

#[tokio::test(start_paused = true)]
async fn a_mode_is_met_by_what_leaves_that_access_and_never_by_a_harder_cut() {
    let step = |mode: &str, target: &str| {
        load(&format!(
            "  isolate:\n    - {{id: stop, do: delete, target: \"{target}\", mode: {mode}}}\n"
        ))
    };
    for (mode, action) in [
        ("quarantine", "toy.fence-user"),
        ("{read-only: Healthy programs share it.}", "toy.lower-user"),
    ] {
        let bench = bench();
        drop(run(&bench, step(mode, "toy:user/ci@1")).await);
        assert_eq!(did(&bench), [format!("{action} toy:user/ci@1")], "{mode}");
    }
    // A key has only a harder cut and one that leaves what there was, and a person is asked instead.
    let bench = bench();
    let on_key = Wish {
        subjects: vec![name("key/K0")],
        ..wish(step("quarantine", "${subject}"), Limit::Isolated)
    };
    let end = bench.go(&on_key).await.end();
    assert_eq!(did(&bench), [""; 0]);
    assert_eq!(end.standing.told(), Said::NotContained);
    let record = journal::read(&mut bench.disk.clone()).unwrap();
    let mut asked = record.case.lives.values().filter_map(|life| {
        let asked = life.planned.asked.as_ref()?;
        life.planned.is_cut_by_hand().then(|| asked.text.clone())
    });
    let by_hand = asked.next();
    assert!(by_hand.unwrap().contains("in quarantine"));
}

#[tokio::test(start_paused = true)]
async fn a_step_raises_its_tier_and_what_is_raised_wants_its_code() {
    let playbook = load(
        "  isolate:\n    - {id: stop, do: suspend, target: \"toy:key/K0@1\", tier: 3}\n    - {id: less, do: suspend, target: \"toy:key/K1@1\", tier: 0}\n",
    );
    let bench = bench();
    let end = run(&bench, playbook).await;
    assert_eq!(did(&bench), ["toy.suspend-key toy:key/K1@1"]);
    assert!(end.wants_code);
    let (plan, _) = end.plan.unwrap();
    let tier = |step: &str| {
        let of_step = plan.items.iter().find(|item| item.key.step == step);
        of_step.map(|item| (item.tier.to_string(), item.reasons.concat()))
    };
    let (raised, why) = tier("stop").unwrap();
    assert_eq!(raised, "3");
    assert!(why.contains("the playbook raises it"), "{why}");
    assert!(
        tier("less").is_some_and(|(tier, _)| tier.as_str() >= "1"),
        "a playbook never lowers"
    );
    let code = Wish {
        answer: Answer::Yes(Confirmation::Code),
        ..wish(playbook, Limit::Isolated)
    };
    drop(bench.go(&code).await.end());
    assert_eq!(did(&bench).len(), 2);
}

fn gated(approvals: u32, on_expiry: &str) -> &'static Playbook {
    load(&format!(
        "  isolate:\n    - {{id: stop, do: suspend, target: \"toy:key/K0@1\"}}\n  validate:\n    - id: flag\n      do: toy.raise-flag\n      target: \"toy:flag/F0@1\"\n      gate: {{ask: \"May it be raised?\", approvals: {{owner: {approvals}}}, expires: 10m, on_expiry: {on_expiry}}}\n"
    ))
}

#[tokio::test(start_paused = true)]
async fn a_steps_own_gate_holds_back_that_step_and_nothing_else() {
    let bench = bench();
    drop(run(&bench, gated(2, "escalate")).await);
    assert_eq!(did(&bench), ["toy.suspend-key toy:key/K0@1"]);
    assert!(matches!(state(&bench, "flag.gate"), State::Blocked(_)));
    assert!(matches!(
        state(&bench, "flag"),
        State::Blocked(Cause::Dependency(_)) | State::Planned
    ));
    let bench = self::bench();
    drop(run(&bench, gated(1, "escalate")).await);
    assert!(matches!(
        state(&bench, "flag.gate"),
        State::Confirmed { .. }
    ));
    assert_eq!(did(&bench).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_gate_that_nobody_answers_in_time_is_told_again_or_denies() {
    for (on_expiry, denies) in [("escalate", false), ("deny", true)] {
        let (bench, playbook) = (bench(), gated(2, on_expiry));
        let end = run(&bench, playbook).await;
        let is_overdue = |end: &End| {
            let output = told(&bench, end, playbook);
            output.obligations.iter().any(|owed| owed.overdue)
        };
        assert!(!is_overdue(&end), "there is time left");
        bench.clock.sleep(Duration::from_mins(11)).await;
        let end = run(&bench, playbook).await;
        assert_eq!(
            matches!(state(&bench, "flag.gate"), State::Denied(_)),
            denies,
            "{on_expiry}"
        );
        assert_eq!(is_overdue(&end), !denies, "{on_expiry}");
        assert_eq!(did(&bench), ["toy.suspend-key toy:key/K0@1"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_on_items_stages_cuts_and_refuses_anything_else_before_it_begins() {
    let cuts = load_with("limits: {max_items: 1}\n", &format!("{REACH}{KEYS}"));
    let bench = bench();
    for done in 1..=3 {
        let end = run(&bench, cuts).await;
        assert_eq!(did(&bench).len(), done, "{:#?}", end.standing);
        let asks = end.standing.unproven.join("; ").contains("(approval)");
        assert_eq!(asks, done < 3, "each asks for more: {:#?}", end.standing);
        assert_eq!(end.standing.told() == Said::Isolated, done == 3);
    }
    // What was named waits for no limit.
    let named = load_with(
        "limits: {max_items: 1}\n",
        &format!(
            "{REACH}{KEYS}    - {{id: fence, do: toy.fence-user, target: \"${{subject}}\"}}\n"
        ),
    );
    let bench = self::bench();
    drop(run(&bench, named).await);
    assert_eq!(did(&bench).len(), 2, "{:?}", did(&bench));
    let others = load_with(
        "limits: {max_items: 2}\n",
        &format!(
            "{REACH}  validate:\n    - id: flags\n      do: toy.raise-flag\n      needs: [reach]\n      for_each: {{in: \"FLAGS\", as: one, key: \"${{one.locator}}\"}}\n      target: \"${{one.locator}}\"\n"
        ),
    );
    let bench = self::bench();
    let broke = bench.go(&wish(others, Limit::Isolated)).await;
    assert!(
        matches!(
            broke,
            Ended::Broke(Error::Plan(plan::Error::TooMany { items: 3, limit: 2 }))
        ),
        "{broke:?}"
    );
    assert_eq!(did(&bench), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_limit_on_a_for_each_stages_cuts_and_refuses_anything_else() {
    let limited = KEYS.replace("as: one,", "as: one, limit: 2,");
    let bench = bench();
    let limited = load(&format!("{REACH}{limited}"));
    let end = run(&bench, limited).await;
    assert_eq!(did(&bench).len(), 2, "{:#?}", end.standing);
    let unproven = end.standing.unproven.join("; ");
    assert!(unproven.contains("(approval)"), "{unproven}");
    drop(run(&bench, limited).await);
    assert_eq!(did(&bench).len(), 3);
    let others = load(&format!(
        "{REACH}  validate:\n    - id: flags\n      do: toy.raise-flag\n      needs: [reach]\n      for_each: {{in: \"FLAGS\", as: one, limit: 2, key: \"${{one.locator}}\"}}\n      target: \"${{one.locator}}\"\n"
    ));
    let bench = self::bench();
    let broke = bench.go(&wish(others, Limit::Isolated)).await;
    assert!(
        matches!(
            broke,
            Ended::Broke(Error::Plan(plan::Error::TooManyFor {
                items: 3,
                limit: 2,
                ..
            }))
        ),
        "{broke:?}"
    );
    assert_eq!(did(&bench), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_is_open_when_the_time_of_the_playbook_is_over_is_named_with_that_reason() {
    let playbook = load_with(
        "limits: {max_items: 1, deadline: 10ms}\n",
        &format!("{REACH}{KEYS}"),
    );
    let bench = bench();
    let mut end = run(&bench, playbook).await;
    for _ in 0..4 {
        if end.standing.told() == Said::Isolated {
            break;
        }
        let why = end.standing.withheld.join("\n");
        assert!(why.contains("limits.deadline"), "{:#?}", end.standing);
        assert!(why.contains("contain resume"), "{why}");
        assert!(
            !matches!(end.standing.told(), Said::Isolated | Said::Contained),
            "keys are alive: {:#?}",
            end.standing
        );
        end = run(&bench, playbook).await;
    }
    assert_eq!(did(&bench).len(), 3, "each resume begins one more round");
}

#[tokio::test(start_paused = true)]
async fn several_subjects_share_what_mentions_none_and_one_cut_is_made_once() {
    let playbook = load(
        "  isolate:\n    - {id: fence, do: narrow, target: \"${subject}\", mode: quarantine}\n    - {id: shared, do: suspend, target: \"toy:key/K0@1\"}\n    - {id: again, do: toy.suspend-key, target: \"toy:key/K0@1\"}\n  validate:\n    - {id: flag, do: toy.raise-flag, target: \"toy:flag/F0@1\"}\n    - {id: call, manual: {text: Call the owner}}\n",
    );
    let bench = bench();
    let both = Wish {
        subjects: vec![name("user/ci"), name("user/cd")],
        ..wish(playbook, Limit::Isolated)
    };
    drop(bench.go(&both).await.end());
    let mut did = did(&bench);
    did.sort();
    assert_eq!(
        did,
        [
            "toy.fence-user toy:user/cd@1",
            "toy.fence-user toy:user/ci@1",
            "toy.raise-flag toy:flag/F0@1",
            "toy.suspend-key toy:key/K0@1",
        ]
    );
    for (step, items) in [("fence", 2), ("flag", 1), ("call", 1)] {
        assert_eq!(lives(&bench, step).len(), items, "{step}");
    }
    assert_eq!(
        lives(&bench, "shared").len() + lives(&bench, "again").len(),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn a_check_is_shown_in_words_and_with_what_it_is_about() {
    let source = "${steps.uses.items.filter(e, e.at > subject.cut_at && e.in_scope).size() == 0}";
    let playbook = load(&format!(
        "  validate:\n    - {{id: uses, read: reach, target: \"${{subject}}\"}}\n    - {{id: unused, check: \"{source}\", needs: [uses]}}\n"
    ));
    let bench = bench();
    let both = Wish {
        subjects: vec![name("user/ci"), name("user/cd")],
        ..wish(playbook, Limit::Plan)
    };
    let (plan, digest) = bench.go(&both).await.end().plan.unwrap();
    let page = human::plan(&plan, &bench.catalogue);
    let words =
        "`uses` finds nothing whose time is later than the cut of the subject and that is in scope";
    for subject in ["toy:user/ci@1", "toy:user/cd@1"] {
        let wanted = format!("check        unused of {subject}\n       holds  {words}\n");
        assert!(page.contains(&wanted), "{page}");
    }
    assert!(!page.contains("${"), "{page}");
    let script = commands::script(&plan, digest.unwrap(), &bench.catalogue);
    let line = format!("# check, before you go on, unused of toy:user/ci@1: {words}\n");
    assert!(script.contains(&line), "{script}");
    let told = serde_json::to_value(&plan.items).unwrap();
    let told = told.to_string();
    assert!(
        told.contains(&source.replace('"', "\\\"")),
        "the expression stays in the plan: {told}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_come_to_pass_for_a_subject_is_in_no_plan_of_it() {
    let planned = async |more: &str, reads: &str| {
        let playbook = load(&format!(
            "  validate:\n    - {{id: call, manual: {{text: \"Replace ${{subject.id}}\"}}, when: \"${{{more}}}\"}}\n{reads}"
        ));
        let bench = bench();
        let both = Wish {
            subjects: vec![name("user/ci"), name("key/K0")],
            ..wish(playbook, Limit::Plan)
        };
        let (plan, _) = bench.go(&both).await.end().plan.unwrap();
        let calls = plan.items.iter().filter(|item| item.key.step == "call");
        let calls = calls.map(|item| {
            let subject = item.key.subject.as_ref().unwrap();
            (subject.to_string(), item.only_if.is_some())
        });
        calls.collect::<Vec<_>>()
    };
    let (key, user) = ("toy:key/K0@1".to_owned(), "toy:user/ci@1".to_owned());
    // A principal is no credential that lasts, which its kind tells before anything is asked.
    let only_key = vec![(key.clone(), false)];
    assert_eq!(planned("subject.lasts", "").await, only_key);
    let looks = "    - {id: seen, check: \"${steps.call.status == 'skipped'}\", needs: [call]}\n";
    let both = vec![(user.clone(), true), (key.clone(), false)];
    assert_eq!(
        planned("subject.lasts", looks).await,
        both,
        "the next step looks at it"
    );
    let changes = "subject.lasts && since(incident.since) < duration('1s')";
    let both = vec![(user, true), (key, true)];
    assert_eq!(
        planned(changes, "").await,
        both,
        "it may be otherwise later"
    );
}

#[tokio::test(start_paused = true)]
async fn what_depends_on_something_unknown_is_shown_with_it_and_covered_by_the_first_word() {
    let playbook = load(&format!(
        "{REACH}{KEYS}  validate:\n    - {{id: quiet, check: \"${{steps.reach.items.size() == 3}}\", needs: [reach]}}\n    - {{id: flag, do: toy.raise-flag, target: \"toy:flag/F0@1\", when: \"${{steps.quiet.passed}}\"}}\n    - {{id: other, do: toy.raise-flag, target: \"toy:flag/F1@1\", needs: [quiet], when: \"${{!steps.quiet.passed}}\"}}\n"
    ));
    let bench = bench();
    let planned = bench.go(&wish(playbook, Limit::Plan)).await.end();
    let (plan, _) = planned.plan.unwrap();
    let page = human::plan(&plan, &bench.catalogue);
    assert!(
        page.contains("conditional on `quiet` passed (${steps.quiet.passed})"),
        "{page}"
    );
    assert_eq!(did(&bench), [""; 0]);
    drop(run(&bench, playbook).await);
    let did = did(&bench);
    assert!(
        did.contains(&"toy.raise-flag toy:flag/F0@1".to_owned()),
        "{did:?}"
    );
    assert!(!did.contains(&"toy.raise-flag toy:flag/F1@1".to_owned()));
    assert!(matches!(state(&bench, "other"), State::Skipped(_)));
    let granted = bench.entries().into_iter().any(|entry| {
        matches!(&entry.event, Event::Granted { mandate } if matches!(&mandate.scope,
            Scope::Exact { items, .. } if items.iter().any(|key| key.step == "flag")))
    });
    assert!(
        granted,
        "the word that was given covers the conditional item"
    );
}

#[tokio::test(start_paused = true)]
async fn a_for_each_tells_which_ended_how() {
    let playbook = load(&format!(
        "{REACH}  validate:\n    - id: flags\n      do: toy.raise-flag\n      needs: [reach]\n      for_each: {{in: \"FLAGS\", as: one, key: \"${{one.locator}}\"}}\n      target: \"${{one.locator}}\"\n    - {{id: two, needs: [flags.done], check: \"${{steps.flags.confirmed.size() == 2 && steps.flags.failed.size() == 1 && steps.flags.in_doubt.size() == 0}}\"}}\n"
    ));
    let bench = bench();
    bench.weather.add(Rule {
        on: Some(Operation::Perform),
        about: "F1".to_owned(),
        nth: None,
        fault: Fault::Refused,
    });
    drop(run(&bench, playbook).await);
    assert!(
        matches!(state(&bench, "two"), State::Confirmed { .. }),
        "{:?}",
        lives(&bench, "two")
    );
}

#[tokio::test(start_paused = true)]
async fn what_runs_after_a_failure_runs_then_and_only_then() {
    let playbook = load(
        "  validate:\n    - id: flag\n      do: toy.raise-flag\n      target: \"toy:flag/F0@1\"\n      on_failure: {then: keep, run: [{id: call, manual: {text: Call the owner}}]}\n",
    );
    for (fault, is_asked) in [(Some(Fault::Refused), true), (None, false)] {
        let bench = bench();
        if let Some(fault) = fault {
            bench.weather.add(Rule {
                on: Some(Operation::Perform),
                about: "F0".to_owned(),
                nth: None,
                fault,
            });
        }
        drop(run(&bench, playbook).await);
        assert_eq!(
            matches!(state(&bench, "call"), State::Blocked(Cause::Approval(_))),
            is_asked,
            "{fault:?}: {:?}",
            lives(&bench, "call")
        );
        assert_eq!(
            matches!(state(&bench, "call"), State::Skipped(_)),
            !is_asked
        );
    }
}

/// What the first answer of the read could not see, and how long it took.
fn first_answer(bench: &Bench) -> Option<Because> {
    bench
        .entries()
        .into_iter()
        .find_map(|entry| match entry.event {
            Event::Found { reading, .. } => {
                Some(reading.not_seen.first().map(|not| not.why.because))
            }
            _ => None,
        })?
}

#[tokio::test(start_paused = true)]
async fn a_read_is_tried_as_often_and_as_long_as_its_step_says() {
    let read = |more: &str| {
        load(&format!(
            "  inventory:\n    - {{id: reach, read: reach, target: \"${{subject}}\", {more}}}\n"
        ))
    };
    let is_down = |nth: u32| Rule {
        on: Some(Operation::Read),
        about: "user/ci".to_owned(),
        nth: Some(nth),
        fault: Fault::Unavailable,
    };
    for (more, failures, unseen) in [
        ("retry: {attempts: 3, backoff: 2s}", 2, false),
        ("retry: {attempts: 3, backoff: 2s}", 3, true),
        ("retry: {attempts: 1}", 1, true),
        ("retry: {attempts: 5, on: [throttled]}", 1, true),
        ("retry: {attempts: 5, backoff: 10s, within: 5s}", 1, true),
    ] {
        let bench = bench();
        // The glance before the first plan asks once, too.
        for nth in 2..2 + failures {
            bench.weather.add(is_down(nth));
        }
        drop(run(&bench, read(more)).await);
        assert_eq!(first_answer(&bench).is_some(), unseen, "{more}, {failures}");
    }
    let bench = bench();
    bench.weather.add(Rule {
        on: Some(Operation::Read),
        about: "user/ci".to_owned(),
        nth: None,
        fault: Fault::Slow(Length(Duration::from_secs(45))),
    });
    let began = bench.clock.now();
    let timed = read("retry: {attempts: 1}, timeout: {attempt: 5s}");
    drop(run(&bench, timed).await);
    assert_eq!(first_answer(&bench), Some(Because::Timeout));
    let found = bench
        .entries()
        .into_iter()
        .find_map(|entry| matches!(entry.event, Event::Found { .. }).then_some(entry.at));
    let took = found.unwrap().duration_since(began);
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_read_by_an_action_asks_only_what_that_action_is_about() {
    for (read, found) in [("toy.list-keys", 0), ("reach", 1)] {
        let playbook = load(&format!(
            "  inventory:\n    - {{id: reach, read: {read}, target: \"${{subject}}\"}}\n"
        ));
        let bench = bench();
        let team = Wish {
            subjects: vec![name("team/web")],
            ..wish(playbook, Limit::Isolated)
        };
        drop(bench.go(&team).await.end());
        assert_eq!(lives(&bench, "reach").len(), found, "{read}");
    }
    let bench = bench();
    let playbook =
        load("  inventory:\n    - {id: reach, read: toy.list-keys, target: \"${subject}\"}\n");
    drop(run(&bench, playbook).await);
    let record = journal::read(&mut bench.disk.clone()).unwrap();
    let keys = record
        .case
        .found
        .values()
        .map(|(_, reading)| reading.found.len());
    assert_eq!(keys.sum::<usize>(), 3);
}

#[tokio::test(start_paused = true)]
async fn where_its_review_falls_due_giving_back_is_proposed_and_nothing_is_given_back() {
    for (then, proposes) in [("propose-restore", true), ("escalate", false)] {
        let playbook = load(&format!(
            "  isolate:\n    - {{id: stop, do: suspend, target: \"toy:key/K0@1\", review: {{after: 1h, then: {then}}}}}\n"
        ));
        let bench = bench();
        let end = run(&bench, playbook).await;
        let proposed = |end: &End| {
            let output = told(&bench, end, playbook);
            let mut owed = output.obligations.into_iter();
            owed.any(|owed| {
                owed.do_with
                    .is_some_and(|with| with.starts_with("contain restore"))
            })
        };
        assert!(!proposed(&end), "it is not due yet");
        bench.clock.sleep(Duration::from_hours(2)).await;
        let end = run(&bench, playbook).await;
        assert_eq!(proposed(&end), proposes, "{then}");
        assert_eq!(did(&bench), ["toy.suspend-key toy:key/K0@1"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_check_that_fails_later_brings_back_what_waits_for_its_failure() {
    let playbook = load(&format!(
        "{REACH}  validate:\n    - {{id: quiet, check: \"${{steps.reach.items.size() == 3}}\", needs: [reach]}}\n    - {{id: call, needs: [quiet.failed], manual: {{text: Call the owner}}}}\n"
    ));
    let bench = bench();
    drop(run(&bench, playbook).await);
    assert!(matches!(state(&bench, "quiet"), State::Confirmed { .. }));
    assert!(matches!(state(&bench, "call"), State::Skipped(_)));
    bench.clock.sleep(Duration::from_secs(60)).await;
    // Another key comes to be: what the check said of the reading is not so any more.
    let mut key = Node::new(name("key/K3"));
    key.held_by = Some(name("user/ci"));
    lock(&bench.world).add(key);
    drop(run(&bench, playbook).await);
    assert!(matches!(state(&bench, "quiet"), State::Failed(_)));
    assert!(
        matches!(state(&bench, "call"), State::Blocked(Cause::Approval(_))),
        "{:?}",
        lives(&bench, "call")
    );
}

#[tokio::test(start_paused = true)]
async fn an_earlier_rounds_plan_is_applied_as_far_as_it_is_still_open() {
    let playbook = load(&format!(
        "{REACH}{KEYS}  reissue:\n    - {{id: flag, do: toy.raise-flag, target: \"toy:flag/F0@1\", tier: 3}}\n"
    ));
    let bench = bench();
    let end = run(&bench, playbook).await;
    assert!(end.wants_code, "{:#?}", end.standing);
    assert_eq!(did(&bench).len(), 3, "{:?}", did(&bench));
    let (first, _) = end.plan.unwrap();
    let record = journal::read(&mut bench.disk.clone()).unwrap();
    let last = record.case.runs[&1].plans.keys().next_back().copied();
    assert!(
        last > Some(first.round),
        "a later round has a plan of its own"
    );
    let apply = Wish {
        answer: Answer::Yes(Confirmation::Code),
        ..wish(playbook, Limit::OneRound(Box::new(first)))
    };
    drop(bench.go(&apply).await.end());
    let did = did(&bench);
    assert_eq!(did.len(), 4, "no cut is made again: {did:?}");
    assert_eq!(did.last().unwrap(), "toy.raise-flag toy:flag/F0@1");
}

#[tokio::test(start_paused = true)]
async fn a_cut_that_never_shows_is_given_the_time_that_its_playbook_gives_its_proof() {
    for (verify, least, most) in [(", verify: {within: 5s}", 5, 20), ("", 120, 200)] {
        let playbook = load(&format!(
            "  isolate:\n    - {{id: stop, do: suspend, target: \"${{subject}}\"{verify}}}\n"
        ));
        let bench = bench();
        bench.weather.add(Rule {
            on: Some(Operation::Perform),
            about: "toy.suspend-key".to_owned(),
            nth: None,
            fault: Fault::Ignored,
        });
        let began = bench.clock.now();
        let wish = Wish {
            subjects: vec![name("key/K0")],
            ..wish(playbook, Limit::Isolated)
        };
        let end = bench.go(&wish).await.end();
        assert_ne!(end.standing.outcome, Said::Isolated, "{verify}");
        let took = bench.clock.now().duration_since(began);
        let told = Duration::from_secs(least)..Duration::from_secs(most);
        assert!(told.contains(&took), "{verify}: {took:?}");
    }
}
