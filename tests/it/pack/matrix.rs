//! The fault matrix EXE-1 for packs, as laws over the catalogue: every action and every question of every pack that ships, each
//! of its exchanges struck by every sort of bad weather.

use std::collections::BTreeSet;
use std::sync::Arc;

use contain::domain::{Because, Fact, Named, Probe, Query, ReadKind, Readable, Secret, Time, Why};
use contain::pack::{Pack, Packed, Recorded, stage, worked};
use contain::provider::Provider as _;

use super::fault::{
    Act, Cell, FAULTS, Fault, PAGES, Weather, act_after, act_under, cell, deadline, elsewhere, hold,
};
use super::{ITS, OURS, SHIPPED, call, target};

/// What strikes an exchange before the last, one of each sort: what else an answer may be is struck at the last.
const BEFORE: [Fault; 11] = [
    Fault::Throttled(None),
    Fault::Status(500),
    Fault::Refused,
    Fault::TimeoutAfter,
    Fault::ResetMidBody,
    Fault::WrongType,
    Fault::ErrorInside,
    Fault::Html,
    Fault::Redirect(307),
    Fault::Echo(400),
    Fault::Expired,
];

/// The cells of a conversation: which of its exchanges meets which fault. An exchange that opens many conversations alike is
/// struck in one of them.
fn strikes(told: &Recorded, known: &mut BTreeSet<String>) -> Vec<(usize, Fault)> {
    let mut cells = Vec::new();
    // What sends nothing meets no weather.
    let Some(last) = told.replies.len().checked_sub(1) else {
        return cells;
    };
    for at in 0..=last {
        let opens: Vec<&str> = told.replies[..=at]
            .iter()
            .map(|one| one.to.as_str())
            .collect();
        let of = match at {
            // What follows it decides what it means.
            at if at == last || at + 1 == last => told.name.clone(),
            _ => String::new(),
        };
        if at < last && !known.insert(format!("{} {of} {opens:?}", told.asks)) {
            continue;
        }
        match at == last {
            true => cells.extend(FAULTS.map(|fault| (at, fault))),
            false => cells.extend(BEFORE.map(|fault| (at, fault))),
        }
    }
    cells
}

/// What is looked at beside the thing itself: where it cannot be seen, the thing is there all the same. A workspace without the
/// agents in it; a token that the vendor itself takes, without its pod.
const BESIDE: [(&str, &str); 2] = [("anthropic", "workspace"), ("kubernetes", "pod-token")];

/// The conversations of all packs that fit.
fn conversations(fits: impl Fn(&Recorded) -> bool) -> Vec<(Arc<Pack>, Recorded)> {
    let mut all = Vec::new();
    for (pack, told) in SHIPPED.values() {
        let told = told.iter().filter(|told| fits(told));
        all.extend(told.map(|told| (Arc::clone(pack), told.clone())));
    }
    all
}

fn is_done(told: &Recorded) -> bool {
    told.asks == "do" && matches!(told.ends, "done" | "acknowledged")
}

async fn act(
    (pack, told): &(Arc<Pack>, Recorded),
    (at, fault): (usize, Fault),
    elsewhere: &str,
) -> Option<String> {
    let weather = Weather::at(told.replies.clone(), at, fault, elsewhere);
    let packed = stage(pack, &weather.base, deadline(fault), OURS).await;
    let target = target(pack, told, &weather.base);
    match told.was_alive {
        true => worked(&packed, &target, &Secret::new(ITS.to_owned())),
        false => packed.hold(&target, &Secret::new(ITS.to_owned())),
    }
    let id = format!("{}.{}", pack.name(), told.action.as_ref().unwrap());
    let mut specs = pack.actions().iter();
    let spec = specs.find(|spec| spec.id.to_string() == id).unwrap();
    let act = Act {
        provider: Arc::new(packed),
        spec: spec.clone(),
        call: call(spec, told, target),
        hands: None,
        secrets: vec![OURS.to_owned(), ITS.to_owned()],
    };
    let wrong = match at + 1 == told.replies.len() || fault == Fault::Tls {
        true => act_under(&weather, fault, act).await,
        false => act_after(&weather, fault, act).await,
    };
    wrong.map(|wrong| format!("{wrong} (exchange {at} of `{}`)", told.name))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_weather_makes_an_action_claim_what_did_not_happen() {
    let (elsewhere, hits) = elsewhere();
    let (mut cells, mut known) = (Vec::<Cell>::new(), BTreeSet::new());
    for one in conversations(is_done) {
        let mut all = strikes(&one.1, &mut known);
        // A list that a look-up reads may go on as well.
        let pages = 0..one.1.replies.len();
        all.extend(pages.flat_map(|at| PAGES.map(|fault| (at, fault))));
        for strike in all {
            let (one, elsewhere) = (one.clone(), elsewhere.clone());
            let plays = async move { act(&one, strike, &elsewhere).await };
            cells.push(cell(strike.1, plays));
        }
    }
    hold(cells, 28 * 100, &hits).await;
}

/// What came of a question: what is wrong with it, and its text.
type Answered = (bool, String);

/// Whether something was told that nobody said; that it is missing is something.
fn told<T: std::fmt::Debug>(answer: &Result<T, Why>) -> Answered {
    let is_wrong = match answer {
        Ok(_) => true,
        Err(why) => why.because == Because::Missing,
    };
    (is_wrong, format!("{answer:?}"))
}

async fn question(packed: &Packed, told_of: &Recorded, pack: &Pack, base: &str) -> Asked {
    let reader = packed.reader(None);
    if told_of.asks == "whoami" {
        return Asked::Who(reader.whoami().await);
    }
    let target = target(pack, told_of, base);
    let mut kinds = pack.kinds().iter();
    let kind = kinds.find(|kind| kind.id == *target.kind());
    // What is looked at by its id would be tried once where its secret is there.
    if told_of.held || kind.is_some_and(|kind| kind.readable == Readable::BySecret) {
        packed.hold(&target, &Secret::new(ITS.to_owned()));
    }
    match told_of.asks {
        "look" => Asked::Look(reader.observe(&[target]).await.remove(0).fact),
        "resolve" => {
            let named = Named {
                kind: target.kind().clone(),
                id: target.id().to_owned(),
                account: None,
            };
            Asked::Named(reader.resolve(&[named]).await.remove(0))
        }
        "identify" => {
            let secret = Secret::new(ITS.to_owned());
            Asked::Named(reader.whose(target.kind(), &secret).await)
        }
        "probe" => {
            let secret = match told_of.replies.iter().any(|one| one.to == "POST /token") {
                true => contain::pack::account_key(),
                false => ITS.to_owned(),
            };
            Asked::Tried(reader.probe(&target, &Secret::new(secret)).await)
        }
        "reach" | "activity" => {
            let read = match told_of.asks {
                "reach" => ReadKind::Reach,
                _ => ReadKind::Activity,
            };
            let query = Query {
                read,
                target,
                relations: Vec::new(),
                since: "2026-01-01T00:00:00Z".parse::<Time>().unwrap(),
                pages: 10,
                budget_ms: 60_000,
            };
            Asked::Read(Box::new(reader.read(&query).await))
        }
        other => panic!("nobody asks {other} here"),
    }
}

/// What a question came to.
enum Asked {
    Look(Fact),
    Named(Result<contain::domain::Locator, Why>),
    Who(Result<Vec<contain::domain::Locator>, Why>),
    Tried(Probe),
    Read(Box<Result<contain::domain::Reading, Why>>),
}

impl Asked {
    /// Under a fault that leaves the question unanswered.
    fn unanswered(
        &self,
        (at, fault): (usize, Fault),
        (pack, told_of): (&Pack, &Recorded),
    ) -> Answered {
        // The vendor's own no to the credential that is tried.
        let is_no = at + 1 == told_of.replies.len()
            && matches!(
                fault,
                Fault::Expired | Fault::Echo(400) | Fault::ErrorInside
            );
        match self {
            Self::Look(fact) => {
                let kind = told_of
                    .target
                    .as_ref()
                    .map(|(kind, _)| (pack.name(), kind.as_str()));
                let is_beside = at + 1 == told_of.replies.len()
                    && kind.is_some_and(|kind| BESIDE.contains(&kind));
                // What is not shown to us is asked with the credential itself.
                let is_by_itself = told_of.held && fault == Fault::Expired;
                let is_wrong = match fact {
                    Fact::Unreadable(_) => false,
                    Fact::Present(_) => !is_beside && !is_by_itself,
                    Fact::Gone => true,
                };
                (is_wrong, format!("{fact:?}"))
            }
            Self::Named(named) => told(named),
            Self::Who(who) => told(who),
            Self::Tried(probe) => {
                let is_wrong = match probe {
                    Probe::Unclear(_) => false,
                    Probe::Refused => !is_no,
                    Probe::Accepted | Probe::Forbidden => true,
                };
                (is_wrong, format!("{probe:?}"))
            }
            Self::Read(reading) => {
                let is_wrong = (**reading)
                    .as_ref()
                    .is_ok_and(|reading| reading.not_seen.is_empty() && reading.back_to.is_none());
                (is_wrong, format!("{reading:?}"))
            }
        }
    }

    /// Where one answer says that more follows, which could not be read: only where it was asked for is something left out.
    fn incomplete(&self, further: u32, (pack, told_of): (&Pack, &Recorded)) -> Answered {
        let (is_wrong, said) = match self {
            Self::Look(fact) => (
                *fact == Fact::Gone && told_of.ends != "gone",
                format!("{fact:?}"),
            ),
            Self::Named(named) => {
                let is_missing = matches!(named, Err(why) if why.because == Because::Missing);
                (is_missing && further > 0, format!("{named:?}"))
            }
            Self::Who(who) => {
                let is_nobody = matches!(who, Ok(who) if who.is_empty());
                (is_nobody && further > 0, format!("{who:?}"))
            }
            Self::Tried(probe) => {
                let is_as_recorded = match probe {
                    Probe::Accepted => told_of.ends == "alive",
                    Probe::Refused => told_of.ends == "dead",
                    Probe::Forbidden => told_of.ends == "forbidden",
                    Probe::Unclear(_) => true,
                };
                (!is_as_recorded, format!("{probe:?}"))
            }
            Self::Read(_) => {
                let (is_whole, said) = self.unanswered((0, Fault::Html), (pack, told_of));
                (is_whole && further > 0, said)
            }
        };
        (is_wrong, said)
    }
}

async fn ask(
    (pack, told): &(Arc<Pack>, Recorded),
    strike: (usize, Fault),
    (elsewhere, pages): (&str, &std::sync::atomic::AtomicUsize),
) -> Option<String> {
    let (at, fault) = strike;
    let weather = Weather::at(told.replies.clone(), at, fault, elsewhere);
    let packed = stage(pack, &weather.base, deadline(fault), OURS).await;
    let asked = question(&packed, told, pack, &weather.base).await;
    let (is_wrong, said) = match fault {
        Fault::Page(_) => {
            // A list in which a thing was found is asked for again where the whole of it counts.
            let asks_again = |later: &contain::pack::Exchange| later.to == told.replies[at].to;
            let further = match told.replies[at + 1..].iter().any(asks_again) {
                true => 0,
                false => weather.further(),
            };
            if further > 0 {
                pages.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            }
            asked.incomplete(further, (pack, told))
        }
        _ => asked.unanswered(strike, (pack, told)),
    };
    let leaks = said.contains(OURS) || said.contains(ITS);
    let (all, struck) = (weather.all(), weather.struck());
    // What strikes before anything is heard is counted by nobody.
    let is_met =
        struck > 0 || matches!(fault, Fault::Refused | Fault::Tls) || fault.is_waited_for();
    (is_wrong || leaks || all > 130 || !is_met).then(|| {
        format!(
            "{}: {} {} under {fault:?} at exchange {at}: {said}; {all} requests, {struck} struck",
            pack.name(),
            told.asks,
            told.name
        )
    })
}

/// Plays all questions of a sort.
async fn ask_all(is_asked: impl Fn(&Recorded) -> bool, least: usize) -> usize {
    let (elsewhere, hits) = elsewhere();
    let pages = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let (mut cells, mut known) = (Vec::<Cell>::new(), BTreeSet::new());
    for one in conversations(is_asked) {
        let mut all = strikes(&one.1, &mut known);
        let last = one.1.replies.len();
        all.extend((0..last).flat_map(|at| PAGES.map(|fault| (at, fault))));
        for strike in all {
            let (one, elsewhere, pages) = (one.clone(), elsewhere.clone(), Arc::clone(&pages));
            let plays = async move { ask(&one, strike, (&elsewhere, &pages)).await };
            cells.push(cell(strike.1, plays));
        }
    }
    hold(cells, least, &hits).await;
    pages.load(std::sync::atomic::Ordering::SeqCst)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_weather_makes_a_question_answered_that_was_not() {
    let is_asked = |told: &Recorded| {
        matches!(told.asks, "look" | "reach" | "activity") && told.ends == "found"
    };
    let pages = ask_all(is_asked, 28 * 100).await;
    assert!(
        pages >= 5 * 40,
        "{pages} cells in which a page was asked for"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_weather_tells_who_somebody_is_or_that_a_credential_is_dead_or_alive() {
    let is_asked = |told: &Recorded| {
        matches!(told.asks, "resolve" | "identify" | "whoami" | "probe")
            && matches!(told.ends, "found" | "alive" | "dead")
    };
    ask_all(is_asked, 28 * 60).await;
}
