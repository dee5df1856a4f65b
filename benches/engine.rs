//! The parts of the engine by themselves: journal, policies, playbooks, expressions, folding.
//!
//! Measures, never judges. The journal's rate stands beside the raw sync rate of the same disk.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark prints, stops at what cannot be, and reads the wall clock"
)]

mod setting;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::Write as _;
use std::time::Instant;

use contain::domain::event::{Answered, Does, Event, PlannedItem};
use contain::domain::{
    Call, Clock, Digest, Fact, Fields, Item, ItemKey, ItemRef, Phase, Seen, Spec, Tier, Undo, Work,
};
use contain::gate::{Authority, Policy};
use contain::journal::folder::Shelf;
use contain::journal::{self, Folder, Journal, MemorySink, Root, Sink};
use contain::playbook::{self, Evaluated, Playbook, Scope, Vocabulary};
use contain::provider::{Catalogue, aws};
use contain::verify;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let only_named = asked.iter().any(|argument| !argument.starts_with('-'));
    if !only_named && !asked.iter().any(|argument| argument == "--test") {
        durable_items();
    }
    divan::main();
}

/// Prints how many items a second become durable, beside how often a second this disk syncs a line of that length.
fn durable_items() {
    let place = setting::folder();
    println!(
        "durable items (intent, answer and verdict, each awaited), and raw appends with sync:"
    );
    let entry = rendered(1).len() / 3;
    let mut syncs: Vec<f64> = (0..5).map(|_| raw_syncs(place.path(), entry)).collect();
    syncs.sort_by(f64::total_cmp);
    let raw = syncs.get(2).copied().unwrap_or_default();
    println!("  raw sync of {entry} bytes: median {raw:>8.0}/s");
    for (callers, each) in [(1, 200), (64, 40), (256, 20)] {
        let mut rates: Vec<f64> = (0..5)
            .map(|_| {
                let items = callers * each;
                let took = durable(&place, callers, each);
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "some thousands of items fit a float"
                )]
                let items = items as f64;
                items / took.as_secs_f64()
            })
            .collect();
        rates.sort_by(f64::total_cmp);
        let median = rates.get(2).copied().unwrap_or_default();
        let best = rates.last().copied().unwrap_or_default();
        println!(
            "  {callers:>3} callers: median {median:>8.0} items/s, best {best:>8.0}; {:.2} items per raw sync",
            median / raw
        );
    }
}

fn raw_syncs(place: &std::path::Path, length: usize) -> f64 {
    const TIMES: u32 = 400;
    let mut file = tempfile::tempfile_in(place).expect("a file");
    let line = vec![b'x'; length];
    let began = Instant::now();
    for _ in 0..TIMES {
        file.write_all(&line).expect("a write");
        file.sync_data().expect("a sync");
    }
    f64::from(TIMES) / began.elapsed().as_secs_f64()
}

/// Runs callers side by side, each with its own items one after another, on a journal on the disk.
fn durable(place: &tempfile::TempDir, callers: usize, each: usize) -> std::time::Duration {
    let clock = Clock::wall();
    let root = Root::make(place.path()).expect("a root");
    let folder = fresh(&root, &clock);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let sink = folder.sink().expect("a journal");
        let (journal, _) = Journal::open(Box::new(sink), clock, "bench").expect("a journal");
        journal
            .append(opening(callers * each))
            .await
            .expect("a first entry");
        let spec = deactivate();
        let items: Vec<Vec<[Event; 3]>> = (0..callers)
            .map(|caller| {
                let mine = caller * each..(caller + 1) * each;
                mine.map(|number| carried_out(number, &spec)).collect()
            })
            .collect();
        let began = Instant::now();
        let under_way = items.into_iter().map(|mine| {
            let journal = journal.clone();
            async move {
                for event in mine.into_iter().flatten() {
                    journal.append(vec![event]).await.expect("an entry");
                }
            }
        });
        futures_util::future::join_all(under_way).await;
        began.elapsed()
    })
}

fn fresh(root: &Root, clock: &Clock) -> Folder {
    root.create(Shelf::Drills, &format!("bench-{}", clock.id()), clock)
        .expect("a folder")
}

fn deactivate() -> Spec {
    let mut specs = aws::actions().into_iter();
    specs
        .find(|spec| spec.id.to_string() == "aws.deactivate-access-key")
        .expect("an action of the catalogue")
}

fn named(number: usize) -> ItemRef {
    let key = ItemKey {
        phase: Phase::Isolate,
        step: "stop".to_owned(),
        each: None,
        subject: Some(setting::key(number)),
    };
    ItemRef {
        run: 1,
        round: 1,
        key,
    }
}

fn opening(items: usize) -> Vec<Event> {
    let clock = Clock::wall();
    let catalogue = setting::catalogue(0, &clock);
    let policy = Policy::embedded().expect("the default policies");
    let mut events = setting::opening(&setting::playbook(&catalogue), &policy, 1);
    let spec = deactivate();
    let planned = (0..items).map(|number| PlannedItem {
        key: named(number).key,
        action: Some(spec.id.clone()),
        target: Some(setting::key(number)),
        principal: None,
        rung: spec.cut().map(|cut| cut.rung),
        relation: None,
        tier: Tier::LOW,
        reversible: true,
        probe: false,
        does: Does::Act,
        bound: Some(spec.bound.within()),
        assumed: true,
        only_if: None,
        after_failure: None,
        asked: None,
        proposes_restore: false,
        watches: None,
        stake: None,
        lifts: None,
    });
    events.push(Event::PlanFrozen {
        run: 1,
        round: 1,
        digest: Digest::ZERO,
        expires: contain::domain::Time::MAX,
        items: planned.map(std::sync::Arc::new).collect(),
    });
    events
}

fn seen(number: usize, status: &str) -> Seen {
    let user = format!("aws:user/bot-{number:05}@123456789012");
    let fields = [
        ("created", "2026-01-01T00:00:00Z"),
        ("principal", user.as_str()),
        ("status", status),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.into()));
    Seen {
        target: setting::key(number),
        at: setting::start(),
        fact: Fact::Present(Fields::from(fields)),
    }
}

/// What one item leaves in the journal: the intent, the answer, the verdict.
fn carried_out(number: usize, spec: &Spec) -> [Event; 3] {
    let item = named(number);
    let call = call(number, spec);
    let outcome = Answered::Done {
        applied: true,
        made: Vec::new(),
        fields: Fields::from([("request_id".to_owned(), "7a62c49f-347e-4fc4-9331".into())]),
    };
    [
        Event::Intended {
            item: item.clone(),
            attempt: 1,
            call,
            before: seen(number, "Active"),
            then: Vec::new(),
            spent: vec!["0123456789abcdef0123456789abcdef".to_owned()],
            policies: vec!["permit-restricting".to_owned()],
        },
        Event::Answered {
            item: item.clone(),
            attempt: 1,
            outcome,
        },
        Event::Verified {
            item,
            verdict: verify::observed(setting::start(), spec, true),
            seen: Some(seen(number, "Inactive")),
        },
    ]
}

fn call(number: usize, spec: &Spec) -> Call {
    let key = named(number).key;
    Call {
        action: spec.id.clone(),
        target: setting::key(number),
        with: spec.arguments(&BTreeMap::new()),
        secret: None,
        tag: contain::plan::tag("bench", &key),
    }
}

/// The bytes of a journal with so many items carried out.
fn rendered(items: usize) -> Vec<u8> {
    let sink = MemorySink::default();
    let clock = Clock::wall();
    let (journal, _) =
        Journal::open(Box::new(sink.clone()), clock, "bench").expect("an empty journal");
    let spec = deactivate();
    let events = opening(items)
        .into_iter()
        .chain((0..items).flat_map(|number| carried_out(number, &spec)));
    let appended = journal.append(events.collect());
    futures_util::FutureExt::now_or_never(appended)
        .expect("memory answers at once")
        .expect("entries that fit");
    sink.bytes()
}

#[divan::bench(args = [1, 64, 256], sample_count = 5, sample_size = 1)]
fn journal_durable_items(bencher: Bencher<'_, '_>, callers: usize) {
    let each = if callers == 1 { 100 } else { 20 };
    let place = setting::folder();
    bencher
        .counter(ItemsCount::new(callers * each))
        .bench_local(|| durable(&place, callers, each));
}

const ENTRIES: usize = 100_000;

#[divan::bench(sample_count = 5, sample_size = 1)]
fn journal_check_100k(bencher: Bencher<'_, '_>) {
    let bytes = rendered(ENTRIES / 3);
    bencher
        .counter(ItemsCount::new(ENTRIES))
        .counter(BytesCount::new(bytes.len()))
        .bench_local(|| assert!(matches!(journal::check(&bytes), journal::Report::Intact(_))));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn journal_fold_100k(bencher: Bencher<'_, '_>) {
    let bytes = rendered(ENTRIES / 3);
    bencher
        .counter(ItemsCount::new(ENTRIES))
        .counter(BytesCount::new(bytes.len()))
        .with_inputs(|| -> Box<dyn Sink> { Box::new(MemorySink::holding(&bytes)) })
        .bench_local_values(|mut sink| journal::read(&mut sink).expect("a whole journal").torn);
}

fn item(number: usize, spec: &Spec) -> Item {
    Item {
        before: Some(seen(number, "Active")),
        tier: Tier::LOW,
        rung: spec.cut().map(|cut| cut.rung),
        undo: "aws.activate-access-key".parse().ok().map(Undo::By),
        ..Item::new(named(number).key, Work::Act(call(number, spec)))
    }
}

#[divan::bench(args = ["allowed", "needs-a-mandate"])]
fn policy_ruling(bencher: Bencher<'_, '_>, ruling: &str) {
    let policy = Policy::embedded().expect("the default policies");
    let (spec, around) = (deactivate(), setting::around());
    let item = item(1, &spec);
    let authority = if ruling == "allowed" {
        Authority::all(0)
    } else {
        Authority::NONE
    };
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        policy.rule(
            black_box(&item),
            spec.effect.word(),
            (&around, &[]),
            authority,
        )
    });
}

#[divan::bench]
fn policy_load(bencher: Bencher<'_, '_>) {
    bencher.bench_local(Policy::embedded);
}

fn offline() -> Catalogue {
    setting::catalogue(0, &Clock::wall())
}

#[divan::bench]
fn playbook_load(bencher: Bencher<'_, '_>) {
    let catalogue = offline();
    let vocabulary = Vocabulary {
        kinds: catalogue.kinds().collect(),
        actions: catalogue.actions().collect(),
    };
    bencher
        .bench_local(|| playbook::load("isolate.yaml", black_box(setting::ISOLATE), &vocabulary));
}

/// The `in` of a `for_each` that keeps half of so many found things.
#[divan::bench(args = [1, 100])]
fn expression(bencher: Bencher<'_, '_>, found: usize) {
    let playbook: Playbook = setting::playbook(&offline());
    let each = playbook
        .steps
        .iter()
        .find_map(|step| step.for_each.as_ref())
        .expect("the shipped playbook has one");
    let items: Vec<_> = (0..found)
        .map(|number| {
            let relation = if number % 2 == 0 { "held" } else { "shared" };
            BTreeMap::from([
                ("locator", serde_json::json!(setting::key(number))),
                ("in_scope", true.into()),
                ("relation", relation.into()),
            ])
        })
        .collect();
    let mut scope = Scope::new();
    scope.set_step("reach", serde_json::json!({ "items": items }));
    assert!(matches!(each.list.eval(&scope), Evaluated::Known(_)));
    bencher
        .counter(ItemsCount::new(found))
        .bench_local(|| each.list.eval(black_box(&scope)));
}
