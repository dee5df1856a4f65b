//! Against moto, where an inactive key keeps working: what still works is never called dead.

mod center;

use serde_json::{Value, json};

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

#[test]
fn ssh_keys_and_signing_certificates_are_switched_off_and_back_on() {
    let server = Server::start("moto", &[]);
    let world = server.build();
    let call = |operation: &str, more: &[(&str, &str)]| {
        let mut parameters = json!({"UserName": "ci-deploy"});
        for (name, value) in more {
            parameters[*name] = json!(value);
        }
        let asked = json!({"parameters": parameters});
        server.world(&["call", "iam", operation], &asked)
    };
    let ssh = call("upload_ssh_public_key", &[("SSHPublicKeyBody", SSH)]);
    let ssh = ssh["SSHPublicKey"]["SSHPublicKeyId"].as_str().unwrap();
    let certificate = call(
        "upload_signing_certificate",
        &[("CertificateBody", CERTIFICATE)],
    );
    let certificate = certificate["Certificate"]["CertificateId"]
        .as_str()
        .unwrap();
    let statuses = || {
        let keys = call("list_ssh_public_keys", &[]);
        let certificates = call("list_signing_certificates", &[]);
        [
            keys["SSHPublicKeys"][0]["Status"].clone(),
            certificates["Certificates"][0]["Status"].clone(),
        ]
    };
    assert_eq!(statuses(), ["Active", "Active"]);
    let desk = Desk::of(&world, server.endpoint()).bounded();
    // The SSH key is named by its own id alone, the certificate with its user.
    let subjects = format!("aws:ssh-key/{ssh}\naws:signing-certificate/ci-deploy/{certificate}");
    let desk = desk.file("subjects", &subjects);
    let told = desk.run(&["isolate", "--subjects", "subjects", "--yes", "--json"]);
    for (id, action) in [
        (ssh, "aws.deactivate-ssh-key"),
        (certificate, "aws.deactivate-signing-certificate"),
    ] {
        assert_eq!(told.item(id, action)["verdict"], "observed", "{told:?}");
    }
    assert_eq!(statuses(), ["Inactive", "Inactive"]);
    for (noun, id, action) in [
        ("ssh-key", ssh, "aws.activate-ssh-key"),
        (
            "signing-certificate",
            certificate,
            "aws.activate-signing-certificate",
        ),
    ] {
        let named = format!("aws:{noun}/ci-deploy/{id}");
        let asked = desk.run(&["restore", &named, "--yes", "--json"]);
        asked.assert(3, "waiting");
        let code = asked.json["confirm"].as_str().unwrap();
        let back = desk.run(&["apply", code, "--confirm", code, "--json"]);
        assert_eq!(back.item(id, action)["status"], "confirmed", "{back:?}");
    }
    assert_eq!(statuses(), ["Active", "Active"]);
}

/// Made for this test; nobody has its other half.
const CERTIFICATE: &str = include_str!("../fixtures/aws/certificate.pem");
const SSH: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAYQCmadeForContain made-for-contain";
