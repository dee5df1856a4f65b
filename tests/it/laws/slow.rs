//! A provider that is slow, throttles us or fails: what is left of a plan there goes on beside the rounds that follow.
//!
//! Nobody waits for it, nothing of it is planned or done a second time, and no run ends before it.

use std::collections::{BTreeMap, BTreeSet};

use contain::bench::{Chance, Entry, Left};
use contain::domain::event::{Answered, Does, Event};
use contain::domain::{ActionId, Duration, ItemRef, Locator, Time};
use contain::journal::Injecting;
use contain::provider::simulated::weather::Length;
use contain::provider::simulated::{
    Fault, Happened, Inject, Mint, Node, Operation, Rule, Scenario, World, lock,
};
use contain::report::standing::Outcome as Said;
use serde_json::Value;

use super::estate::at;
use super::{CUTS, Cells};
use crate::simulated::{Bench, LEAK, Wish, name};

const fn secs(count: i64) -> Duration {
    Duration::from_secs(count)
}

/// How long a request is waited for that nobody answers.
const DEADLINE: Duration = secs(20);
/// The longest that what the log shows waits for the next look and its plan.
const LOOK: Duration = secs(25);
/// The longest that a question is waited for that nobody answers, before a run would end without it.
const WAIT: Duration = secs(45);
/// When the intruder makes its keys.
const MADE: [(&str, Duration); 2] = [
    ("access-key/MINTED", Duration::from_millis(1_500)),
    ("access-key/SECOND", secs(6)),
];

/// So many requests in a row at the slow provider meet this, from the first.
fn at_first(on: Operation, count: u32, fault: Fault) -> impl Iterator<Item = Rule> {
    (1..=count).map(move |nth| Rule::once(on, "saas:", nth, fault))
}

/// What befalls the requests there; all of it ends.
fn manners() -> Vec<(&'static str, Vec<Rule>)> {
    let acts = |count, fault| at_first(Operation::Perform, count, fault).collect();
    let hint = Some(Length(secs(25)));
    let silent = [Operation::Perform, Operation::Observe, Operation::Read];
    let silent = silent.map(|on| at_first(on, 4, Fault::TimeoutBefore));
    vec![
        ("it throttles us", acts(6, Fault::Throttled { hint })),
        ("it loses requests", acts(4, Fault::TimeoutBefore)),
        ("it loses replies", acts(4, Fault::TimeoutAfter)),
        ("it answers late", acts(4, Fault::Slow(Length(secs(27))))),
        ("it acts late", acts(4, Fault::Late(Length(secs(25))))),
        ("it is not reached", acts(14, Fault::Unavailable)),
        ("it is silent", silent.into_iter().flatten().collect()),
    ]
}

/// Leaked tokens at the slow provider, one of which the other made, and a token of ours.
fn elsewhere(world: &mut World, now: Time) {
    world.add(Node::new(at("user/ours")));
    for (token, holder, issuer) in [
        ("token/T1", None, None),
        ("token/T2", None, Some("token/T1")),
        ("token/OURS", Some("user/ours"), None),
    ] {
        let mut node = Node::new(at(token));
        node.fields.insert("status".to_owned(), "Active".into());
        node.held_by = holder.map(at);
        node.issuer = issuer.map(at);
        node.issued_at = Some(now - secs(1_800));
        node.secret = Some(format!("sim-{token}"));
        world.add(node);
    }
    world.record(Happened {
        made: Some(at("token/T2")),
        ..Happened::plain(&at("token/T1"), now - secs(1_800), "CreateToken")
    });
}

/// Subjects at two providers. At the one the intruder makes a key, and with that another one, so that later rounds find
/// what to cut; at the other goes wrong what these rules say.
fn bench(rules: &[Rule]) -> Bench {
    let mut scenario = Scenario::parse(LEAK).unwrap();
    scenario.world.deadline = Some(Length(DEADLINE));
    let [(first, _), (second, made)] = MADE;
    let key = "aws:access-key".parse().unwrap();
    let mint = Mint {
        holder: Some(name("user/metrics")),
        fields: [("status".to_owned(), "Active".into())].into(),
        event: Some("CreateAccessKey".to_owned()),
        ..Mint::new(&name(first), &key, "SECOND")
    };
    scenario.injects.push(Inject {
        at: Length(made),
        mint: Some(mint),
        attempt: None,
        set: None,
    });
    let dead = [name(second), at("token/T1"), at("token/T2")];
    scenario.expect.dead.extend(dead);
    scenario.expect.alive.push(at("token/OURS"));
    let bench = Bench::of(scenario);
    let now = bench.clock.now();
    let ours = vec![at("token/OURS"), at("user/ours")];
    let bench = bench.beside(ours, |world| elsewhere(world, now));
    for rule in rules {
        bench.weather.add(rule.clone());
    }
    bench
}

fn wish() -> Wish {
    Wish {
        subjects: vec![name("access-key/LEAKED"), at("token/T1")],
        ..Wish::contained()
    }
}

/// An item that has not ended.
struct Open {
    /// What it does to what.
    goal: (ActionId, Locator),
    /// Whether an answer is awaited.
    is_under_way: bool,
    /// Whether nobody knows about one of its calls.
    is_in_doubt: bool,
}

/// What one session has open, as its entries say.
#[derive(Default)]
struct Session(BTreeMap<ItemRef, Open>);

impl Session {
    /// Nothing is planned while it is open, and a run ends when nothing is but what is in doubt.
    fn take_in(&mut self, event: &Event) {
        match event {
            Event::PlanFrozen {
                run, round, items, ..
            } => {
                for item in items.iter().filter(|item| item.does == Does::Act) {
                    let goal = item.action.clone().zip(item.target.clone()).unwrap();
                    let mut open = self.0.values();
                    let twice = open.any(|open| open.goal == goal);
                    assert!(!twice, "round {round} plans {goal:?}, which is open");
                    let (run, round, key) = (*run, *round, item.key.clone());
                    let open = Open {
                        goal,
                        is_under_way: false,
                        is_in_doubt: false,
                    };
                    self.0.insert(ItemRef { run, round, key }, open);
                }
            }
            Event::Intended { item, .. } => {
                if let Some(open) = self.0.get_mut(item) {
                    open.is_under_way = true;
                }
            }
            Event::Answered { item, outcome, .. } => {
                if let Some(open) = self.0.get_mut(item) {
                    open.is_under_way = false;
                    open.is_in_doubt |= matches!(outcome, Answered::InDoubt(_));
                    let is_over = match outcome {
                        Answered::Done { .. } | Answered::AlreadySo => true,
                        // That this call did nothing says nothing about an earlier one.
                        Answered::Refused(_) => !open.is_in_doubt,
                        Answered::InDoubt(_)
                        | Answered::Throttled { .. }
                        | Answered::Unavailable(_) => false,
                    };
                    if is_over {
                        self.0.remove(item);
                    }
                }
            }
            Event::Resolved {
                item,
                happened: Some(true),
                ..
            }
            | Event::Verified { item, .. }
            | Event::Failed { item, .. }
            | Event::Blocked { item, .. }
            | Event::Denied { item, .. }
            | Event::Skipped { item, .. }
            | Event::Stale { item, .. } => {
                self.0.remove(item);
            }
            Event::RunClosed { outcome, .. } => {
                for (item, open) in &self.0 {
                    let is_left = open.is_under_way || !open.is_in_doubt;
                    assert!(!is_left, "the run ended before {item:?}");
                    assert_ne!(outcome, "contained", "{item:?} is in doubt");
                }
            }
            _ => {}
        }
    }

    fn is_at(&self, provider: &str) -> bool {
        let mut open = self.0.values();
        open.any(|open| open.goal.1.provider() == provider)
    }
}

/// Where a run ended.
#[derive(PartialEq, Debug)]
struct End {
    said: Said,
    world: Value,
    measures: BTreeSet<String>,
}

/// What a session has open whose entries these are; nothing of it broke the law.
fn open(entries: &[Entry]) -> Session {
    let mut session = Session::default();
    for entry in entries {
        session.take_in(&entry.event);
    }
    session
}

/// A session that nothing disturbs but the weather.
async fn ends(bench: &Bench) -> End {
    let before = bench.entries().len();
    let said = bench.go(&wish()).await.said();
    drop(open(&bench.entries()[before..]));
    bench.check(false);
    if said == Said::Contained {
        bench.check_expected();
    }
    // Whatever was sent again: it happened once.
    let mut done = BTreeSet::new();
    for logged in lock(&bench.world).log() {
        let (call, is_slow) = (&logged.call, logged.call.target.provider() == "saas");
        if logged.applied && is_slow {
            let is_first = done.insert((call.action.clone(), call.target.clone()));
            assert!(is_first, "{call:?} happened twice");
        }
    }
    let (world, measures) = (bench.snapshot(), bench.measures());
    End {
        said,
        world,
        measures,
    }
}

/// When what the intruder made was cut first, and whether something was open at the slow provider then.
fn cut(bench: &Bench, what: &str) -> (Time, bool) {
    let left = bench.left();
    let mut left = left.iter().filter(|left| left.call.target == name(what));
    let Left { at, written, .. } = left.next().unwrap();
    let entries = bench.entries();
    let earlier = entries.partition_point(|entry| entry.end <= *written);
    (*at, open(&entries[..earlier]).is_at("saas"))
}

/// What is found later at one provider is cut while something is open at the other, and soon after the log shows it.
fn check_nobody_waits(bench: &Bench) {
    let lag = bench.scenario.world.audit_lag.0;
    for (what, made) in MADE {
        let shows = bench.scenario.start + made + lag;
        let (at, is_beside) = cut(bench, what);
        assert!(is_beside, "{what} was cut at {at}, with nothing open");
        assert!(at <= shows + LOOK, "{what} shows at {shows}: cut at {at}");
    }
}

/// Where a run ends that meets nothing.
async fn undisturbed() -> End {
    let end = ends(&bench(&[])).await;
    assert_eq!(end.said, Said::Contained);
    end
}

#[tokio::test(start_paused = true)]
async fn beside_what_is_left_at_a_slow_provider_everything_else_goes_on_and_nothing_is_done_twice()
{
    let wanted = undisturbed().await;
    let mut cells = Cells::default();
    for (manner, rules) in manners() {
        let cell = async {
            let one = bench(&rules);
            assert_eq!(ends(&one).await, wanted);
            check_nobody_waits(&one);
            let other = bench(&rules);
            ends(&other).await;
            assert!(one.disk.bytes() == other.disk.bytes(), "I10");
        };
        cells.one(manner.to_owned(), cell).await;
    }
    cells.hold(7);
}

#[tokio::test(start_paused = true)]
async fn killed_while_something_is_left_at_a_slow_provider_it_goes_on_to_the_same_end() {
    let wanted = undisturbed().await;
    let (mut cells, mut left) = (Cells::default(), 0);
    for (of, (manner, rules)) in manners().into_iter().enumerate() {
        // Between them they come to appends of every sort.
        for nth in (1 + 2 * of..).step_by(13) {
            let (bench, how) = (bench(&rules), CUTS[nth % CUTS.len()]);
            let disk = Injecting::kill(bench.disk.clone(), u64::try_from(nth).unwrap(), how);
            let wish = wish().dropped(nth % 2 == 0);
            if bench.go_on(Box::new(disk), &wish).await.is_well() {
                break;
            }
            left += u32::from(open(&bench.entries()).is_at("saas"));
            let goes_on = async { assert_eq!(ends(&bench).await, wanted) };
            let of = format!("{manner}, killed at {nth}, {how:?}");
            cells.one(of, goes_on).await;
        }
    }
    cells.hold(30);
    assert!(left > 15, "something was left in {left} of them");
}

#[tokio::test(start_paused = true)]
async fn what_a_slow_provider_never_does_is_told_and_done_once_it_can_be() {
    let wanted = undisturbed().await;
    let mut cells = Cells::default();
    for (fault, said) in [
        (Fault::Unavailable, Said::PartlyContained),
        (Fault::TimeoutBefore, Said::InDoubt),
        (Fault::Denied, Said::PartlyContained),
    ] {
        let cell = async {
            let rule = Rule {
                on: Some(Operation::Perform),
                about: "saas:".to_owned(),
                nth: None,
                fault,
            };
            let bench = bench(&[rule]);
            let end = ends(&bench).await;
            assert_eq!(end.said, said);
            for what in ["token/T1", "token/T2"] {
                assert!(lock(&bench.world).accepts(&at(what), bench.clock.now()));
            }
            bench.weather.clear();
            assert_eq!(ends(&bench).await, wanted);
        };
        cells.one(format!("{fault:?}"), cell).await;
    }
    cells.hold(3);
}

#[tokio::test(start_paused = true)]
async fn a_cut_that_did_not_stay_is_made_again_while_something_is_left_at_a_slow_provider() {
    let hint = Some(Length(secs(100)));
    let rules: Vec<Rule> = at_first(Operation::Perform, 2, Fault::Throttled { hint }).collect();
    let bench = bench(&rules);
    let leaked = name("access-key/LEAKED");
    // Somebody undoes it between its answer and the look at it.
    let undoes = async {
        for _ in 0..100 {
            bench.clock.sleep(Duration::from_millis(5)).await;
            lock(&bench.world).set(&leaked, "status", "Active".into());
        }
    };
    let (end, ()) = futures_util::join!(ends(&bench), undoes);
    assert_eq!(end.said, Said::Contained);
    let left = bench.left();
    let is_cut = |left: &&Left| left.call.target == leaked;
    let cuts: Vec<Time> = left.iter().filter(is_cut).map(|left| left.at).collect();
    let late = cuts[1].duration_since(bench.scenario.start);
    assert!(late < secs(60), "it was made again after {late}");
}

#[tokio::test(start_paused = true)]
async fn questions_that_nobody_answers_keep_no_round_from_what_others_show() {
    let wanted = undisturbed().await;
    let lag = bench(&[]).scenario.world.audit_lag.0;
    let mut cells = Cells::default();
    // Those of the first round, or of later ones; and all of them late.
    let silent = [1, 3, 5, 7].map(|first| {
        let rule = |nth| Rule::once(Operation::Read, "saas:", nth, Fault::TimeoutBefore);
        let rules: Vec<Rule> = (first..first + 8).map(rule).collect();
        (format!("silent from the {first}th"), rules)
    });
    let late = Rule {
        on: Some(Operation::Read),
        about: "saas:".to_owned(),
        nth: None,
        fault: Fault::Slow(Length(secs(4))),
    };
    for (manner, rules) in silent.into_iter().chain([("late".to_owned(), vec![late])]) {
        let cell = async {
            let one = bench(&rules);
            assert_eq!(ends(&one).await, wanted);
            for (what, made) in MADE {
                let shows = one.scenario.start + made + lag;
                let (at, _) = cut(&one, what);
                assert!(at <= shows + WAIT, "{what} shows at {shows}: cut at {at}");
            }
            let other = bench(&rules);
            ends(&other).await;
            assert!(one.disk.bytes() == other.disk.bytes(), "I10");
        };
        cells.one(manner, cell).await;
    }
    cells.hold(5);
}

/// What a seed lets befall the first requests at the slow provider.
fn drawn(chance: &mut Chance) -> Vec<Rule> {
    let mut length = |from, to| Length(chance.length(from, to));
    let faults = [
        Fault::Slow(length(4_000, 29_000)),
        Fault::Late(length(20_000, 60_000)),
        Fault::Throttled {
            hint: Some(length(5_000, 40_000)),
        },
        Fault::TimeoutBefore,
        Fault::TimeoutAfter,
        Fault::ResetAfter,
        Fault::Unavailable,
        Fault::Garbage,
    ];
    let count = 3 + chance.below(4);
    let mut rule = |nth| {
        let (nth, fault) = (u32::try_from(nth).unwrap(), *chance.pick(&faults));
        Rule::once(Operation::Perform, "saas:", nth, fault)
    };
    (1..=count).map(&mut rule).collect()
}

#[tokio::test(start_paused = true)]
async fn whatever_a_seed_lets_befall_a_slow_provider_the_end_is_the_same_from_any_moment() {
    let wanted = undisturbed().await;
    let mut cells = Cells::default();
    for seed in 0..8 {
        let mut chance = Chance::new(seed, 1);
        let rules = drawn(&mut chance);
        let cell = async {
            let one = bench(&rules);
            assert_eq!(ends(&one).await, wanted);
            let other = bench(&rules);
            ends(&other).await;
            assert!(one.disk.bytes() == other.disk.bytes(), "I10");
            let killed = bench(&rules);
            // Killed between any two of its steps, with calls under way.
            let moment = chance.length(200, 60_000);
            let wish = wish();
            tokio::select! {
                biased;
                () = killed.clock.sleep(moment) => {}
                _ = killed.go(&wish) => {}
            }
            drop(open(&killed.entries()));
            assert_eq!(ends(&killed).await, wanted);
        };
        cells.one(format!("seed {seed}: {rules:?}"), cell).await;
    }
    cells.hold(8);
}
