//! Against moto, where an inactive key keeps working: what still works is never called dead.

use serde_json::Value;

use crate::harness::{Desk, Server, World};

/// A world under enforcement; the responder's key is the only administrator.
fn enforcing() -> (Server, World) {
    let server = Server::start("moto", &[]);
    let world = server.build();
    server.world(&["enforce", "on"], &Value::Null);
    (server, world)
}

#[test]
fn a_key_that_is_still_accepted_is_never_called_isolated() {
    let (server, world) = enforcing();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let told = desk.run(&[
        "isolate",
        &world.key("leaked"),
        "--since",
        world.since(),
        "--secret",
        "env:LEAKED",
        "--yes",
        "--json",
    ]);
    assert!([5, 6].contains(&told.exit), "{told:?}");
    assert!(
        !["isolated", "contained"].contains(&told.outcome()),
        "{told:?}"
    );
    assert!(!told.verdicts().contains(&"probed-dead"), "{told:?}");
    let item = told.item(world.id("leaked"), "aws.deactivate-access-key");
    assert_eq!(item["verdict"], "alive");
    assert!(item["probe"]["accepted"].as_u64() > Some(0), "{item}");
    let alive = told.alive(&world.key("leaked"));
    assert!(alive["why"].as_str().unwrap().contains("still accepted"));
    let verified = desk.run(&["verify", "--json"]);
    assert!([5, 6].contains(&verified.exit), "{verified:?}");
    let resumed = desk.run(&["resume", "--yes", "--json"]);
    assert!([5, 6].contains(&resumed.exit), "{resumed:?}");
}

#[test]
fn without_its_secret_a_key_is_observed_and_said_not_to_be_probed() {
    let (server, world) = enforcing();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let key = world.key("leaked");
    let told = desk.run(&["isolate", &key, "--since", world.since(), "--yes", "--json"]);
    let item = told.item(world.id("leaked"), "aws.deactivate-access-key");
    assert_eq!(item["verdict"], "observed", "{told:?}");
    assert!(!told.verdicts().contains(&"probed-dead"), "{told:?}");
    let told = desk.run(&["status"]);
    let said = format!("{}{}", told.out, told.err);
    assert!(said.contains("not probed"), "{said}");
}

#[test]
fn the_text_of_an_isolation_without_a_secret_says_not_probed() {
    let (server, world) = enforcing();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let key = world.key("leaked");
    let told = desk.run(&["isolate", &key, "--since", world.since(), "--yes"]);
    assert!(told.out.contains("not probed"), "{told:?}");
    assert!(!told.out.contains("probed-dead"), "{told:?}");
}
