//! What is kept: every read that is journaled, and the state of a target before a delete.

use std::sync::Arc;

use contain::converge::{Answer, Limit};
use contain::domain::Spec;
use contain::domain::event::Event;
use contain::gate::Confirmation;
use contain::journal::Line;
use contain::playbook::{self, Playbook, Vocabulary};
use contain::provider::simulated::Simulated;
use contain::provider::{Catalogue, aws};
use serde_json::json;

use crate::simulated::{Bench, LEAK, Wish, actions, name};

/// An action that nothing gives back; the catalogue of this build may have none yet.
fn delete() -> Spec {
    let spec = json!({
        "id": "aws.delete-for-a-law", "title": "delete the access key", "on": "aws:access-key",
        "effect": {"cut": {"rung": "delete", "target": "dies", "issued": "lives", "stops_issue": true, "allows": "nothing"}},
        "hurts": "whoever uses it", "floor": 3, "touches": [{"field": "status", "becomes": {"is": "Deleted"}}],
        "undo": {"none": "a deleted key is gone"}, "repeat": "set-like", "permissions": ["iam:DeleteAccessKey"],
        "bound": {"configured": {"within": "PT5S"}}, "docs": "https://docs.aws.amazon.com/IAM/",
    });
    serde_json::from_value(spec).unwrap()
}

fn deleting() -> (Bench, Wish) {
    let mut bench = Bench::new(LEAK);
    let mut specs = actions();
    specs.push(delete());
    let provider = Simulated::new(
        "aws",
        aws::kinds(),
        specs.clone(),
        Arc::clone(&bench.world),
        bench.clock.clone(),
        bench.scenario.settings(),
    );
    bench.catalogue = Catalogue::new(vec![Arc::new(provider)]);
    let kinds = aws::kinds();
    let vocabulary = Vocabulary {
        kinds: kinds.iter().collect(),
        actions: specs.iter().collect(),
    };
    let text = "contain: 1\nplaybook: delete\nsummary: s\ninputs:\n  subject: {type: locator, required: true}\n\
                phases:\n  isolate:\n    - {id: delete, do: aws.delete-for-a-law, target: \"${subject}\"}\n";
    let playbook: &'static Playbook = Box::leak(Box::new(
        playbook::load("delete.yaml", text, &vocabulary).unwrap(),
    ));
    let wish = Wish {
        playbook,
        secrets: false,
        answer: Answer::Yes(Confirmation::Code),
        ..Wish::isolate(Limit::Isolated)
    };
    (bench, wish)
}

fn lines(bench: &Bench) -> Vec<Line> {
    contain::journal::read(&mut bench.disk.clone())
        .unwrap()
        .lines
}

#[tokio::test(start_paused = true)]
async fn nothing_is_deleted_before_its_state_is_kept() {
    let (bench, wish) = deleting();
    *bench.full.lock().unwrap() = true;
    bench.go(&wish).await.end();
    assert!(bench.accepts("access-key/LEAKED"), "it was deleted unseen");
    let intended = |lines: &[Line]| lines.iter().any(|line| line.event.kind() == "intended");
    assert!(!intended(&lines(&bench)));
    let told = lines(&bench);
    let why = told.iter().find_map(|line| match &line.event {
        Event::Blocked { cause, .. } => Some(format!("{cause:?}")),
        _ => None,
    });
    assert!(why.unwrap().contains("before its state is kept"));

    *bench.full.lock().unwrap() = false;
    bench.go(&wish).await.end();
    assert!(!bench.accepts("access-key/LEAKED"));
    let told = lines(&bench);
    let place = |is: &dyn Fn(&Event) -> bool| told.iter().position(|line| is(&line.event)).unwrap();
    let target = name("access-key/LEAKED").to_string();
    let kept = place(&|event| match event {
        Event::Attached { about, .. } => about
            .as_ref()
            .is_some_and(|about| about.what == target && about.state.is_some()),
        _ => false,
    });
    assert!(kept < place(&|event| event.kind() == "intended"));
}

#[tokio::test(start_paused = true)]
async fn every_answer_that_is_journaled_is_kept_right_before_it_and_a_full_disk_holds_nothing_up() {
    for full in [false, true] {
        let bench = Bench::new(LEAK);
        *bench.full.lock().unwrap() = full;
        bench.go(&Wish::contained()).await.end();
        bench.check_expected();
        let told = lines(&bench);
        let mut answers = 0;
        for pair in told.windows(2) {
            let Event::Found { item, .. } = &pair[1].event else {
                continue;
            };
            answers += 1;
            match &pair[0].event {
                Event::Attached { about, .. } if !full => {
                    let about = about.as_ref().unwrap();
                    assert_eq!(about.item.as_ref(), Some(item));
                    assert_eq!(about.from, "aws");
                }
                Event::Noted { text } if full => assert!(text.contains("could not be kept")),
                other => panic!("{other:?} before {item:?}"),
            }
        }
        assert!(answers >= 2, "{answers}");
    }
}
