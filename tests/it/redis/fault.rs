//! The fault matrix: every action, every fault, at every message; what the adapter says is held against the server.

use std::sync::Arc;

use contain::domain::{Duration, Fact, Fields, Outcome, Spec};
use contain::provider::redis;

use super::user::{call, fields};
use super::{OURS, Store, provider};
use crate::cut::{Cut, FAULTS, Fault, MOST, is_over, looks, patience};
use crate::flood::{CLAIMED, Flood};

/// Plays an action with a fault, and what the server had before it; `None` where the action was over before the message
/// came.
async fn played(
    store: &Store,
    (spec, user): (&Spec, &str),
    before: &Fields,
    (fault, nth): (Fault, usize),
) -> Option<(String, Outcome)> {
    let start: &[&str] = match spec.cut() {
        // An inverse starts from what its cut left.
        None => &["reset", "off", ">x", "~*", "-@all"],
        Some(_) => &["reset", "on", ">x", "~*", "+@all"],
    };
    for patience in patience() {
        store.admin(&[&["ACL", "SETUSER", user], start].concat());
        let was = store.rules(user);
        let cut = Cut::before(store.0.endpoint(), fault, nth);
        let url = format!("redis://default:{OURS}@127.0.0.1:{}", cut.port);
        let act = call(spec, &format!("redis:user/{user}@main"), before);
        let outcome = provider(&url, patience)
            .actor(None, &spec.permissions)
            .perform(&[act])
            .await
            .remove(0);
        if cut.has_struck() {
            return Some((was, outcome));
        }
        if is_over(&outcome) {
            return None;
        }
    }
    panic!("{} met nothing at message {nth}, and did not end", spec.id);
}

/// One cell; `None` where the action was over before the message came. Says what is wrong, where something is.
async fn cell(
    store: &Store,
    of: (&Spec, &str),
    before: &Fields,
    (fault, nth): (Fault, usize),
) -> Option<Option<String>> {
    let (spec, user) = of;
    let (was, outcome) = played(store, of, before, (fault, nth)).await?;
    let is = store.rules(user);
    let is_true = match &outcome {
        Outcome::Done(answer) if answer.applied => is != was,
        Outcome::Done(_) | Outcome::InDoubt(_) => true,
        Outcome::AlreadySo => false,
        Outcome::Refused(_) | Outcome::Throttled { .. } | Outcome::Unavailable(_) => is == was,
    };
    let said = format!("{outcome:?}");
    let leaks = said.contains(OURS);
    let wrong = (!is_true || leaks).then(|| {
        format!(
            "{} under {fault:?} at message {nth}: {said}; before {was}, after {is}",
            spec.id
        )
    });
    Some(wrong)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_fault_on_the_line_makes_an_action_claim_what_the_server_did_not_do() {
    let store = Arc::new(Store::start(&[]));
    let mut tasks = Vec::new();
    let turns = Arc::new(tokio::sync::Semaphore::new(24));
    for (at, spec) in redis::actions().into_iter().enumerate() {
        for (of, fault) in FAULTS.into_iter().enumerate() {
            // A user of its own for each row, so that rows can be played together.
            let user = format!("row_{at}_{of}");
            store.admin(&["ACL", "SETUSER", &user, "reset", "on", ">x", "~*", "+@all"]);
            let (store, spec, turns) = (Arc::clone(&store), spec.clone(), Arc::clone(&turns));
            tasks.push(tokio::spawn(async move {
                let _turn = turns.acquire().await;
                let direct = provider(&store.url(), Duration::from_secs(10));
                let before = fields(direct.as_ref(), &format!("redis:user/{user}@main")).await;
                let (mut cells, mut wrong) = (0, Vec::new());
                for nth in 0..MOST {
                    match cell(&store, (&spec, &user), &before, (fault, nth)).await {
                        Some(said) => wrong.extend(said),
                        None => break,
                    }
                    cells += 1;
                }
                (cells, wrong)
            }));
        }
    }
    let (mut cells, mut wrong) = (0, Vec::new());
    for task in tasks {
        let (count, said) = task.await.unwrap();
        cells += count;
        wrong.extend(said);
    }
    assert!(
        wrong.is_empty(),
        "{} of {cells}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(cells >= 5 * FAULTS.len() * 4, "{cells} cells");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_fault_on_the_line_makes_a_user_look_closed_or_gone() {
    let store = Store::start(&[]);
    let cells = looks(
        (store.0.endpoint(), "redis:user/svc@main"),
        |port, deadline| {
            provider(
                &format!("redis://default:{OURS}@127.0.0.1:{port}"),
                deadline,
            )
        },
    )
    .await;
    assert!(cells >= 5 * 4, "{cells} cells");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_without_an_end_is_not_read_and_says_nothing_of_a_user() {
    let store = Store::start(&[]);
    let target = "redis:user/svc@main";
    let direct = provider(&store.url(), Duration::from_secs(20));
    let before = fields(direct.as_ref(), target).await;
    let endless = || format!("${CLAIMED}\r\n").into_bytes();
    let url = |flood: &Flood| format!("redis://default:{OURS}@127.0.0.1:{}", flood.port);

    let flood = Flood::before(store.0.endpoint(), "GETUSER", endless());
    let through = provider(&url(&flood), Duration::from_secs(60));
    let seen = through
        .reader(None)
        .observe(&[target.parse().unwrap()])
        .await
        .remove(0);
    let Fact::Unreadable(why) = &seen.fact else {
        panic!("{seen:?}");
    };
    assert!(why.text.contains("more than 32 MiB"), "{why:?}");
    assert!(flood.sent() < CLAIMED / 8, "{}", flood.sent());

    let flood = Flood::before(store.0.endpoint(), "SETUSER", endless());
    let through = provider(&url(&flood), Duration::from_secs(60));
    let spec = redis::actions().remove(0);
    let act = call(&spec, target, &before);
    let outcome = through
        .actor(None, &spec.permissions)
        .perform(&[act])
        .await
        .remove(0);
    let Outcome::InDoubt(why) = &outcome else {
        panic!("{outcome:?}");
    };
    assert!(why.text.contains("more than 32 MiB"), "{why:?}");
    assert!(flood.sent() < CLAIMED / 8, "{}", flood.sent());
}
