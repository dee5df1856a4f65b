//! Closing: refused and named in every state that is not over, and what is counted as dead the world refuses.

use std::collections::{BTreeMap, BTreeSet};

use contain::converge::{Answer, Error};
use contain::domain::event::Event;
use contain::domain::{Duration, Found, Locator, Reading, Relation};
use contain::gate::Confirmation;
use contain::journal::{self, Injecting, Journal, Record};
use contain::plan::restore::{Healthy, Wanted};
use contain::playbook::Playbook;
use contain::provider::simulated::lock;
use contain::report::closing::{Books, Lack, Sort, lacking};
use contain::report::entry::Entry;
use contain::report::names::Audience;
use contain::report::reckoning::{Became, Thing, reckon, totals};
use contain::report::standing::{Outcome as Said, standing};
use contain::report::{describe, dossier, html, markdown};

use super::{CUTS, Cells, WEATHER, on_requests};
use crate::simulated::{Bench, Ended, LEAK, Wish, name};

fn record(bench: &Bench) -> Record {
    journal::read(&mut bench.disk.clone()).unwrap()
}

fn entries(record: &Record) -> Vec<Entry<'_>> {
    let lines = record.lines.iter();
    lines
        .map(|line| Entry {
            seq: line.seq,
            at: line.at,
            actor: &line.actor,
            event: &line.event,
        })
        .collect()
}

/// What became of everything, held against the world: what is counted as dead is refused.
fn things(bench: &Bench) -> Vec<Thing> {
    let (record, now) = (record(bench), bench.clock.now());
    let entries = entries(&record);
    let things = reckon(&entries, &record.case, &bench.catalogue, now);
    let world = lock(&bench.world);
    for thing in &things {
        let kind = bench.catalogue.kind(thing.what.kind());
        if matches!(thing.became, Became::Dead(_)) && kind.is_some_and(|kind| kind.credential) {
            assert!(!world.accepts(&thing.what, now), "{thing:#?} lives");
        }
    }
    // VER-3: nothing that was ever found is left out, and everything is one of four.
    let known: BTreeSet<&Locator> = things.iter().map(|thing| &thing.what).collect();
    let issued = record.case.issued();
    for entry in &entries {
        let Event::Found { reading, .. } = entry.event else {
            continue;
        };
        let found = reading
            .found
            .iter()
            .filter(|found| found.relation.is_some());
        for found in found.filter(|found| !issued.contains(&found.what)) {
            assert!(known.contains(&found.what), "{} is forgotten", found.what);
        }
    }
    let totals = totals(&things);
    let sum = ["dead", "accepted", "unreachable", "open"].map(|word| totals[word]);
    assert_eq!(totals["found"], sum.iter().sum::<usize>());
    things
}

fn lacks_with(bench: &Bench, playbook: &Playbook) -> Vec<Lack> {
    let things = things(bench);
    let record = record(bench);
    let runs = record.case.runs.keys();
    let lacks = lacking(&Books {
        case: &record.case,
        catalogue: &bench.catalogue,
        things: &things,
        playbooks: &runs
            .map(|run| (*run, Ok(playbook.clone())))
            .collect::<BTreeMap<_, _>>(),
        damaged: &[],
        now: bench.clock.now(),
    });
    for lack in &lacks {
        assert!(!lack.settle.is_empty(), "{lack:?} names no command");
        assert!(lack.settle.iter().all(|line| line.starts_with("contain ")));
    }
    lacks
}

fn lacks(bench: &Bench) -> Vec<Lack> {
    lacks_with(bench, Wish::contained().playbook)
}

/// What lies outside of what was asked for in the small world.
fn is_outside(lack: &Lack) -> bool {
    let outside = ["access-key/SIBLING", "role/backup"].map(|what| name(what).to_string());
    lack.sort == Sort::Unaccounted
        && outside
            .iter()
            .any(|what| Some(what) == lack.accept.as_ref())
}

pub(crate) async fn append(bench: &Bench, events: Vec<Event>) -> Result<(), journal::Error> {
    let opened = Journal::open(Box::new(bench.disk.clone()), bench.clock.clone(), "law");
    opened.unwrap().0.append(events).await.map(drop)
}

/// Takes what is still open outside on oneself, as a person would.
async fn accept_outside(bench: &Bench) {
    let things = things(bench);
    let open = things.into_iter().filter(|thing| {
        let outside = [Relation::Held, Relation::CouldEnter];
        let is_outside = thing
            .relations
            .iter()
            .all(|relation| outside.contains(relation));
        matches!(thing.became, Became::Open { .. }) && is_outside && !thing.relations.is_empty()
    });
    let accepted = open.map(|thing| Event::Accepted {
        what: thing.what.to_string(),
        relations: thing.relations,
        by: "law".to_owned(),
        why: "it is healthy".to_owned(),
    });
    append(bench, accepted.collect()).await.unwrap();
}

/// Is refused with names while it is not over; closes once it is, and not before.
async fn closes_once_it_is_over(bench: &Bench) {
    let record = record(bench);
    let Some(run) = record.case.runs.get(&1) else {
        return;
    };
    let open: Vec<Lack> = lacks(bench)
        .into_iter()
        .filter(|lack| !is_outside(lack))
        .collect();
    let is_over = run.outcome.as_deref() == Some("contained");
    assert_eq!(open.is_empty(), is_over, "{:?}: {open:#?}", run.outcome);
    bench.weather.clear();
    let end = bench.go(&Wish::contained()).await.end();
    assert_eq!(end.standing.outcome, Said::Contained, "{:#?}", end.standing);
    let left = lacks(bench);
    assert!(left.iter().all(is_outside), "{left:#?}");
    assert!(
        !left.is_empty(),
        "what stays alive is taken on by nobody yet"
    );
    accept_outside(bench).await;
    assert_eq!(lacks(bench), Vec::new());
    let reason = "law".to_owned();
    append(bench, vec![Event::Closed { reason }]).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn wherever_a_run_is_killed_closing_names_what_is_open_and_closes_once_it_went_on() {
    let mut cells = Cells::default();
    for how in CUTS {
        for nth in 1.. {
            let bench = Bench::new(LEAK);
            let disk = Injecting::kill(bench.disk.clone(), nth, how);
            let wish = Wish::contained().dropped(nth % 2 == 0);
            if bench.go_on(Box::new(disk), &wish).await.is_well() {
                break;
            }
            let of = format!("killed at {nth}, {how:?}");
            cells.one(of, closes_once_it_is_over(&bench)).await;
        }
    }
    cells.hold(160);
}

#[tokio::test(start_paused = true)]
async fn whatever_befalls_its_requests_closing_is_no_kinder_than_the_run() {
    let mut cells = Cells::default();
    for fault in WEATHER {
        for nth in [Some(1), Some(2), Some(3), None] {
            let cell = async {
                let bench = Bench::new(LEAK);
                bench.weather.add(on_requests(nth, fault));
                drop(bench.go(&Wish::contained()).await);
                closes_once_it_is_over(&bench).await;
            };
            cells
                .one(format!("request {nth:?} met {fault:?}"), cell)
                .await;
        }
    }
    cells.hold(50);
}

#[tokio::test(start_paused = true)]
async fn isolated_is_not_enough_to_close_and_an_overdue_review_keeps_it_open() {
    let bench = Bench::new(LEAK);
    let isolated = Wish::isolate(contain::converge::Limit::Isolated);
    assert_eq!(bench.go(&isolated).await.said(), Said::Isolated);
    let sorts: BTreeSet<Sort> = lacks(&bench).iter().map(|lack| lack.sort).collect();
    assert!(sorts.contains(&Sort::Unsettled), "{sorts:?}");
    assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
    accept_outside(&bench).await;
    assert_eq!(lacks(&bench), Vec::new());
    bench.clock.sleep(Duration::from_hours(5)).await;
    let overdue = lacks(&bench);
    assert!(!overdue.is_empty() && overdue.iter().all(|lack| lack.sort == Sort::Overdue));
    let measures = bench.measures().len();
    assert_eq!(overdue.len(), measures, "each is named: {overdue:#?}");
    let reviews = record(&bench).case.reviews.into_keys();
    let until = bench.clock.now() + Duration::from_hours(24);
    let extended = reviews.map(|item| Event::Extended {
        item,
        review: until,
        reason: Some("still needed".to_owned()),
    });
    append(&bench, extended.collect()).await.unwrap();
    assert_eq!(lacks(&bench), Vec::new());
    assert_eq!(
        bench.measures().len(),
        measures,
        "no deadline lifts anything"
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_accepted_as_one_thing_is_not_accepted_as_another() {
    let bench = Bench::new(LEAK);
    assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
    accept_outside(&bench).await;
    assert_eq!(lacks(&bench), Vec::new());
    let case = record(&bench).case;
    let (item, _) = case.found.iter().next().unwrap();
    let found = Found {
        what: name("role/backup"),
        relation: Some(Relation::Entered),
        evidence: "audit event AssumeRole".to_owned(),
        at: Some(bench.clock.now()),
        fields: contain::domain::Fields::new(),
    };
    let reading = Reading {
        found: vec![found],
        ..Reading::default()
    };
    let item = item.clone();
    append(&bench, vec![Event::Found { item, reading }])
        .await
        .unwrap();
    let open = lacks(&bench);
    let backup = name("role/backup").to_string();
    assert!(
        open.iter()
            .any(|lack| lack.accept.as_ref() == Some(&backup)),
        "{open:#?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_declared_healthy_and_lifted_closes() {
    let bench = Bench::new(LEAK);
    assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
    let wanted = Wanted {
        healthy: Some(Healthy {
            reason: "the load test's".to_owned(),
            sessions: true,
        }),
        ..Wanted::default()
    };
    let lift = Wish {
        answer: Answer::Yes(Confirmation::Yes),
        ..Wish::give_back(2, wanted)
    };
    assert_eq!(bench.go(&lift).await.said(), Said::Restored);
    assert_eq!(lacks(&bench), Vec::new());
    let accepted = things(&bench)
        .into_iter()
        .filter(|thing| thing.what == name("access-key/LEAKED"));
    assert!(accepted.map(|thing| thing.became.word()).eq(["accepted"]));
}

#[tokio::test(start_paused = true)]
async fn what_was_given_back_one_by_one_is_accounted_for_and_the_rest_stays_so() {
    let bench = Bench::new(LEAK);
    assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
    accept_outside(&bench).await;
    bench.clock.sleep(Duration::from_hours(3)).await;
    assert_eq!(
        bench
            .go(&Wish::restore(2, &[name("access-key/LEAKED")]))
            .await
            .said(),
        Said::Restored
    );
    assert_eq!(lacks(&bench), Vec::new());
    let became: BTreeMap<_, _> = things(&bench)
        .into_iter()
        .map(|thing| (thing.what, thing.became))
        .collect();
    assert_eq!(became[&name("access-key/LEAKED")].word(), "accepted");
    assert_eq!(became[&name("access-key/MINTED")].word(), "dead");
}

#[tokio::test(start_paused = true)]
async fn a_closed_incident_begins_nothing_until_it_is_opened_again() {
    let bench = Bench::new(LEAK);
    assert_eq!(bench.go(&Wish::contained()).await.said(), Said::Contained);
    let closed = || Event::Closed {
        reason: "law".to_owned(),
    };
    let reopened = || Event::Reopened {
        reason: "law".to_owned(),
    };
    append(&bench, vec![closed()]).await.unwrap();
    let left = bench.left().len();
    let again = Wish {
        run: 2,
        ..Wish::contained()
    };
    for wish in [&again, &Wish::restore(2, &[]), &Wish::contained()] {
        let ended = bench.go(wish).await;
        let is_refused = matches!(
            &ended,
            Ended::Broke(Error::Journal(journal::Error::Illegal { .. }))
        );
        assert!(is_refused || ended.is_well(), "{ended:?}");
        assert_eq!(bench.left().len(), left);
        assert_eq!(record(&bench).case.runs.len(), 1);
    }
    assert!(
        append(&bench, vec![closed()]).await.is_err(),
        "closed twice"
    );
    append(&bench, vec![reopened()]).await.unwrap();
    assert!(
        append(&bench, vec![reopened()]).await.is_err(),
        "opened twice"
    );
    assert_eq!(bench.go(&again).await.said(), Said::Contained);
    bench.check(false);
}

#[tokio::test(start_paused = true)]
async fn before_anything_was_cut_what_was_named_is_not_accounted_for() {
    let bench = Bench::new(LEAK);
    let nobody = Wish {
        answer: Answer::Nobody,
        ..Wish::contained()
    };
    assert_eq!(bench.go(&nobody).await.said(), Said::Waiting);
    let open = lacks(&bench);
    let leaked = name("access-key/LEAKED").to_string();
    let named = open
        .iter()
        .filter(|lack| lack.accept.as_ref() == Some(&leaked));
    assert_eq!(named.count(), 1, "{open:#?}");
    let yes = Wish {
        answer: Answer::Yes(Confirmation::Yes),
        ..Wish::contained()
    };
    assert_eq!(bench.go(&yes).await.said(), Said::Contained);
}

/// The reports of an incident, in every form, for one audience.
pub(crate) fn reports(bench: &Bench, audience: Audience) -> Vec<(&'static str, String)> {
    let (things, lacks, record) = (things(bench), lacks(bench), record(bench));
    let (now, run) = (bench.clock.now(), 1);
    let standing = standing(&record.case, &bench.catalogue, run, now);
    let output = describe::of_run(&describe::Source {
        case: &record.case,
        catalogue: &bench.catalogue,
        run,
        standing: &standing,
        playbook: None,
        plan: None,
        wants_code: false,
        now,
    });
    let dossier = dossier::of(
        &dossier::Source {
            entries: &entries(&record),
            case: &record.case,
            catalogue: &bench.catalogue,
            things: &things,
            lacks: &lacks,
            output: &output,
            journal: dossier::Head {
                entries: record.entries,
                head: record.head,
                behind: false,
            },
            now,
        },
        audience,
    );
    vec![
        ("md", markdown::render(&dossier)),
        ("html", html::render(&dossier)),
        ("json", serde_json::to_string_pretty(&dossier).unwrap()),
    ]
}

#[tokio::test(start_paused = true)]
async fn outside_a_report_names_nothing_and_stays_the_same_and_inside_it_names_everything() {
    let text = LEAK.replace("role/backup@", "role/<script>alert(1)<b>'x@");
    let bench = Bench::new(&text);
    let secretly = "call Jane at the vault";
    let end = bench.go(&Wish::contained()).await.end();
    assert_eq!(end.standing.outcome, Said::Contained, "{:#?}", end.standing);
    append(
        &bench,
        vec![Event::Noted {
            text: secretly.to_owned(),
        }],
    )
    .await
    .unwrap();
    accept_outside(&bench).await;
    let reason = secretly.to_owned();
    append(&bench, vec![Event::Closed { reason }])
        .await
        .unwrap();
    let outside = reports(&bench, Audience::External);
    let nodes: Vec<Locator> = {
        let world = lock(&bench.world);
        world.nodes().map(|node| node.locator.clone()).collect()
    };
    for (form, text) in &outside {
        assert!(
            !text.contains(secretly) && !text.contains("123456789012"),
            "{form}: {text}"
        );
        for node in &nodes {
            let whole = format!(r"(^|[^\w#]){}([^\w]|$)", regex::escape(node.id()));
            let found = regex::Regex::new(&whole).unwrap().find(text);
            assert!(found.is_none(), "{form} names {node}: {found:?}");
        }
        for locator in ["evidence/", "ci-", "audit event"] {
            assert!(!text.contains(locator), "{form}: {locator}");
        }
        assert!(text.contains("aws:access-key #1"), "{form}: {text}");
    }
    let inside = reports(&bench, Audience::Internal);
    for (form, text) in &inside {
        assert!(text.contains(secretly), "{form}");
        for what in [
            "access-key/LEAKED",
            "access-key/MINTED",
            "role/deploy",
            "access-key/SIBLING",
        ] {
            assert!(
                text.contains(&name(what).to_string()),
                "{form} does not name {what}"
            );
        }
        for section in ["mandates", "standards"] {
            assert!(*form != "json" || text.contains(section));
        }
    }
    let (_, page) = inside.iter().find(|(form, _)| *form == "html").unwrap();
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;alert(1)&lt;b&gt;&#39;x"));
    assert!(page.contains("D3-AL") && page.contains("RS.MI-01") && page.contains("RC.RP-06"));
    // A pseudonym is the same in every later report of the incident.
    append(
        &bench,
        vec![Event::Reopened {
            reason: "law".to_owned(),
        }],
    )
    .await
    .unwrap();
    drop(
        bench
            .go(&Wish {
                run: 2,
                ..Wish::contained()
            })
            .await
            .end(),
    );
    let called = |text: &str| -> Vec<String> {
        let whole = regex::Regex::new(r"aws:[a-z-]+ #\d+").unwrap();
        let mut all: Vec<String> = whole
            .find_iter(text)
            .map(|found| found.as_str().to_owned())
            .collect();
        all.sort();
        all.dedup();
        all
    };
    let later = reports(&bench, Audience::External);
    for ((form, before), (_, after)) in outside.iter().zip(&later) {
        let (before, after) = (called(before), called(after));
        assert!(before.iter().all(|one| after.contains(one)), "{form}");
    }
}
