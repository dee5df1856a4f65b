//! The four phases, end to end: the new key works from the secret store, is nowhere else, and the old one is dead.

use serde_json::{Value, json};

use crate::harness::{Desk, Server, Told, World};

pub(super) const SECRET: &str = "ci/deploy";

pub(super) fn call(server: &Server, service: &str, operation: &str, parameters: &Value) -> Value {
    server.world(
        &["call", service, operation],
        &json!({"parameters": parameters}),
    )
}

/// A store that the consumer reads, with the leaked key in it.
pub(super) fn store(server: &Server, world: &World) {
    let old = json!({"aws_access_key_id": world.id("leaked"), "aws_secret_access_key": world.secret("leaked")});
    let parameters = json!({"Name": SECRET, "SecretString": old.to_string()});
    call(server, "secretsmanager", "create_secret", &parameters);
}

/// The key pair that the store hands out now.
pub(super) fn stored(server: &Server) -> Value {
    let value = call(
        server,
        "secretsmanager",
        "get_secret_value",
        &json!({"SecretId": SECRET}),
    );
    let pair: Value = serde_json::from_str(value["SecretString"].as_str().unwrap()).unwrap();
    json!({"access_key_id": pair["aws_access_key_id"], "secret_access_key": pair["aws_secret_access_key"]})
}

pub(super) fn accepted(server: &Server, credentials: &Value) -> bool {
    let tried = server.world(&["try"], &json!({"one": credentials}));
    tried["one"]["accepted"] == true
}

fn run(desk: &Desk, world: &World, more: &[&str]) -> Told {
    run_to(&format!("aws:secret/us-east-1:{SECRET}"), desk, world, more)
}

pub(super) fn run_to(place: &str, desk: &Desk, world: &World, more: &[&str]) -> Told {
    let subject = world.key("leaked");
    let to = format!("deliver_to={place}");
    let mut arguments = vec![
        "run",
        "leaked-aws-access-key",
        "--subject",
        &subject,
        "--since",
        world.since(),
        "--secret",
        "env:LEAKED",
        "--input",
        &to,
        "--json",
    ];
    arguments.extend(more);
    desk.run(&arguments)
}

/// Everything that the program wrote or said holds none of these.
fn assert_nowhere(desk: &Desk, said: &[&Told], secret: &str) {
    for told in said {
        assert!(!told.out.contains(secret) && !told.err.contains(secret));
    }
    let mut open = desk.incidents();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(path.read_dir().unwrap().map(|inner| inner.unwrap().path()));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains(secret), "{}", path.display());
        }
    }
}

#[test]
fn a_leaked_key_goes_through_all_four_phases_and_the_new_one_works_from_the_store_alone() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    // With one key there is room for another.
    let sibling = json!({"UserName": "ci-deploy", "AccessKeyId": world.id("sibling")});
    call(&server, "iam", "delete_access_key", &sibling);
    store(&server, &world);
    let desk = Desk::of(&world, server.endpoint())
        .bounded()
        .with("RUST_LOG", "trace");
    let told = run(&desk, &world, &["--yes", "--wait"]);
    let new = stored(&server);
    assert_ne!(new["access_key_id"], world.id("leaked"), "{told:?}");
    assert!(accepted(&server, &new), "{told:?}");
    assert!(!accepted(&server, &world.0["leaked"]), "{told:?}");
    assert_nowhere(&desk, &[&told], new["secret_access_key"].as_str().unwrap());
    desk.assert_journal_verifies();
    let again = stored(&server);
    let restored = desk.run(&["restore", "--yes", "--json"]);
    assert_eq!(restored.exit, 0, "{restored:?}");
    assert_eq!(stored(&server), again, "what was delivered stays");
    assert!(accepted(&server, &again) && !accepted(&server, &world.0["leaked"]));
}

#[test]
fn a_new_key_that_its_place_refuses_is_deleted_again_and_leaves_no_mark() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let sibling = json!({"UserName": "ci-deploy", "AccessKeyId": world.id("sibling")});
    call(&server, "iam", "delete_access_key", &sibling);
    // A place that is not encrypted takes no secret.
    let plain = json!({"Name": "/ci/deploy", "Type": "String", "Value": "x"});
    call(&server, "ssm", "put_parameter", &plain);
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let place = "aws:parameter/us-east-1:/ci/deploy";
    let told = run_to(place, &desk, &world, &["--yes", "--wait"]);
    assert_eq!(desk.entries("made").len(), 1, "{told:?}");
    assert_eq!(desk.entries("discarded").len(), 1, "{told:?}");
    let name = json!({"UserName": "ci-deploy"});
    let keys = call(&server, "iam", "list_access_keys", &name);
    let keys: Vec<&Value> = keys["AccessKeyMetadata"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!(keys[0]["AccessKeyId"], world.id("leaked"));
    let user = call(&server, "iam", "get_user", &name);
    let tags = user["User"]["Tags"].as_array().map_or(0, Vec::len);
    assert_eq!(tags, 0, "{user}");
    let parameter = json!({"Name": "/ci/deploy"});
    let parameter = call(&server, "ssm", "get_parameter", &parameter);
    assert_eq!(parameter["Parameter"]["Value"], "x");
}

#[test]
fn with_two_keys_the_dead_one_is_deleted_first_by_the_code_of_the_plan() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    store(&server, &world);
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let told = run(&desk, &world, &["--yes", "--wait"]);
    let code = told.json["confirm"].as_str().unwrap_or_default().to_owned();
    assert_eq!(told.exit, 3, "{told:?}");
    let applied = desk.run(&["apply", &code, "--confirm", &code, "--json"]);
    let new = stored(&server);
    assert_ne!(new["access_key_id"], world.id("leaked"), "{applied:?}");
    assert!(accepted(&server, &new));
    assert_eq!(
        server.accepted(&world, &["leaked", "sibling"]),
        [false, true]
    );
}
