//! An estate, and a real server: an identity cut with all that it holds, and a plan that is stale once its estate changed.

use crate::harness::{Desk, Server, Told, World};

fn canonical(desk: &Desk, what: &str) -> String {
    let told = desk.run(&["identify", what, "--json"]);
    let locator = &told.json["data"]["identified"][0]["locator"];
    locator
        .as_str()
        .unwrap_or_else(|| panic!("{told:?}"))
        .to_owned()
}

/// A desk with an estate that names whoever holds the leaked key.
fn desk(server: &Server, world: &World, environment: &str) -> Desk {
    let desk = Desk::of(world, server.endpoint()).bounded();
    let (key, user) = (
        canonical(&desk, &world.key("leaked")),
        canonical(&desk, "aws:user/ci-deploy"),
    );
    let estate = format!(
        "estate: 1\nteams: {{delivery: {{contact: \"#delivery\"}}}}\nidentities:\n  ci-bot:\n    kind: pipeline\n    owner: {{team: delivery}}\n    environment: {environment}\n    criticality: low\n    consumers: [releases]\n    credentials: [\"{key}\"]\n    runs_as: [\"{user}\"]\n"
    );
    desk.file("estate.yaml", &estate)
}

fn isolate(desk: &Desk, world: &World, what: &str) -> Told {
    desk.run(&["isolate", what, "--since", world.since(), "--yes", "--json"])
}

#[test]
fn an_identity_is_cut_with_all_that_it_holds_and_whom_it_hurts_is_told() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = desk(&server, &world, "staging");
    let told = isolate(&desk, &world, "identity:ci-bot");
    assert_eq!(told.exit, 0, "{told:?}");
    for key in ["leaked", "sibling"] {
        let item = told.item(world.id(key), "aws.deactivate-access-key");
        assert_eq!(item["verdict"], "observed");
        assert_eq!(item["stake"]["owners"][0], "team delivery (#delivery)");
        assert_eq!(item["stake"]["dependants"][0], "releases");
    }
    assert_eq!(
        server.accepted(&world, &["leaked", "sibling"]),
        [false, false]
    );
    let opened = &desk.entries("run-opened")[0];
    assert_eq!(opened["body"]["order"]["identities"][0], "ci-bot");
    let told = desk.run(&["report", "--print"]);
    assert!(told.out.contains("Whom it hurts"), "{told:?}");
    assert!(told.out.contains("team delivery"), "{told:?}");
}

#[test]
fn a_plan_whose_estate_changed_since_is_stale() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = desk(&server, &world, "staging");
    let plan = [
        "plan",
        "identity:ci-bot",
        "--since",
        world.since(),
        "--json",
    ];
    assert_eq!(desk.run(&plan).exit, 0);
    let file = desk.path().join("here/estate.yaml");
    let before = std::fs::read_to_string(&file).unwrap();
    for after in [Some(before.replace("staging", "production")), None] {
        match &after {
            Some(after) => std::fs::write(&file, after).unwrap(),
            None => std::fs::remove_file(&file).unwrap(),
        }
        let stale = desk.run(&["apply", "--yes", "--json"]);
        assert_eq!((stale.exit, stale.kind()), (9, "stale-plan"), "{stale:?}");
        assert!(stale.error().contains("estate"), "{stale:?}");
    }
    assert_eq!(server.accepted(&world, &["leaked"]), [true]);
    std::fs::write(&file, before).unwrap();
    // With the estate that it was made from, it is the plan that was read.
    let applied = desk.run(&["apply", "--yes", "--json"]);
    assert_ne!(applied.exit, 9, "{applied:?}");
    assert_eq!(server.accepted(&world, &["leaked"]), [false]);
}
