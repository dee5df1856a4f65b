//! A plan as command lines, run by hand with the vendor's own program: the same world in the end.

use serde_json::json;

use crate::bench::typed;
use crate::harness::{Desk, Server, World};

/// Runs lines as the responder of a world would; answers all that was shown.
fn by_hand(server: &Server, world: &World, lines: &str) -> String {
    let responder = (world.id("responder"), world.secret("responder"));
    typed(server.endpoint(), responder, lines, &[])
}

/// The actions and targets that a script tells to note, as its own comments say.
fn notes(script: &str) -> Vec<String> {
    let noted = script.lines().filter_map(|line| {
        let rest = line.split_once("--did '")?.1;
        Some(rest.split_once('\'')?.0.to_owned())
    });
    noted.collect()
}

fn comes_to_the_same(subject: impl Fn(&World) -> String, include: &[&str]) {
    let (ours, theirs) = (
        Server::start("ministack", &[]),
        Server::start("ministack", &[]),
    );
    let worlds = (ours.build(), theirs.build());
    let before = theirs.comparable(&worlds.1);
    let desk = Desk::of(&worlds.0, ours.endpoint()).bounded();
    let named = subject(&worlds.0);
    let plan = [
        &["plan", &named, "--since", worlds.0.since(), "--json"],
        include,
    ]
    .concat();
    desk.run(&plan).assert(0, "planned");
    // One round is what the lines say too: of a user it leaves keys that the next round finds.
    let applied = desk.run(&["apply", "--yes", "--json"]);
    assert!([0, 5].contains(&applied.exit), "{applied:?}");

    let desk = Desk::of(&worlds.1, theirs.endpoint()).bounded();
    let named = subject(&worlds.1);
    let plan = ["plan", &named, "--since", worlds.1.since(), "--as-commands"];
    let told = desk.run(&[&plan[..], include].concat());
    assert_eq!(told.exit, 0, "{told:?}");
    for name in ["leaked", "responder"] {
        assert!(!told.out.contains(worlds.1.secret(name)));
    }
    assert_eq!(
        theirs.comparable(&worlds.1),
        before,
        "planning changed something"
    );
    by_hand(&theirs, &worlds.1, &told.out);
    assert_eq!(ours.comparable(&worlds.0), theirs.comparable(&worlds.1));
    let dead = ["leaked", "session"];
    assert_eq!(
        theirs.accepted(&worlds.1, &dead),
        ours.accepted(&worlds.0, &dead)
    );

    let undo: String = told
        .out
        .lines()
        .filter_map(|line| line.strip_prefix("# undo: "))
        .map(|line| format!("{line}\n"))
        .collect();
    by_hand(&theirs, &worlds.1, &undo);
    assert_eq!(theirs.comparable(&worlds.1), before);
}

#[test]
fn the_lines_of_a_leaked_key_come_to_what_apply_does_and_their_undo_to_what_was() {
    comes_to_the_same(|world| world.key("leaked"), &["--include", "could-enter"]);
}

#[test]
fn the_lines_of_a_user_come_to_what_apply_does_and_their_undo_to_what_was() {
    comes_to_the_same(|_| "aws:user/ci-deploy".to_owned(), &[]);
}

#[test]
fn the_lines_of_a_role_come_to_what_apply_does_and_their_undo_to_what_was() {
    comes_to_the_same(|_| "aws:role/role-b".to_owned(), &[]);
}

#[test]
fn what_was_run_by_hand_and_noted_is_found_so_and_not_given_back() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint()).bounded();
    let named = world.key("leaked");
    let told = desk.run(&["plan", &named, "--since", world.since(), "--as-commands"]);
    assert_eq!(told.exit, 0, "{told:?}");
    by_hand(&server, &world, &told.out);
    let cut = server.comparable(&world);
    let incident = desk.incidents()[0]
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let noted = notes(&told.out);
    assert_eq!(noted.len(), 2, "{}", told.out);
    for did in &noted {
        let note = [
            "incident",
            "note",
            "--did",
            did,
            "--incident",
            &incident,
            "--json",
            "by hand",
        ];
        desk.run(&note).assert(0, "done");
    }
    assert_eq!(desk.entries("by-hand").len(), noted.len());
    let isolated = desk.run(&[
        "isolate",
        &named,
        "--since",
        world.since(),
        "--yes",
        "--json",
    ]);
    isolated.assert(0, "isolated");
    let key = isolated.item(world.id("leaked"), super::STOP);
    assert_eq!(
        (&key["changed"], &key["verdict"]),
        (&false.into(), &"observed".into())
    );
    let why = key["why"].as_str().unwrap();
    assert!(why.starts_with("already so: done by hand at "), "{why}");
    let before = desk.entries("intended").len();
    for more in [&[][..], &[named.as_str()]] {
        let restored = desk.run(&[&["restore", "--yes", "--json"], more].concat());
        let text = restored.json["items"].to_string();
        assert!(
            text.contains("not ours to undo: done by hand at "),
            "{restored:?}"
        );
    }
    assert_eq!(desk.entries("intended").len(), before);
    assert_eq!(
        server.comparable(&world),
        cut,
        "what people did was given back"
    );
    desk.assert_journal_verifies();
}

#[test]
fn a_note_of_what_nobody_can_have_done_is_refused_and_nothing_is_written() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint());
    desk.run(&["incident", "open", "--json"]).assert(0, "done");
    let written = desk.journal().len();
    for (did, hint) in [
        ("aws.deny-user", "--did"),
        ("aws.deny-usr aws:user/ci-deploy", "aws.deny-user"),
        ("aws.deny-user aws:role/role-a", "works on aws:user"),
        ("aws.deny-user aws:user/nobody", "cannot identify"),
        (
            "aws.deny-user aws:user/ci-deploy@999999999999",
            "cannot identify",
        ),
    ] {
        let told = desk.run(&["incident", "note", "--did", did, "--json", "by hand"]);
        assert_eq!(told.exit, 2, "{did}: {told:?}");
        assert!(told.json["error"].to_string().contains(hint), "{told:?}");
    }
    let late = [
        "incident",
        "note",
        "--did",
        "aws.deny-user aws:user/ci-deploy",
        "--at",
        "2999-01-01T00:00:00Z",
        "--json",
        "x",
    ];
    assert_eq!(desk.run(&late).exit, 2);
    assert_eq!(desk.journal().len(), written);
    let note = [
        "incident",
        "note",
        "--did",
        "aws.deny-user aws:user/ci-deploy",
        "--at",
        "10m",
        "--json",
        "x",
    ];
    desk.run(&note).assert(0, "done");
    let entry = &desk.entries("by-hand")[0]["body"];
    assert_eq!(entry["target"], "aws:user/ci-deploy@000000000000");
}

/// Leaves a user or role nothing: the boundary that has to be made first, then one that is there already.
const NARROW: &str = "contain: 1\nplaybook: narrow\nsummary: Leave nothing\ninputs:\n  subject: {type: locator, required: true}\n\
    phases:\n  isolate:\n    - id: narrow\n      do: narrow\n      target: \"${subject}\"\n      with: {allows: nothing}\n";

fn boundary(server: &Server, subject: &str) -> serde_json::Value {
    let (operation, name, member) = match subject.split_once('/').unwrap() {
        ("aws:user", user) => ("get_user", json!({"UserName": user}), "User"),
        (_, role) => ("get_role", json!({"RoleName": role}), "Role"),
    };
    let told = server.world(&["call", "iam", operation], &json!({"parameters": name}));
    told[member]["PermissionsBoundary"]["PermissionsBoundaryArn"].clone()
}

#[test]
fn the_lines_that_leave_nothing_and_their_undo_come_to_what_the_action_does() {
    let (ours, theirs) = (
        Server::start("ministack", &[]),
        Server::start("ministack", &[]),
    );
    let worlds = (ours.build(), theirs.build());
    let apply = Desk::of(&worlds.0, ours.endpoint())
        .bounded()
        .file("narrow.yaml", NARROW);
    let told = Desk::of(&worlds.1, theirs.endpoint())
        .bounded()
        .file("narrow.yaml", NARROW);
    // The second time the policy of ours is there already, and is looked at.
    for subject in [
        "aws:user/ci-deploy",
        "aws:role/role-a",
        "aws:user/ci-deploy",
    ] {
        let run = [
            "run",
            "narrow.yaml",
            "--subject",
            subject,
            "--yes",
            "--json",
        ];
        let done = apply.run(&run);
        assert_eq!(done.exit, 0, "{done:?}");
        let incident = done.json["incident"].as_str().unwrap();
        let plan = ["plan", "narrow.yaml", "--subject", subject, "--as-commands"];
        let lines = told.run(&plan);
        assert_eq!(lines.exit, 0, "{lines:?}");
        by_hand(&theirs, &worlds.1, &lines.out);
        assert_eq!(
            ours.comparable(&worlds.0),
            theirs.comparable(&worlds.1),
            "{subject}"
        );
        // What lists all roles does not tell their boundaries.
        for server in [&ours, &theirs] {
            let bound = boundary(server, subject);
            assert_eq!(bound, "arn:aws:iam::000000000000:policy/contain-nothing-1");
        }
        assert_eq!(
            theirs.accepted(&worlds.1, &["leaked"]),
            ours.accepted(&worlds.0, &["leaked"])
        );
        let undo = lines
            .out
            .lines()
            .find_map(|line| line.strip_prefix("# undo: "));
        by_hand(&theirs, &worlds.1, undo.unwrap());
        let restore = [
            "restore",
            subject,
            "--incident",
            incident,
            "--yes",
            "--json",
        ];
        let back = apply.run(&restore);
        assert_eq!(back.exit, 0, "{back:?}");
        assert!(boundary(&theirs, subject).is_null() && boundary(&ours, subject).is_null());
        assert_eq!(ours.comparable(&worlds.0), theirs.comparable(&worlds.1));
    }
}

/// Makes a new key for a user and puts it where its consumers read it.
const REPLACE: &str = "contain: 1\nplaybook: replace\nsummary: A new key\ninputs:\n  subject: {type: locator, required: true}\n\
    phases:\n  reissue:\n    - id: replace\n      do: replace\n      target: \"${subject}\"\n      with: {deliver_to: [\"aws:secret/us-east-1:ci/deploy\", \"aws:parameter/us-east-1:/ci/deploy\"]}\n";

#[test]
fn the_line_of_a_new_key_hands_it_to_the_stores_and_shows_it_to_nobody() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let call = |service: &str, operation: &str, parameters: &serde_json::Value| {
        server.world(
            &["call", service, operation],
            &json!({"parameters": parameters}),
        )
    };
    let sibling = json!({"UserName": "ci-deploy", "AccessKeyId": world.id("sibling")});
    call("iam", "delete_access_key", &sibling);
    let secret = json!({"Name": "ci/deploy", "SecretString": "old"});
    call("secretsmanager", "create_secret", &secret);
    let parameter = json!({"Name": "/ci/deploy", "Type": "SecureString", "Value": "old"});
    call("ssm", "put_parameter", &parameter);
    let desk = Desk::of(&world, server.endpoint())
        .bounded()
        .file("replace.yaml", REPLACE);
    let subject = world.key("leaked");
    let told = desk.run(&[
        "plan",
        "replace.yaml",
        "--subject",
        &subject,
        "--as-commands",
    ]);
    assert_eq!(told.exit, 0, "{told:?}");
    let shown = by_hand(&server, &world, &format!("set -aevx\n{}", told.out));
    let stored = call(
        "secretsmanager",
        "get_secret_value",
        &json!({"SecretId": "ci/deploy"}),
    );
    let stored = stored["SecretString"].as_str().unwrap();
    let parameter = json!({"Name": "/ci/deploy", "WithDecryption": true});
    let parameter = call("ssm", "get_parameter", &parameter);
    assert_eq!(parameter["Parameter"]["Value"], stored);
    let pair: serde_json::Value = serde_json::from_str(stored).unwrap();
    let key = json!({"access_key_id": pair["aws_access_key_id"], "secret_access_key": pair["aws_secret_access_key"]});
    let tried = server.world(&["try"], &json!({"new": key}));
    assert_eq!(tried["new"]["accepted"], true, "{shown}");
    let new = pair["aws_secret_access_key"].as_str().unwrap();
    assert!(!shown.contains(new), "{shown}");
    assert_eq!(notes(&told.out).len(), 4, "{}", told.out);
}
