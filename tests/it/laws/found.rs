//! What is found, and what is not: a finding covers itself alone, spoils nothing else, and is told while it lives.
//!
//! Playbooks of one's own, in the world of a leaked key.

use contain::converge::Limit;
use contain::domain::{Item, Relation, Work};
use contain::playbook::Playbook;
use contain::report::standing::Outcome as Said;

use crate::simulated::{Bench, LEAK, Wish, load, name};

const HEAD: &str = "contain: 1\nplaybook: own\nsummary: Of one's own\ninputs:\n  subject: {type: locator, required: true}\n";

const REACH: &str = r#"
phases:
  isolate:
    - {id: stop, do: suspend, target: "${subject}"}
  inventory:
    - {id: reach, read: reach, target: "${subject}", needs: []}
"#;

fn own(more: &str) -> &'static Playbook {
    Box::leak(Box::new(load(&format!("{HEAD}{REACH}{more}"))))
}

fn wish(playbook: &'static Playbook) -> Wish {
    Wish {
        verb: "run",
        playbook,
        ..Wish::isolate(Limit::Isolated)
    }
}

#[tokio::test(start_paused = true)]
async fn a_finding_lends_its_relation_to_no_other_target() {
    let playbook = own(r#"
    - id: other
      do: suspend
      for_each: {in: "${steps.reach.items.filter(i, i.relation in ['entered', 'minted'])}", as: found, key: "${found.locator}"}
      target: "aws:user/metrics@123456789012"
"#);
    let bench = Bench::new(LEAK);
    drop(bench.go(&wish(playbook)).await.end());
    let healthy = name("user/metrics");
    let left = bench.left();
    assert!(!left.is_empty(), "the subject itself is cut");
    assert!(
        left.iter().all(|left| left.call.target != healthy),
        "nobody was shown that {healthy} would be cut"
    );
}

#[tokio::test(start_paused = true)]
async fn an_expression_that_the_findings_do_not_fit_keeps_only_its_own_step_waiting() {
    let playbook = own(r#"
    - id: unfit
      do: suspend
      when: "${steps.reach.items.filter(i, i.relation == 'shared')[0].in_scope}"
      target: "${subject}"
    - id: end-entered
      do: end-sessions
      for_each: {in: "${steps.reach.items.filter(i, i.relation == 'entered')}", as: found, key: "${found.locator}"}
      target: "${found.locator}"
"#);
    let bench = Bench::new(LEAK);
    let end = bench.go(&wish(playbook)).await.end();
    let entered = name("role/deploy");
    let mut left = bench.left().into_iter();
    assert!(
        left.any(|left| left.call.target == entered),
        "what was entered is cut all the same"
    );
    assert_ne!(
        end.standing.outcome,
        Said::Isolated,
        "a cut that never came to be is not passed over"
    );
}

#[tokio::test(start_paused = true)]
async fn whatever_is_found_alive_is_cut_or_told() {
    let bench = Bench::new(LEAK);
    drop(bench.go(&wish(own(""))).await.end());
    let told = bench.outside();
    for lives in ["access-key/MINTED", "session/OF-LEAKED", "role/deploy"] {
        assert!(
            bench.accepts(lives) || lives.starts_with("role/"),
            "{lives}"
        );
        assert!(
            told.contains(&name(lives)),
            "{lives} lives and is not told: {told:?}"
        );
    }
    let bench = Bench::new(LEAK);
    drop(bench.go(&Wish::isolate(Limit::Isolated)).await.end());
    let told = bench.outside();
    for cut in ["access-key/MINTED", "session/OF-LEAKED", "role/deploy"] {
        assert!(!told.contains(&name(cut)), "{cut} is cut");
    }
}

#[tokio::test(start_paused = true)]
async fn the_sessions_of_a_user_of_identity_center_die_with_its_deny_and_another_users_live() {
    let alice = "identity-center-user/us-east-1:a1b2c3d4-5678-90ab-cdef-111111111111";
    let bob = "identity-center-user/us-east-1:a1b2c3d4-5678-90ab-cdef-222222222222";
    let session = |id: &str, of: &str| {
        format!(
            "    - {{locator: \"aws:session/{id}@123456789012\", held_by: \"aws:{of}@123456789012\", issuer: \"aws:{of}@123456789012\", age: 20m, lasts: 11h, secret: true}}\n"
        )
    };
    let more = format!(
        "    - {{locator: \"aws:{bob}@123456789012\", age: 9000h}}\n{}{}  edges:\n",
        session("OF-ALICE", alice),
        session("OF-BOB", bob)
    );
    let bench = Bench::new(&LEAK.replacen("  edges:\n", &more, 1));
    let wish = Wish {
        subjects: vec![name(alice)],
        ..Wish::contained()
    };
    let end = bench.go(&wish).await.end();
    assert_eq!(end.standing.outcome, Said::Contained);
    assert!(!bench.accepts("session/OF-ALICE"));
    assert!(bench.accepts("session/OF-BOB") && bench.accepts("access-key/LEAKED"));
}

#[tokio::test(start_paused = true)]
async fn what_could_be_read_is_told_and_denied_to_its_reader_when_it_is_included() {
    let edge = "    - {from: \"aws:user/ci@123456789012\", to: \"aws:secret/us-east-1:db@123456789012\", relation: could-read}\n  events:\n";
    let text = LEAK.replacen("  events:\n", edge, 1);
    let bench = Bench::new(&text);
    drop(bench.go(&Wish::contained()).await.end());
    let secret = name("secret/us-east-1:db");
    assert!(bench.outside().contains(&secret));
    assert!(bench.left().iter().all(|left| left.call.target != secret));

    let bench = Bench::new(&text);
    let wish = Wish {
        include: vec![Relation::CouldRead],
        ..Wish::contained()
    };
    let end = bench.go(&wish).await.end();
    assert_eq!(end.standing.outcome, Said::Contained);
    let left = bench.left();
    let denied = left.iter().find(|left| left.call.target == secret);
    let reader = denied.and_then(|left| left.call.value("denied_reader").cloned());
    assert_eq!(reader, Some(serde_json::json!(name("user/ci"))));
}

#[tokio::test(start_paused = true)]
async fn a_key_of_aws_is_replaced_by_a_role_of_the_workload_or_one_that_trusts_the_pipeline_where_that_is_preferred()
 {
    let text = format!(
        "{HEAD}phases:\n  reissue:\n    - {{id: replace, do: replace, target: \"${{subject}}\", needs: [], with: {{prefer: PREFER, deliver_to: \"aws:secret/us-east-1:db@123456789012\"}}}}\n"
    );
    let asked = async |prefer: &str| {
        let playbook: &'static Playbook =
            Box::leak(Box::new(load(&text.replace("PREFER", prefer))));
        let bench = Bench::new(LEAK);
        let wish = Wish {
            limit: Limit::Plan,
            ..wish(playbook)
        };
        let (plan, _) = bench.go(&wish).await.end().plan.unwrap();
        let issues = |item: &Item| matches!(item.work, Work::Issue { .. });
        let steps = plan.items.iter().find_map(|item| match &item.work {
            Work::Manual(asked) => Some(asked.text.clone()),
            _ => None,
        });
        (plan.items.iter().any(issues), steps.unwrap_or_default())
    };
    let (issues, steps) = asked("short-lived").await;
    assert!(!issues, "{steps}");
    for way in [
        "a role of the workload itself",
        "sts:AssumeRoleWithWebIdentity",
        "ISSUER:sub",
        "IAM Roles Anywhere",
    ] {
        assert!(steps.contains(way), "{way}: {steps}");
    }
    // Else a key is made, which here waits until one of the two is dead.
    let (_, steps) = asked("long-lived").await;
    assert!(!steps.contains("sts:AssumeRoleWithWebIdentity"), "{steps}");
}
