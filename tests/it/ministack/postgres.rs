//! A password of PostgreSQL that goes to the secret store of MiniStack: from the server's verifier to its consumers, seen by
//! nobody.

use serde_json::{Value, json};

use super::phases::call;
use crate::harness::{Desk, Server};
use crate::postgres::{Database, LEAKED};

const ROLE: &str = "postgres:role/svc@main";
const PLACE: &str = "aws:secret/us-east-1:svc-db";

#[test]
fn a_database_account_is_contained_and_its_new_password_reaches_its_consumers_alone() {
    let database = Database::start(&[]);
    let mut open = database.session("svc", LEAKED);
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let old = json!({"username": "svc", "password": LEAKED}).to_string();
    call(
        &server,
        "secretsmanager",
        "create_secret",
        &json!({"Name": "svc-db", "SecretString": old}),
    );
    let workspace = "contain: 1\nproviders:\n  aws:\n    bounds: {propagation: 2s, audit_lag: 0s}\n  postgres:\n    servers: {main: env:DATABASE_URL}\n";
    let desk = Desk::of(&world, server.endpoint())
        .with("DATABASE_URL", &database.url())
        .file("contain.yaml", workspace);
    let to = format!("deliver_to={PLACE}");
    let mut told = desk.run(&[
        "run",
        "database-service-account",
        "--subject",
        ROLE,
        "--input",
        &to,
        "--yes",
        "--wait",
        "--json",
    ]);
    // Issuing takes the code of its plan, once the checks before it have passed.
    for _ in 0..4 {
        let Some(code) = told.json["confirm"].as_str().map(str::to_owned) else {
            break;
        };
        told = desk.run(&["apply", &code, "--confirm", &code, "--json"]);
    }
    let item = told.item("role/svc", "postgres.rotate-password");
    assert_eq!(item["status"], "confirmed", "{told:?}");
    assert!(!open.wait().unwrap().success());

    let value = call(
        &server,
        "secretsmanager",
        "get_secret_value",
        &json!({"SecretId": "svc-db"}),
    );
    let pair: Value = serde_json::from_str(value["SecretString"].as_str().unwrap()).unwrap();
    let new = pair["password"].as_str().unwrap().to_owned();
    assert_eq!(pair["username"], "svc");
    let refused = database.says(("svc", &new), "SELECT 1").unwrap_err();
    assert!(refused.contains("is not permitted to log in"), "{refused}");

    // The login comes back by its name and code; then the new password works, and the old one does not.
    let asked = desk.run(&["restore", ROLE, "--yes", "--json"]);
    asked.assert(3, "waiting");
    let code = asked.json["confirm"].as_str().unwrap();
    desk.run(&["apply", code, "--confirm", code, "--json"])
        .assert(0, "restored");
    assert_eq!(database.says(("svc", &new), "SELECT 1"), Ok("1".to_owned()));
    assert!(database.says(("svc", LEAKED), "SELECT 1").is_err());
    let kept = desk
        .journal()
        .iter()
        .map(Value::to_string)
        .collect::<String>();
    assert!(!kept.contains(&new) && !kept.contains(LEAKED));
}
