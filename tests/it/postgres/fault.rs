//! The fault matrix: every action, every fault, at every message; what the adapter says is held against the server.

use std::sync::Arc;

use contain::domain::{Duration, Fact, Fields, Outcome, Spec};
use contain::provider::postgres;

use super::role::{call, fields};
use super::{Database, OURS, provider};
use crate::cut::{Cut, FAULTS, Fault, MOST, is_over, looks, patience};
use crate::flood::{CLAIMED, Flood};

/// What the server has of a role, its password among it.
fn state(database: &Database, role: &str) -> String {
    database.admin(&format!(
        "SELECT rolcanlogin, rolconnlimit, rolvaliduntil, rolpassword FROM pg_authid WHERE rolname = '{role}'"
    ))
}

/// Plays an action with a fault, and what the server had before it; `None` where the action was over before the message
/// came.
async fn played(
    database: &Database,
    (spec, role): (&Spec, &str),
    before: &Fields,
    (fault, nth): (Fault, usize),
) -> Option<(String, Outcome)> {
    let start = match spec.cut() {
        // An inverse starts from what its cut left.
        None => "NOLOGIN CONNECTION LIMIT 0 VALID UNTIL '1970-01-01 00:00:00+00'",
        Some(_) => "LOGIN CONNECTION LIMIT 3 VALID UNTIL 'infinity'",
    };
    for patience in patience() {
        database.admin(&format!("ALTER ROLE {role} {start}"));
        let was = state(database, role);
        let cut = Cut::before(database.0.endpoint(), fault, nth);
        let url = format!(
            "postgresql://contain:{OURS}@127.0.0.1:{}/postgres",
            cut.port
        );
        let act = call(spec, &format!("postgres:role/{role}@main"), before);
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
    database: &Database,
    of: (&Spec, &str),
    before: &Fields,
    (fault, nth): (Fault, usize),
) -> Option<Option<String>> {
    let (spec, role) = of;
    let (was, outcome) = played(database, of, before, (fault, nth)).await?;
    let is = state(database, role);
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
    let database = Arc::new(Database::start(&[]));
    let mut tasks = Vec::new();
    let turns = Arc::new(tokio::sync::Semaphore::new(24));
    for (at, spec) in postgres::actions().into_iter().enumerate() {
        for (of, fault) in FAULTS.into_iter().enumerate() {
            // A role of its own for each row, so that rows can be played together.
            let role = format!("row_{at}_{of}");
            database.admin(&format!(
                "CREATE ROLE {role} LOGIN PASSWORD 'x' CONNECTION LIMIT 3"
            ));
            let (database, spec, turns) = (Arc::clone(&database), spec.clone(), Arc::clone(&turns));
            tasks.push(tokio::spawn(async move {
                let _turn = turns.acquire().await;
                let direct = provider(&database.url(), Duration::from_secs(10));
                let before = fields(direct.as_ref(), &format!("postgres:role/{role}@main")).await;
                let (mut cells, mut wrong) = (0, Vec::new());
                for nth in 0..MOST {
                    match cell(&database, (&spec, &role), &before, (fault, nth)).await {
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
    assert!(cells >= 7 * FAULTS.len() * 4, "{cells} cells");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_fault_on_the_line_makes_a_role_look_closed_or_gone() {
    let database = Database::start(&[]);
    let cells = looks(
        (database.0.endpoint(), "postgres:role/svc@main"),
        |port, deadline| {
            provider(
                &format!("postgresql://contain:{OURS}@127.0.0.1:{port}/postgres"),
                deadline,
            )
        },
    )
    .await;
    assert!(cells >= 5 * 5, "{cells} cells");
}

/// A message that claims to be as long as one may be.
fn endless() -> Vec<u8> {
    let claimed = i32::try_from(CLAIMED).unwrap();
    [&b"D"[..], &claimed.to_be_bytes()].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_without_an_end_is_not_read_and_says_nothing_of_a_role() {
    let database = Database::start(&[]);
    let target = "postgres:role/svc@main";
    let direct = provider(&database.url(), Duration::from_secs(20));
    let before = fields(direct.as_ref(), target).await;
    let url = |flood: &Flood| {
        format!(
            "postgresql://contain:{OURS}@127.0.0.1:{}/postgres",
            flood.port
        )
    };

    let flood = Flood::before(database.0.endpoint(), "rolconnlimit", endless());
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

    let flood = Flood::before(database.0.endpoint(), "ALTER ROLE", endless());
    let through = provider(&url(&flood), Duration::from_secs(60));
    let spec = postgres::actions().remove(0);
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
