//! What the policies say, as a table.

use super::*;
use crate::domain::{ItemKey, Phase, Rung, Undo, Work};

fn item(tier: u8, marks: &[&str], named: bool) -> Item {
    let target: crate::domain::Locator = "aws:access-key/AKIAX@123456789012"
        .parse()
        .unwrap_or_else(|_| unreachable!("a canonical name"));
    let key = ItemKey {
        phase: Phase::Isolate,
        step: "stop".into(),
        each: None,
        subject: None,
    };
    let work = Work::Nothing {
        action: "aws.deactivate-access-key"
            .parse()
            .unwrap_or_else(|_| unreachable!("an action id")),
        target,
        why: String::new(),
    };
    Item {
        relation: (!named).then_some(crate::domain::Relation::Minted),
        tier: Tier::try_from(tier).unwrap_or(Tier::GRAVE),
        rung: Some(Rung::Suspend),
        undo: "aws.activate-access-key".parse().ok().map(Undo::By),
        marks: marks.iter().map(|mark| (*mark).to_owned()).collect(),
        ..Item::new(key, work)
    }
}

fn around() -> Circumstances {
    Circumstances::solo("i", true, false)
}

fn authority(tier: u8, exact: bool) -> Authority {
    Authority {
        tier: Tier::try_from(tier).ok(),
        exact,
        ..Authority::NONE
    }
}

#[test]
fn the_default_set_rules_as_the_table_says() {
    let policy = Policy::embedded().unwrap_or_else(|error| unreachable!("{error}"));
    let needs = |id: &str| Some(id.to_owned());
    for (tier, marks, named, effect, given, missing) in [
        (
            1,
            &[][..],
            true,
            "cut",
            Authority::NONE,
            needs("mandate-for-every-change"),
        ),
        (2, &[], true, "cut", authority(2, false), None),
        (2, &[], false, "cut", authority(2, false), None),
        (
            3,
            &[],
            true,
            "cut",
            authority(2, true),
            needs("mandate-for-every-change"),
        ),
        (
            3,
            &[],
            true,
            "cut",
            authority(3, false),
            needs("grave-changes-are-exact"),
        ),
        (3, &[], true, "cut", authority(3, true), None),
        (
            1,
            &[],
            true,
            "open",
            authority(2, false),
            needs("giving-back-is-exact"),
        ),
        (1, &[], true, "open", authority(2, true), None),
        (
            1,
            &["own"],
            true,
            "cut",
            authority(2, true),
            needs("own-branch"),
        ),
        (3, &["own"], true, "cut", authority(3, true), None),
        (
            2,
            &["protected"],
            false,
            "cut",
            authority(2, false),
            needs("protected"),
        ),
        (0, &[], true, "read", Authority::NONE, None),
    ] {
        let ruling = policy.rule(&item(tier, marks, named), effect, (&around(), &[]), given);
        match missing {
            None => assert!(
                matches!(ruling, Ruling::Allow(_)),
                "tier {tier} {marks:?} {effect}: {ruling:?}"
            ),
            Some(id) => assert!(
                matches!(&ruling, Ruling::NeedsMandate(rules) if rules.iter().any(|rule| rule.id == id && !rule.remedy.is_empty())),
                "tier {tier} {marks:?} {effect}: {ruling:?}"
            ),
        }
    }
}

#[test]
fn a_policy_that_errors_denies() {
    let broken = "@id(\"boom\") forbid (principal, action, resource) when { context.tier + 9223372036854775807 > 1 };";
    let texts = [
        ("default".to_owned(), DEFAULT.to_owned()),
        ("broken".to_owned(), broken.to_owned()),
    ];
    let policy = Policy::new(&texts).unwrap_or_else(|error| unreachable!("{error}"));
    let ruling = policy.rule(
        &item(1, &[], true),
        "cut",
        (&around(), &[]),
        authority(2, true),
    );
    assert!(
        matches!(&ruling, Ruling::Forbidden(rules) if rules.iter().any(|rule| rule.id == "policy-error")),
        "{ruling:?}"
    );
}

#[test]
fn an_empty_set_permits_nothing() {
    let policy = Policy::new(&[]).unwrap_or_else(|error| unreachable!("{error}"));
    let ruling = policy.rule(
        &item(0, &[], true),
        "read",
        (&around(), &[]),
        Authority::all(0),
    );
    assert!(
        matches!(&ruling, Ruling::Forbidden(rules) if rules.iter().any(|rule| rule.id == "no-permit")),
        "{ruling:?}"
    );
}

#[test]
fn a_policy_outside_the_schema_is_refused_with_its_name() {
    let text =
        "@id(\"x\") forbid (principal, action, resource) when { context.teir > 1 };".to_owned();
    assert!(Policy::new(&[("policy/x.cedar".into(), text)]).is_err());
    assert!(
        Policy::new(&[(
            "policy/y.cedar".into(),
            "forbid (principal, action, resource);".into()
        )])
        .is_err()
    );
}
