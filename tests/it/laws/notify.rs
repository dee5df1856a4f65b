//! The laws of telling through a playbook: once per run, on a word of its own, and never twice where it may have come.
//!
//! A toy world beside the notifiers as they ship; what is told goes to a listener of this test.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use contain::converge::{Answer, Error, Limit};
use contain::domain::event::Event;
use contain::domain::mandate::Scope;
use contain::domain::{Secret, State};
use contain::gate::Confirmation;
use contain::journal;
use contain::plan;
use contain::playbook::{self, Playbook, Vocabulary};
use contain::provider::Given;
use contain::provider::notify::{Channel, Notify, Shape};
use contain::provider::simulated::Scenario;
use contain::provider::{Catalogue, Provider as _};

use super::issue::{WORLD, actions, kinds, name, works};
use super::told::server;
use crate::simulated::{Bench, Ended, Wish};

/// A world and one notifier, `soc`, which tells this address.
fn bench(url: &str) -> (Bench, Notify) {
    let text = WORLD.replace("{status: Inactive}", "{status: Active}");
    let mut bench = Bench::of_catalogue(
        Scenario::parse(&text).unwrap(),
        |_| (),
        (kinds(), actions()),
    );
    let given = url.to_owned();
    let webhook: Given = Arc::new(move || Ok(Secret::new(given.clone())));
    let soc = Channel {
        name: "soc".to_owned(),
        webhook,
        header: None,
        shape: Shape::Json,
        private: false,
    };
    let notify = || Notify::new(vec![soc.clone()], bench.clock.clone());
    let (ours, theirs) = (notify(), notify());
    let mut all: Vec<_> = bench.catalogue.providers().map(Arc::clone).collect();
    all.push(Arc::new(ours));
    bench.catalogue = Catalogue::new(all);
    (bench, theirs)
}

fn load(notify: &Notify, to: &str) -> &'static Playbook {
    let text = format!(
        "contain: 1\nplaybook: tell\nsummary: Cut and tell\ninputs:\n  subject: {{type: locator, required: true}}\nphases:\n  isolate:\n    - {{id: freeze, do: suspend, target: \"${{subject}}\"}}\n    - {{id: tell, needs: [freeze], notify: {{to: {to}, text: \"${{subject}} is off\"}}}}\n"
    );
    let (mut kinds, mut actions) = (kinds(), actions());
    kinds.extend(notify.kinds().iter().cloned());
    actions.extend(notify.actions().iter().cloned());
    let vocabulary = Vocabulary {
        kinds: kinds.iter().collect(),
        actions: actions.iter().collect(),
    };
    let read = playbook::load("tell.yaml", &text, &vocabulary);
    Box::leak(Box::new(
        read.unwrap_or_else(|why| panic!("{}", why.render(false))),
    ))
}

fn wish(playbook: &'static Playbook, answer: Answer) -> Wish {
    Wish {
        verb: "run",
        subjects: vec![name("key/LEAKED")],
        secrets: false,
        answer,
        playbook,
        ..Wish::isolate(Limit::Isolated)
    }
}

fn told(bench: &Bench) -> State {
    let record = journal::read(&mut bench.disk.clone()).unwrap();
    let last = record.case.last_lives(1).into_values();
    let mut told = last.filter(|(item, _)| item.key.step == "tell");
    told.next().unwrap().1.state.clone()
}

const YES: Answer = Answer::Yes(Confirmation::Yes);

#[tokio::test]
async fn a_step_tells_once_in_a_run_on_a_word_for_exactly_that() {
    let (url, came) = server("204 No Content");
    let (bench, notify) = bench(&url);
    let playbook = load(&notify, "soc");
    drop(bench.go(&wish(playbook, Answer::Nobody)).await.end());
    assert_eq!(came.load(Ordering::SeqCst), 0, "nobody gave a word");
    for _ in 0..3 {
        drop(bench.go(&wish(playbook, YES)).await.end());
        assert_eq!(came.load(Ordering::SeqCst), 1);
    }
    assert!(matches!(told(&bench), State::Confirmed { .. }));
    assert!(!works(&bench, "key/LEAKED"));
    let entries = bench.entries();
    let spent = entries.iter().find_map(|entry| match &entry.event {
        Event::Intended { item, spent, .. } if item.key.step == "tell" => Some(spent.clone()),
        _ => None,
    });
    let spent = spent.unwrap();
    let of_exact = entries.iter().any(|entry| {
        matches!(&entry.event, Event::Granted { mandate } if spent.contains(&mandate.nonce)
            && matches!(&mandate.scope, Scope::Exact { items, .. } if items.iter().any(|key| key.step == "tell")))
    });
    assert!(of_exact, "it leaves the organisation on an exact mandate");
}

#[tokio::test]
async fn what_may_have_been_told_is_not_told_again_by_whoever_goes_on() {
    let (url, came) = server("500 Oops");
    let (bench, notify) = bench(&url);
    let playbook = load(&notify, "soc");
    for _ in 0..3 {
        drop(bench.go(&wish(playbook, YES)).await.end());
        assert_eq!(came.load(Ordering::SeqCst), 1);
        assert!(told(&bench).is_in_doubt(), "{:?}", told(&bench));
        assert!(!works(&bench, "key/LEAKED"), "cutting does not wait for it");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_notifier_is_refused_with_the_nearest_before_anything_is_done() {
    let (bench, notify) = bench("http://127.0.0.1:9/hook");
    let broke = bench.go(&wish(load(&notify, "sok"), YES)).await;
    let Ended::Broke(Error::Plan(plan::Error::Notifier { step, why })) = broke else {
        panic!("{broke:?}")
    };
    assert_eq!(step, "tell");
    assert!(why.contains("`soc`"), "{why}");
    assert!(bench.left().is_empty());
}
