//! The section "Add a provider" of the README, followed to the letter against a server that is started here.

use serde_json::json;

use crate::harness::{Acme, Desk};

/// The section, and the blocks of code in it.
fn blocks() -> Vec<String> {
    let path = format!("{}/README.md", env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(path).unwrap();
    let (_, section) = readme.split_once("\n## Add a provider\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let parts = section.split("\n```");
    let blocks = parts.skip(1).step_by(2);
    blocks
        .map(|block| block.split_once('\n').unwrap().1.to_owned() + "\n")
        .collect()
}

/// The workspace that the section writes, with our server in it, and the commands.
pub(super) fn workspace(acme: &Acme) -> (Desk, Vec<String>) {
    let mut desk = Desk::bare()
        .with("ACME_TOKEN", "acme-canary-token")
        .with("AWS_EC2_METADATA_DISABLED", "true");
    std::fs::create_dir(desk.path().join("here/providers")).unwrap();
    let mut commands = Vec::new();
    for block in blocks() {
        match block
            .strip_prefix("# ")
            .and_then(|block| block.split_once('\n'))
        {
            // The address is the only thing that is another here.
            Some((name, _)) => {
                let text = block.replace(
                    "https://keys.example.com\"",
                    &format!("{}\"", acme.endpoint()),
                );
                desk = desk.file(name, &text);
            }
            None => commands.extend(block.lines().map(ToOwned::to_owned)),
        }
    }
    (desk, commands)
}

#[test]
fn the_section_add_a_provider_gives_a_working_pack() {
    let acme = Acme::start();
    let (desk, commands) = workspace(&acme);
    assert!(commands.len() >= 7, "{commands:?}");
    for command in &commands {
        let (command, _) = command.split_once('#').unwrap_or((command, ""));
        let words = words(command);
        let (program, arguments) = words.split_first().unwrap();
        assert_eq!(program, "contain");
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let told = desk.run(&arguments);
        match arguments[0] {
            "provider" if command.contains(" show ") => {
                assert_eq!(told.exit, 0, "{command}: {told:?}");
                let proven = "proven by    not yet (recorded conversations alone)";
                assert_eq!(told.out.matches(proven).count(), 2, "{told:?}");
            }
            // Nobody asked for AWS, so that there are no credentials of it is nothing that fails.
            "doctor" => {
                assert_eq!(told.exit, 0, "{command}: {told:?}");
                let acme = "acme credentials   acting as a credential that does not tell who it is";
                assert!(told.out.contains(acme), "{told:?}");
                let aws = "note  aws credentials    not configured\n";
                assert!(told.out.contains(aws), "{told:?}");
            }
            "isolate" => {
                assert_eq!(told.exit, 0, "{command}: {told:?}");
                let acting =
                    "Acting as a credential of acme that does not tell who it is in account a-1\n";
                assert!(
                    told.err.contains(acting) || told.out.contains(acting),
                    "{told:?}"
                );
            }
            _ => assert_eq!(told.exit, 0, "{command}: {told:?}"),
        }
        let status = &acme.state()["keys"]["k-1"]["status"];
        match arguments[0] {
            "isolate" | "verify" => assert_eq!(*status, json!("off"), "{command}"),
            _ => assert_eq!(*status, json!("on"), "{command}"),
        }
    }
    // What is given back is told of, and where it stands does not send one to itself.
    let next = desk.run(&["status", "--json"]).json["next"].to_string();
    assert!(next.contains("contain report --incident"), "{next}");
    assert!(next.contains("contain incident close --incident"), "{next}");
    assert!(!next.contains("contain status"), "{next}");
    let state = acme.state();
    assert_eq!(state["keys"]["k-2"]["status"], "on", "neighbours stay");
    let came = state["came"].as_array().unwrap();
    let sent = |line: &str| came.iter().filter(|one| *one == line).count();
    assert_eq!(sent("POST /v1/keys/k-1/disable"), 1, "{came:?}");
    assert_eq!(sent("POST /v1/keys/k-1/enable"), 1, "{came:?}");
    assert!(sent("GET /v1/keys?owner=ci&after=k-1") > 0, "{came:?}");
    desk.assert_journal_verifies();
}

/// The words of a command, quotes as a shell takes them.
fn words(command: &str) -> Vec<String> {
    let parts = command.split('"').enumerate();
    let words = parts.flat_map(|(at, part)| match at % 2 {
        0 => part.split_whitespace().map(ToOwned::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}
