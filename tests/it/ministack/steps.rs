//! What people answer about steps, and what a plan is refused for, through the program.

use crate::harness::{Desk, Server};

const TASKS: &str = r#"contain: 1
playbook: tasks
summary: A cut, and what people have to do
inputs:
  subject: {type: locator, required: true}
phases:
  isolate:
    - {id: freeze, do: suspend, target: "${subject}"}
  validate:
    - {id: call, needs: [], evidence: required, manual: {text: Call the owner}}
    - {id: write, needs: [], manual: {text: Write it up}}
"#;

#[test]
fn a_task_is_done_with_evidence_or_waived_and_the_run_then_ends_well() {
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let desk = Desk::of(&world, server.endpoint())
        .bounded()
        .file("tasks.yaml", TASKS)
        .file("call.txt", "the owner knows");
    let subject = world.key("leaked");
    let told = desk.run(&[
        "run",
        "tasks.yaml",
        "--subject",
        &subject,
        "--yes",
        "--json",
    ]);
    told.assert(3, "waiting");
    assert_eq!(
        told.item(world.id("leaked"), "aws.deactivate-access-key")["verdict"],
        "observed"
    );
    let of_step = |step: &str| {
        let decided = desk.entries("decided").into_iter();
        let all = decided.chain(desk.entries("waived"));
        all.filter(|entry| entry.to_string().contains(&format!("validate/{step}")))
            .count()
    };
    let bare = desk.run(&["incident", "done", "validate/call", "--json"]);
    assert_eq!(bare.exit, 2, "{bare:?}");
    assert!(bare.error().contains("only with evidence"), "{bare:?}");
    let wrong = desk.run(&[
        "incident",
        "waive",
        "validate/cal",
        "--reason",
        "x",
        "--json",
    ]);
    assert_eq!(wrong.exit, 2, "{wrong:?}");
    assert!(wrong.hints().contains("validate/call"), "{wrong:?}");
    assert_eq!((of_step("call"), of_step("write")), (0, 0));
    let done = desk.run(&[
        "incident",
        "done",
        "validate/call",
        "--note",
        "called at noon",
        "--evidence",
        "call.txt",
        "--json",
    ]);
    assert_eq!(done.exit, 0, "{done:?}");
    let kept = done.json["data"]["evidence"][0].as_str().unwrap();
    let shows = format!("{kept}.file");
    let folder = &desk.incidents()[0];
    let file = std::fs::read_to_string(folder.join("evidence").join(shows)).unwrap();
    assert_eq!(file, "the owner knows");
    let still = desk.run(&["resume", "--json"]);
    still.assert(3, "waiting");
    let waived = desk.run(&[
        "incident",
        "waive",
        "validate/write",
        "--reason",
        "nobody is left to write",
        "--json",
    ]);
    assert_eq!(waived.exit, 0, "{waived:?}");
    let end = desk.run(&["resume", "--json"]);
    assert_eq!(end.exit, 0, "{end:?}");
    assert_eq!((of_step("call"), of_step("write")), (1, 1));
    let twice = desk.run(&["incident", "done", "validate/call", "--json"]);
    assert_eq!(twice.exit, 2, "{twice:?}");
    desk.assert_journal_verifies();
}

#[test]
fn apply_refuses_a_plan_whose_called_playbook_has_changed_since() {
    let inner = "contain: 1\nplaybook: inner\nsummary: A cut\ninputs:\n  subject: {type: locator, required: true}\nphases:\n  isolate:\n    - {id: freeze, do: suspend, target: \"${subject}\"}\n";
    let outer = "contain: 1\nplaybook: outer\nsummary: It calls\ninputs:\n  subject: {type: locator, required: true}\nphases:\n  isolate:\n    - {id: cut, call: ./inner.yaml}\n";
    let server = Server::start("ministack", &[]);
    let world = server.build();
    let before = server.comparable(&world);
    let desk = Desk::of(&world, server.endpoint())
        .bounded()
        .file("outer.yaml", outer)
        .file("inner.yaml", inner);
    let subject = world.key("leaked");
    let planned = desk.run(&["run", "outer.yaml", "--subject", &subject, "--json"]);
    planned.assert(3, "waiting");
    let code = planned.json["confirm"].as_str().unwrap().to_owned();
    let desk = desk.file("inner.yaml", &inner.replace("A cut", "Another cut"));
    let refused = desk.run(&["apply", &code, "--yes", "--json"]);
    assert_ne!(refused.exit, 0, "{refused:?}");
    assert!(refused.error().contains("inner"), "{refused:?}");
    assert!(desk.entries("intended").is_empty());
    assert_eq!(server.comparable(&world), before);
    let desk = desk.file("inner.yaml", inner);
    let applied = desk.run(&["apply", &code, "--yes", "--json"]);
    assert_eq!(applied.exit, 0, "{applied:?}");
    assert_eq!(desk.entries("intended").len(), 1);
}
