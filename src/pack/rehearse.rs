//! `contain provider test`: every recorded conversation through the real engine and the real client.
//!
//! Talks to a server of its own on loopback and to nobody else; uses no secret of anybody's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::budget::Budget;
use super::engine::Handle;
use super::model::Ends;
use super::recording::Test;
use super::replay::{Exchange, Server, recorded};
use super::stage::{account_key, stage};
use super::{Pack, Packed, act, identify, observe, reading};
use crate::domain::{
    Arg, Because, Call, Duration, Fact, Found, Locator, Named, Outcome, Probe, Query, ReadKind,
    Readable, Secret, Spec, Tag, Time, Why,
};
use crate::provider::Provider as _;

/// What stands for every secret of the workspace.
const OURS: &str = "rehearsed-secret-of-ours";
/// How long an exchange may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// What stands for the credential itself.
const ITS: &str = "rehearsed-credential-itself";

/// How one conversation ended.
#[derive(Clone, Debug)]
pub struct Rehearsed {
    /// What it shows.
    pub name: String,
    /// What was otherwise than recorded; nothing where all was as it should be.
    pub problems: Vec<String>,
}

/// Runs every conversation of a pack, and those that follow from it: an answer lost, refused, or put off.
///
/// # Errors
/// No server could be started on loopback.
pub async fn rehearse(pack: &Arc<Pack>) -> std::io::Result<Vec<Rehearsed>> {
    let mut all = Vec::new();
    for test in pack.tests() {
        let replies = recorded(pack, test).replies;
        let problems = run(pack, test, replies.clone(), (test.ends, test.because)).await?;
        all.push(Rehearsed {
            name: test.name.clone(),
            problems,
        });
        if test.action.is_some() && matches!(test.ends, Ends::Done | Ends::Acknowledged) {
            for (what, status, ends) in VARIED {
                let mut replies = replies.clone();
                vary(&mut replies, status);
                let problems = run(pack, test, replies, (ends, None)).await?;
                all.push(Rehearsed {
                    name: format!("{} ({what})", test.name),
                    problems,
                });
            }
        }
    }
    let problems = untested(pack);
    all.push(Rehearsed {
        name: "every action and every look is recorded".to_owned(),
        problems,
    });
    Ok(all)
}

/// What else may come of a call that was recorded as done.
const VARIED: [(&str, u16, Ends); 4] = [
    ("refused: 401", 401, Ends::Refused),
    ("throttled: 429", 429, Ends::Throttled),
    ("the server fails: 500", 500, Ends::InDoubt),
    ("redirected: 302", 302, Ends::InDoubt),
];

fn vary(replies: &mut [Exchange], status: u16) {
    if let Some(last) = replies.last_mut() {
        last.status = status;
        last.headers = BTreeMap::from([
            ("retry-after".to_owned(), "30".to_owned()),
            (
                "location".to_owned(),
                "https://elsewhere.invalid/".to_owned(),
            ),
            ("content-type".to_owned(), "application/json".to_owned()),
        ]);
        // A server that repeats what it was sent must not make us repeat it.
        last.body =
            json!({"error": OURS, "errorCode": OURS, "message": format!("no {ITS}")}).to_string();
    }
}

/// What of the pack no conversation shows.
fn untested(pack: &Pack) -> Vec<String> {
    let tests = pack.tests();
    let done = |name: &String| {
        tests.iter().any(|test| {
            test.action.as_ref() == Some(name)
                && matches!(test.ends, Ends::Done | Ends::Acknowledged)
        })
    };
    let actions = pack.file.actions.keys().filter(|name| !done(name));
    let actions = actions.map(|name| format!("no test shows `{name}` done"));
    let looked = |noun: &String, ends: Ends| {
        let of = format!("{noun}/");
        tests.iter().any(|test| {
            test.look
                && test.ends == ends
                && test
                    .target
                    .as_ref()
                    .is_some_and(|target| target.starts_with(&of))
        })
    };
    let goes = |look: &super::model::Look| {
        let gone = |request: &super::model::Request| {
            request.pick.is_some() || request.answers.iter().any(|row| row.is == Ends::Gone)
        };
        look.ask.iter().any(gone)
    };
    let kinds = pack.file.kinds.iter();
    let kinds = kinds.filter_map(|(noun, kind)| Some((noun, kind.look.as_ref()?)));
    let kinds = kinds.flat_map(|(noun, look)| {
        let missing = |ends: Ends| {
            let text = || format!("no test looks at a {noun} that is {}", ends.word());
            (!looked(noun, ends)).then(text)
        };
        let gone = missing(Ends::Gone).filter(|_| goes(look));
        [missing(Ends::Found), gone].into_iter().flatten()
    });
    let probed = |noun: &String| {
        let ends: BTreeSet<&str> = tests
            .iter()
            .filter(|test| {
                test.probe
                    && test
                        .target
                        .as_ref()
                        .is_some_and(|target| target.split('/').next() == Some(noun))
            })
            .map(|test| test.ends.word())
            .collect();
        ends.contains("dead") && ends.contains("alive")
    };
    let probes = pack
        .file
        .kinds
        .iter()
        .filter(|(noun, kind)| kind.probe.is_some() && !probed(noun));
    let probes = probes
        .map(|(noun, _)| format!("no tests try a {noun} that is dead, and one that is alive"));
    actions.chain(kinds).chain(probes).collect()
}

/// Runs one conversation; says what was otherwise.
async fn run(
    pack: &Arc<Pack>,
    test: &Test,
    replies: Vec<Exchange>,
    wanted: (Ends, Option<Because>),
) -> std::io::Result<Vec<String>> {
    let server = Server::start(replies).await?;
    let packed = stage(pack, &server.base, DEADLINE, OURS).await;
    let ended = end(&packed, pack, test).await;
    let mut problems = server.wrong();
    let (ends, because) = wanted;
    if ended.ends != ends || (because.is_some() && ended.because != because) {
        let why = ended.why.as_deref().unwrap_or("nothing more is known");
        problems.push(format!(
            "it ended {}{}, and is recorded as {}{} ({why})",
            ended.ends.word(),
            told(ended.because),
            ends.word(),
            told(because),
        ));
    } else if ends == test.ends {
        problems.extend(compare(test, &ended.shown));
    }
    let said = format!("{:?} {:?}", ended.why, ended.shown);
    if [OURS, ITS].iter().any(|secret| said.contains(secret)) {
        problems.push("a secret stands in what came of it".to_owned());
    }
    Ok(problems)
}

fn told(because: Option<Because>) -> String {
    let word = |because| {
        json!(because)
            .as_str()
            .map(|word| format!(" because {word}"))
    };
    because.and_then(word).unwrap_or_default()
}

/// How something ended, and what it showed.
struct Ended {
    ends: Ends,
    because: Option<Because>,
    why: Option<String>,
    shown: Shown,
}

#[derive(Debug)]
enum Shown {
    Nothing,
    Fields(crate::domain::Fields),
    Found(Vec<String>),
}

fn ended(ends: Ends, shown: Shown) -> Ended {
    Ended {
        ends,
        because: None,
        why: None,
        shown,
    }
}

fn failed(ends: Ends, why: Why) -> Ended {
    Ended {
        ends,
        because: Some(why.because),
        why: Some(why.text),
        shown: Shown::Nothing,
    }
}

async fn end(packed: &Packed, pack: &Pack, test: &Test) -> Ended {
    let reads = packed.handle(None);
    if test.whoami {
        return match observe::whoami(&reads).await {
            Ok(own) => ended(Ends::Found, Shown::Found(own.iter().map(short).collect())),
            Err(why) => failed(Ends::Unreadable, why),
        };
    }
    let target = match target(&reads, pack, test).await {
        Ok(target) => target,
        Err(why) => return failed(Ends::Unreadable, why),
    };
    lend(packed, pack, test, &target);
    if let Some(action) = &test.action {
        return perform(packed, pack, test, action, target).await;
    }
    if test.look {
        return match observe::look(&reads, &target, &Budget::usual(&reads)).await {
            Ok(Fact::Present(fields)) => ended(Ends::Found, Shown::Fields(fields)),
            Ok(Fact::Gone) => ended(Ends::Gone, Shown::Nothing),
            Ok(Fact::Unreadable(why)) | Err(why) => failed(Ends::Unreadable, why),
        };
    }
    if test.resolve {
        let named = Named::from(&target.bare());
        return match observe::resolve(&reads, &named).await {
            Ok(found) => ended(Ends::Found, Shown::Found(vec![short(&found)])),
            Err(why) => failed(Ends::Unreadable, why),
        };
    }
    if test.identify {
        let secret = Secret::new(ITS.to_owned());
        return match identify::whose(&reads, target.kind(), &secret).await {
            Ok(found) => ended(Ends::Found, Shown::Found(vec![short(&found)])),
            Err(why) => failed(Ends::Unreadable, why),
        };
    }
    if test.probe {
        let secret = its(pack, &target);
        return match observe::probe(&reads, &target, &secret).await {
            Ok(Probe::Accepted) => ended(Ends::Alive, Shown::Nothing),
            Ok(Probe::Refused) => ended(Ends::Dead, Shown::Nothing),
            Ok(Probe::Forbidden) => ended(Ends::Forbidden, Shown::Nothing),
            Ok(Probe::Unclear(why)) | Err(why) => failed(Ends::Unclear, why),
        };
    }
    let read = match (test.reach, test.activity) {
        (true, _) => ReadKind::Reach,
        (false, true) => ReadKind::Activity,
        (false, false) => ReadKind::State,
    };
    question(&reads, read, target).await
}

/// Lends the credential itself, where it is needed: what is looked at by its id would be tried once where its secret is there.
fn lend(packed: &Packed, pack: &Pack, test: &Test, target: &Locator) {
    let kind = pack.file.kinds.get(target.kind().noun());
    let by_secret = kind.is_some_and(|kind| kind.readable == Some(Readable::BySecret));
    if test.was_seen {
        packed.handle(None).saw(target);
    }
    let secret = its(pack, target);
    if test.was_alive {
        packed.handle(None).alive().note(target, &secret, true);
    }
    if by_secret || test.held || test.probe || test.action.is_some() {
        packed.hold(target, &secret);
    }
}

/// The credential itself: any text, or a key where something that it signs is sent.
fn its(pack: &Pack, target: &Locator) -> Secret {
    let kind = pack.file.kinds.get(target.kind().noun());
    let signs = kind.and_then(|kind| kind.probe.as_ref()?.signs.as_ref());
    Secret::new(match signs {
        Some(_) => account_key(),
        None => ITS.to_owned(),
    })
}

async fn question(on: &Handle, read: ReadKind, target: Locator) -> Ended {
    let query = Query {
        read,
        target,
        relations: Vec::new(),
        since: "2026-01-01T00:00:00Z".parse().unwrap_or(Time::UNIX_EPOCH),
        pages: 10,
        budget_ms: 60_000,
    };
    match reading::read(on, &query).await {
        Ok(reading) => match reading.not_seen.into_iter().next() {
            Some(not_seen) => failed(Ends::Unreadable, not_seen.why),
            None => ended(
                Ends::Found,
                Shown::Found(reading.found.iter().map(line).collect()),
            ),
        },
        Err(why) => failed(Ends::Unreadable, why),
    }
}

/// A found thing, as a test tells it: `minted api-token/00T1`; an event by its name.
fn line(found: &Found) -> String {
    match (found.relation, found.fields.get("event")) {
        (Some(relation), _) => format!("{} {}", relation.word(), short(&found.what)),
        (None, Some(Value::String(event))) => event.clone(),
        (None, _) => short(&found.what),
    }
}

fn short(locator: &Locator) -> String {
    format!("{}/{}", locator.kind().noun(), locator.id())
}

async fn target(on: &Handle, pack: &Pack, test: &Test) -> Result<Locator, Why> {
    let invalid = |text: &str| Why::new(Because::Invalid, text);
    let said = test
        .target
        .as_deref()
        .and_then(|target| target.split_once('/'));
    let (noun, id) = said.ok_or_else(|| invalid("a target is written kind/id"))?;
    let kind = super::declare::kind_id(&pack.file, noun);
    let kind = kind.ok_or_else(|| invalid("this is no kind"))?;
    let account = observe::account(on).await?;
    Ok(Locator::new(&kind, id, Some(account)))
}

async fn perform(
    packed: &Packed,
    pack: &Pack,
    test: &Test,
    action: &str,
    target: Locator,
) -> Ended {
    let id = super::declare::action_id(&pack.file, action);
    let Some(spec) = pack
        .actions
        .iter()
        .find(|spec| Some(&spec.id) == id.as_ref())
    else {
        let why = Why::new(Because::NotImplemented, "the pack has no such action");
        return failed(Ends::Refused, why);
    };
    let handle = packed.handle(Some(&spec.permissions));
    let outcomes = act::perform(&handle, &[call(spec, test, target)]).await;
    match outcomes.into_iter().next() {
        Some(Outcome::Done(answer)) => {
            let ends = if answer.applied {
                Ends::Done
            } else {
                Ends::Acknowledged
            };
            let made: Vec<String> = answer.made.iter().map(short).collect();
            let shown = if made.is_empty() {
                Shown::Fields(answer.fields)
            } else {
                Shown::Found(made)
            };
            ended(ends, shown)
        }
        Some(Outcome::AlreadySo) => ended(Ends::AlreadySo, Shown::Nothing),
        Some(Outcome::Refused(why)) => failed(Ends::Refused, why),
        Some(Outcome::Throttled { .. }) => ended(Ends::Throttled, Shown::Nothing),
        Some(Outcome::Unavailable(why)) => failed(Ends::Unavailable, why),
        Some(Outcome::InDoubt(why)) => failed(Ends::InDoubt, why),
        None => failed(Ends::InDoubt, Why::new(Because::Garbled, "no outcome")),
    }
}

fn call(spec: &Spec, test: &Test, target: Locator) -> Call {
    let with = spec.arguments(&test.with).into_iter().map(|(name, arg)| {
        let arg = match arg {
            Arg::Before(field) => Arg::Is(test.before.get(&field).cloned().unwrap_or_default()),
            other @ (Arg::Is(_) | Arg::AtCall | Arg::Of(..)) => other,
        };
        (name, arg)
    });
    Call {
        action: spec.id.clone(),
        target,
        with: with.collect(),
        secret: None,
        tag: Tag("contain-rehearsal-1".to_owned()),
    }
}

/// What was shown otherwise than recorded.
fn compare(test: &Test, shown: &Shown) -> Vec<String> {
    let mut wrong = Vec::new();
    let fields = match shown {
        Shown::Fields(fields) => Some(fields),
        Shown::Nothing | Shown::Found(_) => None,
    };
    for (name, wanted) in &test.shows {
        let seen = fields
            .and_then(|fields| fields.get(name))
            .unwrap_or(&Value::Null);
        if seen != wanted {
            wrong.push(format!(
                "`{name}` shows {seen}, and is recorded as {wanted}"
            ));
        }
    }
    if let Some(wanted) = &test.found {
        let found = match shown {
            Shown::Found(found) => found.as_slice(),
            Shown::Nothing | Shown::Fields(_) => &[],
        };
        if found != wanted.as_slice() {
            wrong.push(format!(
                "it found {}, and is recorded to find {}",
                found.join(", "),
                wanted.join(", ")
            ));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_conversation_of_what_ships_ends_as_recorded() {
        for pack in crate::pack::shipped() {
            let all = rehearse(&pack).await.unwrap_or_default();
            assert!(all.len() > 10, "{}", pack.name());
            let wrong = all.iter().filter(|one| !one.problems.is_empty());
            let wrong: Vec<String> = wrong
                .map(|one| format!("{}: {}: {}", pack.name(), one.name, one.problems.join("; ")))
                .collect();
            assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        }
    }
}
