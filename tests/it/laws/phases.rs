//! The laws of the four phases: what is planned once is performed when its turn comes, and nothing that cuts waits for it.
//!
//! A toy world, and a playbook with steps of all kinds; the world's own log is what is believed.

use std::sync::OnceLock;

use contain::converge::{Answer, Limit};
use contain::domain::event::{Decision, Event};
use contain::domain::{Cause, Digest, ItemRef, ReadKind, State, Work};
use contain::gate::Confirmation;
use contain::journal::{self, Injecting, Journal};
use contain::playbook::{self, Expr, Playbook, Vocabulary};
use contain::provider::simulated::{Fault, Operation, Rule, Scenario};
use contain::report::closing;
use contain::report::standing::Outcome as Said;
use serde_json::json;

use super::issue::{WORLD, actions, alive, kinds, name, works};
use super::{CUTS, Cells};
use crate::simulated::{Bench, Wish};

const TEXT: &str = r#"
contain: 1
playbook: phases
summary: Steps of all kinds
inputs:
  subject: {type: locator, required: true}
phases:
  isolate:
    - id: freeze
      do: suspend
      target: "${subject}"
  inventory:
    - id: reach
      read: reach
      target: "${subject.principal}"
      needs: []
  validate:
    - id: quiet
      needs: [reach, freeze]
      check: "CHECK"
      evidence: required
    - id: call-owner
      needs: [quiet.failed]
      manual: {text: Call the owner, assignee: responder}
  reissue:
    - id: agreed
      needs: []
      gate: {ask: Replace the key?, approvals: {owner: PEOPLE}}
    - id: replace
      do: replace
      needs: [quiet, agreed]
      target: "${subject}"
    - id: tell-team
      needs: [replace]
      when: "${steps.quiet.passed}"
      manual: {text: Tell the team, assignee: responder, deadline: 1h}
close:
  requires: [quiet.passed, nothing_in_doubt]
"#;

const HOLDS: &str = "${steps.reach.items.size() >= 0 && steps.freeze.status == 'confirmed'}";
const FAILS: &str = "${steps.reach.items.size() < 0 && steps.freeze.status == 'confirmed'}";

fn load(check: &str, people: &str) -> &'static Playbook {
    load_text(&TEXT.replace("CHECK", check).replace("PEOPLE", people))
}

fn load_text(text: &str) -> &'static Playbook {
    let (kinds, actions) = (kinds(), actions());
    let vocabulary = Vocabulary {
        kinds: kinds.iter().collect(),
        actions: actions.iter().collect(),
    };
    let mut playbook =
        playbook::load("phases.yaml", text, &vocabulary).unwrap_or_else(|why| panic!("{why:?}"));
    let step = playbook.steps.iter_mut().find(|step| step.id == "replace");
    if let Some(step) = step {
        let place = Expr::literal(json!("toy:vault/app@1"), step.span);
        step.with.insert("deliver_to".to_owned(), place);
    }
    Box::leak(Box::new(playbook))
}

fn all_kinds() -> &'static Playbook {
    static PLAYBOOK: OnceLock<&'static Playbook> = OnceLock::new();
    PLAYBOOK.get_or_init(|| load(HOLDS, "1"))
}

fn bench() -> Bench {
    let text = WORLD.replace("{status: Inactive}", "{status: Active}");
    Bench::of_catalogue(
        Scenario::parse(&text).unwrap(),
        |_| (),
        (kinds(), actions()),
    )
}

fn wish(playbook: &'static Playbook) -> Wish {
    Wish {
        verb: "run",
        subjects: vec![name("key/LEAKED")],
        secrets: false,
        answer: Answer::Yes(Confirmation::Code),
        playbook,
        ..Wish::isolate(Limit::Contained)
    }
}

fn states(bench: &Bench, step: &str) -> Vec<(ItemRef, State)> {
    let record = journal::read(&mut bench.disk.clone()).unwrap();
    let last = record.case.last_lives(1).into_values();
    let of_step = last.filter(|(item, _)| item.key.step == step);
    of_step
        .map(|(item, life)| (item.clone(), life.state.clone()))
        .collect()
}

fn state(bench: &Bench, step: &str) -> State {
    let mut states = states(bench, step);
    assert!(!states.is_empty(), "{step} has no item");
    states.remove(0).1
}

/// The offsets of the entries that are so, in order.
fn at(bench: &Bench, so: impl Fn(&Event) -> bool) -> Option<usize> {
    bench.entries().iter().position(|entry| so(&entry.event))
}

async fn append(bench: &Bench, events: Vec<Event>) {
    let opened = Journal::open(Box::new(bench.disk.clone()), bench.clock.clone(), "law");
    opened.unwrap().0.append(events).await.unwrap();
}

async fn done(bench: &Bench, step: &str) {
    let (item, _) = states(bench, step).remove(0);
    let decision = Decision {
        passed: true,
        by: "law".to_owned(),
        why: "done".to_owned(),
        evidence: Vec::new(),
    };
    append(bench, vec![Event::Decided { item, decision }]).await;
}

/// Everything that an undisturbed run leaves.
fn check_end(bench: &Bench) {
    assert!(!works(bench, "key/LEAKED"), "the leaked key is alive");
    let record = journal::read(&mut bench.disk.clone()).unwrap();
    let lives: Vec<_> = record
        .case
        .lives
        .iter()
        .map(|(item, life)| (item, &life.state))
        .collect();
    assert_eq!(
        alive(bench).len(),
        1,
        "one new key, and no other: {lives:#?}"
    );
    assert!(works(bench, "key/OURS"));
    assert!(matches!(state(bench, "quiet"), State::Confirmed { .. }));
    assert!(matches!(state(bench, "agreed"), State::Confirmed { .. }));
    assert!(matches!(state(bench, "call-owner"), State::Skipped(_)));
    assert!(matches!(state(bench, "replace"), State::Confirmed { .. }));
}

#[tokio::test(start_paused = true)]
async fn one_confirmation_covers_all_phases_and_each_has_its_turn() {
    let bench = bench();
    let end = bench.go(&wish(all_kinds())).await.end();
    check_end(&bench);
    // The last step is a person's: what had to be cut is cut, and the run says that it waits for people.
    assert_eq!(end.standing.told(), Said::Waiting, "{:#?}", end.standing);
    assert!(matches!(state(&bench, "tell-team"), State::Blocked(_)));
    let cut = at(
        &bench,
        |event| matches!(event, Event::Intended { item, .. } if item.key.step == "freeze"),
    );
    let passed = at(
        &bench,
        |event| matches!(event, Event::Decided { item, decision } if item.key.step == "quiet" && decision.passed && !decision.evidence.is_empty()),
    );
    let made = at(
        &bench,
        |event| matches!(event, Event::Intended { item, .. } if item.key.step == "replace"),
    );
    assert!(cut < passed && passed < made, "{cut:?} {passed:?} {made:?}");
    let frozen = bench.entries().iter().filter(|entry| {
        matches!(&entry.event, Event::PlanFrozen { items, .. } if items.iter().any(|item| item.key.step == "replace"))
    }).count();
    assert_eq!(frozen, 1, "reissue is planned once");
    done(&bench, "tell-team").await;
    let end = bench.go(&wish(all_kinds())).await.end();
    assert_eq!(end.standing.told(), Said::Contained, "{:#?}", end.standing);
    let record = journal::read(&mut bench.disk.clone()).unwrap();
    let lacks = closing::lacks(&record.case, 1, all_kinds(), bench.clock.now());
    assert_eq!(lacks, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_check_that_fails_keeps_its_dependants_and_loosens_nothing() {
    let playbook = load(FAILS, "1");
    let bench = bench();
    let end = bench.go(&wish(playbook)).await.end();
    assert_eq!(end.standing.told(), Said::PartlyDone, "{:#?}", end.standing);
    assert!(!works(&bench, "key/LEAKED"));
    assert!(alive(&bench).is_empty(), "nothing was issued");
    assert!(matches!(state(&bench, "quiet"), State::Failed(_)));
    assert!(
        matches!(state(&bench, "call-owner"), State::Blocked(_)),
        "a person is asked"
    );
    assert!(
        states(&bench, "replace")
            .iter()
            .all(|(_, state)| matches!(state, State::Blocked(_) | State::Planned))
    );
    let record = journal::read(&mut bench.disk.clone()).unwrap();
    let lacks = closing::lacks(&record.case, 1, playbook, bench.clock.now());
    assert_eq!(lacks.len(), 1, "{lacks:?}");
}

#[tokio::test(start_paused = true)]
async fn a_gate_for_two_people_holds_back_what_needs_it_and_nothing_else() {
    let bench = bench();
    let end = bench.go(&wish(load(HOLDS, "2"))).await.end();
    assert_eq!(end.standing.told(), Said::Waiting, "{:#?}", end.standing);
    assert!(!works(&bench, "key/LEAKED"), "cutting waits for no gate");
    assert!(alive(&bench).is_empty(), "nothing was issued");
    assert!(matches!(state(&bench, "agreed"), State::Blocked(_)));
    assert!(matches!(state(&bench, "quiet"), State::Confirmed { .. }));
}

#[tokio::test(start_paused = true)]
async fn without_a_confirmation_nothing_is_decided_for_the_operator() {
    let bench = bench();
    let nobody = Wish {
        answer: Answer::Nobody,
        ..wish(all_kinds())
    };
    let end = bench.go(&nobody).await.end();
    assert_eq!(end.standing.told(), Said::Waiting, "{:#?}", end.standing);
    assert!(bench.left().is_empty());
    assert!(!matches!(state(&bench, "agreed"), State::Confirmed { .. }));
    let end = bench.go(&wish(all_kinds())).await.end();
    check_end(&bench);
    assert_eq!(end.standing.told(), Said::Waiting, "{:#?}", end.standing);
}

#[tokio::test(start_paused = true)]
async fn a_question_is_not_answered_by_a_word_that_has_ended() {
    let bench = bench();
    let text = TEXT.replace("needs: [quiet.failed]", "needs: [quiet]");
    let text = text.replace(
        "      needs: []\n      gate:",
        "      needs: [call-owner]\n      gate:",
    );
    let playbook = load_text(&text.replace("CHECK", HOLDS).replace("PEOPLE", "1"));
    let end = bench.go(&wish(playbook)).await.end();
    assert_eq!(end.standing.told(), Said::Waiting, "{:#?}", end.standing);
    done(&bench, "call-owner").await;
    bench.clock.sleep(contain::gate::mandate::EXACT_LASTS).await;
    let nobody = Wish {
        answer: Answer::Nobody,
        ..wish(playbook)
    };
    let end = bench.go(&nobody).await.end();
    assert_eq!(end.standing.told(), Said::Waiting, "{:#?}", end.standing);
    assert!(!matches!(state(&bench, "agreed"), State::Confirmed { .. }));
    assert!(alive(&bench).is_empty(), "nothing was issued");
    drop(bench.go(&wish(playbook)).await.end());
    assert!(matches!(state(&bench, "agreed"), State::Confirmed { .. }));
    assert_eq!(alive(&bench).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_expired_is_planned_anew_and_confirmed_anew() {
    let bench = bench();
    let nobody = Wish {
        answer: Answer::Nobody,
        ..wish(all_kinds())
    };
    drop(bench.go(&nobody).await.end());
    bench.clock.sleep(contain::plan::PLAN_LASTS).await;
    bench.clock.sleep(contain::plan::PLAN_LASTS).await;
    let end = bench.go(&nobody).await.end();
    assert!(bench.left().is_empty());
    let (plan, _) = end.plan.unwrap();
    let planned = plan
        .items
        .iter()
        .any(|item| matches!(item.work, Work::Issue { .. }));
    assert!(
        planned && plan.expires > bench.clock.now(),
        "{:#?}",
        plan.items
    );
    drop(bench.go(&wish(all_kinds())).await.end());
    check_end(&bench);
}

#[tokio::test(start_paused = true)]
async fn issuing_waits_while_a_cut_of_an_earlier_phase_is_open() {
    let bench = bench();
    // Reading back never shows the cut: it stays open, so nothing is issued beside what may be alive.
    bench.weather.add(Rule {
        on: Some(Operation::Perform),
        about: "LEAKED".to_owned(),
        nth: None,
        fault: Fault::Unavailable,
    });
    let isolated = Wish {
        limit: Limit::Isolated,
        ..wish(all_kinds())
    };
    let end = bench.go(&isolated).await.end();
    assert!(end.standing.told().exit() >= 3, "{:#?}", end.standing);
    assert!(works(&bench, "key/LEAKED"));
    assert!(
        alive(&bench).is_empty(),
        "nothing is issued while the old one is alive"
    );
    bench.weather.clear();
    drop(bench.go(&wish(all_kinds())).await.end());
    check_end(&bench);
}

#[tokio::test(start_paused = true)]
async fn a_waiver_ends_what_an_open_task_of_an_earlier_phase_holds_back() {
    // Somebody is to call the owner whatever the check says, and nobody does.
    let text = TEXT.replace("CHECK", HOLDS).replace("PEOPLE", "1");
    let playbook = load_text(&text.replace("needs: [quiet.failed]", "needs: []"));
    let bench = bench();
    drop(bench.go(&wish(playbook)).await.end());
    let held = state(&bench, "replace");
    let State::Blocked(Cause::Dependency(why)) = &held else {
        panic!("{held:?}")
    };
    assert!(why.contains("validate/call-owner"), "{why}");
    assert!(why.contains("contain incident waive"), "{why}");
    assert!(alive(&bench).is_empty(), "nothing was issued");
    let (item, _) = states(&bench, "call-owner").remove(0);
    let waived = Event::Waived {
        item,
        by: "law".to_owned(),
        why: "the owner is away".to_owned(),
    };
    append(&bench, vec![waived]).await;
    drop(bench.go(&wish(playbook)).await.end());
    assert!(matches!(state(&bench, "replace"), State::Confirmed { .. }));
    assert_eq!(alive(&bench).len(), 1);
    assert!(!matches!(
        state(&bench, "call-owner"),
        State::Confirmed { .. }
    ));
    // What ends well after all takes its waiver with it: open again, it would be another matter.
    let is_waived = || {
        let record = journal::read(&mut bench.disk.clone()).unwrap();
        !record.case.waived.is_empty()
    };
    assert!(is_waived());
    done(&bench, "call-owner").await;
    assert!(!is_waived());
}

#[tokio::test(start_paused = true)]
async fn issuing_in_a_later_run_waits_for_what_an_earlier_one_left_open() {
    let task = "  validate:\n    - {id: call-owner, needs: [], manual: {text: Call the owner, assignee: responder}}\n";
    let reissue =
        "  reissue:\n    - {id: replace, do: replace, needs: [], target: \"${subject}\"}\n";
    let header = TEXT.split_once("  inventory:").unwrap().0;
    let before = load_text(&format!("{header}{task}"));
    let bench = bench();
    drop(bench.go(&wish(before)).await.end());
    let only = load_text(&format!(
        "{}{reissue}",
        header.split_once("  isolate:").unwrap().0
    ));
    let later = Wish {
        run: 2,
        ..wish(only)
    };
    drop(bench.go(&later).await.end());
    assert!(alive(&bench).is_empty(), "the owner was not called");
    done(&bench, "call-owner").await;
    drop(bench.go(&later).await.end());
    assert_eq!(alive(&bench).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn killed_at_any_append_all_phases_go_on_to_the_same_end() {
    let mut cells = Cells::default();
    for how in CUTS {
        for nth in 1.. {
            let bench = bench();
            let disk = Injecting::kill(bench.disk.clone(), nth, how);
            let wished = wish(all_kinds()).dropped(nth % 2 == 0);
            if bench.go_on(Box::new(disk), &wished).await.is_well() {
                break;
            }
            let goes_on = async {
                // What lapsed with the process is confirmed once more.
                let end = bench.go(&wish(all_kinds())).await.end();
                check_end(&bench);
                assert_eq!(end.standing.told(), Said::Waiting, "{:#?}", end.standing);
            };
            cells
                .one(format!("killed at {nth}, {how:?}"), goes_on)
                .await;
        }
    }
    cells.hold(60);
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_in_any_phase_changes_nothing_about_the_end() {
    let mut cells = Cells::default();
    for fault in [
        Fault::TimeoutAfter,
        Fault::ResetAfter,
        Fault::Error500Before,
        Fault::Throttled { hint: None },
    ] {
        for nth in 1..=4 {
            let bench = bench();
            bench.weather.add(Rule {
                on: Some(Operation::Perform),
                about: String::new(),
                nth: Some(nth),
                fault,
            });
            let goes_on = async {
                drop(bench.go(&wish(all_kinds())).await.end());
                bench.weather.clear();
                for _ in 0..2 {
                    drop(bench.go(&wish(all_kinds())).await.end());
                }
                check_end(&bench);
            };
            cells
                .one(format!("request {nth} met {fault:?}"), goes_on)
                .await;
        }
    }
    cells.hold(16);
}

#[test]
fn a_journal_cannot_call_a_failed_cut_done_by_deciding_it() {
    let refused = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(async {
            let bench = bench();
            drop(bench.go(&wish(all_kinds())).await.end());
            let (item, _) = states(&bench, "freeze").remove(0);
            let decision = Decision {
                passed: true,
                by: "law".to_owned(),
                why: "because".to_owned(),
                evidence: Vec::new(),
            };
            let opened = Journal::open(Box::new(bench.disk.clone()), bench.clock.clone(), "law");
            opened
                .unwrap()
                .0
                .append(vec![Event::Decided { item, decision }])
                .await
        });
    assert!(
        matches!(refused, Err(journal::Error::Illegal { .. })),
        "{refused:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_done_before_the_cut_was_not_done_after_it_whatever_the_providers_clock_shows() {
    let text = TEXT.replace(
        "    - id: reach\n      read: reach\n      target: \"${subject.principal}\"",
        "    - id: reach\n      read: activity\n      target: \"${subject.principal}\"",
    );
    let used = "${steps.reach.items.filter(e, e.at > subject.cut_at).size() == 0 && steps.reach.items.size() > 0}";
    let playbook = load_text(&text.replace("CHECK", used).replace("PEOPLE", "1"));
    let mut kinds = kinds();
    let principal = kinds.iter_mut().find(|kind| !kind.governs.is_empty());
    principal.unwrap().reads.push(ReadKind::Activity);
    let event =
        "  events:\n    - {who: \"toy:key/LEAKED@1\", ago: 1s, event: ListBuckets}\n  healthy:";
    let text = WORLD.replace("{status: Inactive}", "{status: Active}");
    let text = text.replacen("  healthy:", event, 1);
    for ahead in ["0s", "50s"] {
        let text = text.replacen("world:\n", &format!("world:\n  clock_ahead: {ahead}\n"), 1);
        let scenario = Scenario::parse(&text).unwrap();
        let bench = Bench::of_catalogue(scenario, |_| (), (kinds.clone(), actions()));
        bench.go(&wish(playbook)).await.end();
        let quiet = state(&bench, "quiet");
        assert!(
            matches!(quiet, State::Confirmed { .. }),
            "{ahead}: {quiet:?}"
        );
    }
}

/// A second key of the same user, which only a read finds, is replaced in a later phase.
const FOUND: &str = r#"
contain: 1
playbook: found
summary: What a read finds is planned in a later phase
inputs:
  subject: {type: locator, required: true}
phases:
  isolate:
    - id: freeze
      do: suspend
      target: "${subject}"
  inventory:
    - id: reach
      read: reach
      target: "${subject.principal}"
      needs: []
  reissue:
    - id: replace
      do: replace
      needs: [reach]
      for_each:
        in: "${steps.reach.items.filter(i, i.relation == 'held' && i.locator != subject.locator)}"
        as: found
        key: "${found.locator}"
      target: "${found.locator}"
"#;

fn bench_with_second() -> Bench {
    let text = WORLD.replace("{status: Inactive}", "{status: Active}");
    let second = "    - {locator: \"toy:key/SECOND@1\", held_by: \"toy:user/ci@1\", fields: {status: Active}, age: 4800h, secret: true}\n";
    let before = "    - {locator: \"toy:token";
    let text = text.replacen(before, &format!("{second}{before}"), 1);
    let mut kinds = kinds();
    // There is room for another one, so that none has to be deleted first.
    kinds.iter_mut().for_each(|kind| kind.at_most = None);
    let scenario = Scenario::parse(&text).unwrap();
    Bench::of_catalogue(scenario, |_| (), (kinds, actions()))
}

/// The plans that hold an item of the step that replaces.
fn plans_that_replace(bench: &Bench) -> Vec<Digest> {
    let entries = bench.entries();
    let plans = entries.iter().filter_map(|entry| match &entry.event {
        Event::PlanFrozen { items, digest, .. } => {
            let mut steps = items.iter().map(|item| item.key.step.as_str());
            steps.any(|step| step == "replace").then_some(*digest)
        }
        _ => None,
    });
    plans.collect()
}

#[tokio::test(start_paused = true)]
async fn what_a_read_finds_for_a_later_phase_is_planned_once_and_goes_on_with_its_own_word() {
    let playbook = load_text(FOUND);
    for answer in [
        Answer::Nobody,
        Answer::Yes(Confirmation::Yes),
        Answer::Yes(Confirmation::Code),
    ] {
        let bench = bench_with_second();
        let first = Wish {
            answer,
            ..wish(playbook)
        };
        // A word that is given in advance is given for what was planned then: what is found later waits for another.
        let end = bench.go(&first).await.end();
        assert_eq!(end.standing.told(), Said::Waiting, "{answer:?}");
        let planned = plans_that_replace(&bench);
        assert_eq!(planned.len(), 1, "{answer:?}: planned anew in {planned:?}");
        let told = end.plan.and_then(|(_, digest)| digest);
        assert_eq!(told, planned.first().copied(), "{answer:?}");
        assert!(alive(&bench).is_empty(), "{answer:?}: nothing was issued");
        assert_eq!(works(&bench, "key/LEAKED"), answer == Answer::Nobody);
        drop(bench.go(&wish(playbook)).await.end());
        drop(bench.go(&wish(playbook)).await.end());
        assert!(!works(&bench, "key/LEAKED") && !works(&bench, "key/SECOND"));
        assert_eq!(alive(&bench).len(), 1, "{answer:?}: one new key");
        let again = plans_that_replace(&bench);
        assert!(again.len() <= 3, "{answer:?}: {again:?}");
    }
}
