//! Telling: a message that may have been sent is not sent again, whoever goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use contain::domain::event::{Event, Order};
use contain::domain::plan::{Plan, VERSION};
use contain::domain::{
    Arg, Call, Clock, Digest, Duration, Item, ItemKey, ItemRef, Phase, Secret, State, Tag, Tier,
    Time, Undo, Work,
};
use contain::execute::lanes::Lanes;
use contain::execute::{Ground, Turn, Turns, Written, execute, settle};
use contain::gate::{Confirmation, Pledges, Witness, mandate};
use contain::journal::{Journal, MemorySink};
use contain::plan::branch::Branches;
use contain::plan::in_short;
use contain::provider::Given;
use contain::provider::notify::{Channel, Notify, Shape, channel};
use contain::provider::{Catalogue, Observer, Provider as _};

use futures_util::future::BoxFuture;

use crate::simulated::{around, policy};

/// A server that takes every request and answers with this status; counts what came.
pub(crate) fn server(status: &'static str) -> (String, Arc<AtomicUsize>) {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let came = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&came);
    std::thread::spawn(move || {
        for wire in listener.incoming() {
            let mut wire = wire.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            let mut bytes = [0; 65536];
            drop(wire.read(&mut bytes));
            let answer =
                format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            drop(wire.write_all(answer.as_bytes()));
        }
    });
    (url, came)
}

/// Everything may start at once, and nothing but calls is asked for.
#[derive(Default)]
struct AtOnce(BTreeSet<String>);

impl Turns for AtOnce {
    fn unplanned(&self) -> &BTreeSet<String> {
        &self.0
    }

    fn settled(&self) -> bool {
        true
    }

    fn turn(&self, _: &Item, _: &ItemRef) -> Turn {
        Turn::Now
    }

    fn notes(&self, _: &Item) -> bool {
        true
    }

    fn answer<'a>(&'a self, item: &'a Item, _: &'a ItemRef) -> BoxFuture<'a, Written> {
        unreachable!("{} calls an action", item.key)
    }
}

fn order(policy: Digest, now: Time) -> Order {
    Order {
        activity: Vec::new(),
        calls: BTreeMap::new(),
        verb: "run".to_owned(),
        playbook: "tell".to_owned(),
        digest: Digest::ZERO,
        subjects: Vec::new(),
        inputs: BTreeMap::new(),
        include: Vec::new(),
        cuts: false,
        exact: true,
        wait: false,
        since: now,
        secrets: Vec::new(),
        left_alone: Vec::new(),
        identities: Vec::new(),
        acting_as: Vec::new(),
        endpoints: BTreeMap::new(),
        tool: "laws".to_owned(),
        policy,
    }
}

fn plan(now: Time, notify: &Notify) -> Plan {
    let spec = notify.actions().first().unwrap();
    let key = ItemKey {
        phase: Phase::Isolate,
        step: "tell".to_owned(),
        each: None,
        subject: None,
    };
    let call = Call {
        action: spec.id.clone(),
        target: channel("soc"),
        with: BTreeMap::from([("text".to_owned(), Arg::Is("it is off".into()))]),
        secret: None,
        tag: Tag("contain-law-1-00000000".to_owned()),
    };
    let item = Item {
        tier: Tier::LOW,
        undo: Some(Undo::None("told".to_owned())),
        ..Item::new(key, Work::Act(call))
    };
    Plan {
        v: VERSION,
        incident: "law-1".to_owned(),
        run: 1,
        round: 1,
        after: None,
        made_from: BTreeMap::new(),
        acting_as: Vec::new(),
        requested_by: Vec::new(),
        subjects: Vec::new(),
        at: now,
        expires: now + Duration::from_hours(1),
        items: vec![item],
        pending: Vec::new(),
        outside: Vec::new(),
        not_seen: Vec::new(),
        warnings: Vec::new(),
    }
}

#[tokio::test]
async fn a_message_is_sent_once_and_one_that_may_have_come_is_not_sent_again() {
    for (status, is_told) in [("204 No Content", true), ("500 Oops", false)] {
        let (url, came) = server(status);
        let webhook: Given = Arc::new(move || Ok(Secret::new(url.clone())));
        let soc = Channel {
            name: "soc".to_owned(),
            webhook,
            header: None,
            shape: Shape::Json,
            private: false,
        };
        let clock = Clock::wall();
        let notify = Notify::new(vec![soc], clock.clone());
        let plan = plan(clock.now(), &notify);
        let catalogue = Catalogue::new(vec![Arc::new(notify)]);
        let observer = Observer::new(&catalogue, clock.clone());
        let sink = Box::new(MemorySink::default());
        let (journal, _) = Journal::open(sink, clock.clone(), "laws").unwrap();
        let digest = plan.digest().unwrap();
        let order = order(policy().digest(), clock.now());
        let short = in_short(&plan.items[0], &catalogue);
        let how = Confirmation::Yes;
        let granted = mandate::grant(&plan, digest, how, ("solo", &order), &clock);
        let mut events = vec![
            Event::Opened {
                incident: "law-1".to_owned(),
                drill: false,
                since: clock.now(),
                reason: None,
                ticket: None,
            },
            Event::RunOpened {
                run: 1,
                order: Box::new(order),
            },
            Event::PlanFrozen {
                run: 1,
                round: 1,
                digest,
                expires: plan.expires,
                items: vec![Arc::new(short.clone())],
            },
        ];
        let granted = granted.into_iter();
        events.extend(granted.map(|mandate| Event::Granted { mandate }));
        journal.append(events).await.unwrap();
        let (lanes, pledges, around) = (Lanes::default(), Pledges::default(), around());
        let (branches, witness) = (Branches::default(), Witness::new(&|_, _| true));
        let ground = Ground {
            branches: &branches,
            catalogue: &catalogue,
            observer: &observer,
            journal: &journal,
            policy: policy(),
            around: &around,
            pledges: &pledges,
            witness: &witness,
            lanes: &lanes,
            clock: &clock,
            key: &[0; 32],
            evidence: &|_| Err("a law keeps nothing".to_owned()),
        };
        let named = ItemRef {
            run: 1,
            round: 1,
            key: plan.items[0].key.clone(),
        };
        let state = || journal.with_case(|case| case.lives[&named].state.clone());
        let items: Vec<&Item> = plan.items.iter().collect();
        // Performed, performed again, and looked at by somebody who goes on after a kill.
        for _ in 0..2 {
            execute(&ground, (1, 1), digest, &items, &AtOnce::default())
                .await
                .unwrap();
            settle(&ground, &short, &named).await.unwrap();
            match is_told {
                true => assert_eq!(state(), State::Confirmed { changed: true }),
                false => assert!(state().is_in_doubt(), "{:?}", state()),
            }
        }
        assert_eq!(came.load(Ordering::SeqCst), 1, "{status}");
    }
}
