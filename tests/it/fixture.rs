//! Against a fixture made here, in front of MiniStack: service-specific credentials and pages, which no counterparty has.

use serde_json::{Value, json};

use crate::harness::{Desk, Server};

fn create(server: &Server, service: &str) -> String {
    let parameters = json!({"parameters": {"UserName": "ci-deploy", "ServiceName": service}});
    let made = server.world(
        &["call", "iam", "create_service_specific_credential"],
        &parameters,
    );
    let id = &made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"];
    id.as_str().unwrap().to_owned()
}

/// The credentials of the user, as the independent client lists them over all pages.
fn statuses(server: &Server) -> Vec<(String, String)> {
    let mut listed = Vec::new();
    let mut marker = Value::Null;
    loop {
        let mut parameters = json!({"UserName": "ci-deploy"});
        if marker.is_string() {
            parameters["Marker"] = marker;
        }
        let asked = json!({"parameters": parameters});
        let page = server.world(
            &["call", "iam", "list_service_specific_credentials"],
            &asked,
        );
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        for one in page["ServiceSpecificCredentials"].as_array().unwrap() {
            listed.push((
                text(&one["ServiceSpecificCredentialId"]),
                text(&one["Status"]),
            ));
        }
        if page["IsTruncated"] != true {
            return listed;
        }
        marker = page["Marker"].clone();
    }
}

#[test]
fn a_long_term_bedrock_key_is_switched_off_and_back_on_and_its_sibling_stays() {
    let real = Server::start("ministack", &[]);
    let server = Server::fixture(&real);
    let world = server.build();
    let git = create(&server, "codecommit.amazonaws.com");
    let bedrock = create(&server, "bedrock.amazonaws.com");
    let desk = Desk::of(&world, server.endpoint()).bounded();
    // Named by its own id: whose it is stands on the second page of its user, which is not on the first of all users.
    let since = contain::domain::Clock::wall().now().to_string();
    let told = desk.run(&[
        "isolate",
        &format!("aws:service-credential/{bedrock}"),
        "--since",
        &since,
        "--yes",
        "--json",
    ]);
    assert_eq!(told.exit, 0, "{told:?}");
    let item = told.item(&bedrock, "aws.deactivate-service-credential");
    assert_eq!(item["verdict"], "observed");
    let status = |is: &str, of: &str| (of.to_owned(), is.to_owned());
    assert_eq!(
        statuses(&server),
        [status("Active", &git), status("Inactive", &bedrock)]
    );
    let named = format!("aws:service-credential/ci-deploy/{bedrock}");
    let asked = desk.run(&["restore", &named, "--yes", "--json"]);
    asked.assert(3, "waiting");
    let code = asked.json["confirm"].as_str().unwrap();
    let back = desk.run(&["apply", code, "--confirm", code, "--json"]);
    assert_eq!(back.exit, 0, "{back:?}");
    back.item(&bedrock, "aws.activate-service-credential");
    assert_eq!(
        statuses(&server),
        [status("Active", &git), status("Active", &bedrock)]
    );
}

#[test]
fn a_user_is_isolated_with_all_that_stands_on_later_pages() {
    let real = Server::start("ministack", &[]);
    let server = Server::fixture(&real);
    let world = server.build();
    let made = [
        create(&server, "codecommit.amazonaws.com"),
        create(&server, "bedrock.amazonaws.com"),
    ];
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let told = desk.run(&[
        "isolate",
        "aws:user/ci-deploy",
        "--since",
        world.since(),
        "--yes",
        "--json",
    ]);
    assert_eq!(told.exit, 0, "{told:?}");
    for id in &made {
        let item = told.item(id, "aws.deactivate-service-credential");
        assert_eq!(
            (&item["verdict"], &item["relation"]),
            (&json!("observed"), &json!("held"))
        );
    }
    for key in ["leaked", "sibling"] {
        let item = told.item(world.id(key), "aws.deactivate-access-key");
        assert_eq!(item["verdict"], "observed");
    }
    assert!(
        statuses(&server)
            .iter()
            .all(|(_, status)| status == "Inactive")
    );
}
