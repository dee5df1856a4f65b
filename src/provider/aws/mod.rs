//! AWS: IAM users, access keys, roles and sessions, and the services that hold secrets or let workloads in.
//!
//! Owns the catalogue, which needs no credentials, and the adapter that reads and acts. Never repeats a call that
//! changes something, and never asks a service for a secret of its own accord.

mod action;
mod boundary;
#[cfg(feature = "aws")]
mod change;
mod instead;
#[cfg(feature = "aws")]
mod leak;
mod ours;
mod policy;
mod service;

#[cfg(feature = "aws")]
mod branch;
#[cfg(feature = "aws")]
mod chain;
#[cfg(feature = "aws")]
mod client;
#[cfg(feature = "aws")]
mod credentials;
#[cfg(feature = "aws")]
mod failure;
#[cfg(feature = "aws")]
mod guard;
#[cfg(feature = "aws")]
mod pass;
#[cfg(feature = "aws")]
mod permission;
#[cfg(feature = "aws")]
mod remit;
#[cfg(feature = "aws")]
mod sdk;

#[cfg(feature = "aws")]
mod footing;
#[cfg(feature = "aws")]
mod resource;

#[cfg(feature = "aws")]
mod credential;
#[cfg(feature = "aws")]
mod grant;
#[cfg(feature = "aws")]
mod inline;
#[cfg(feature = "aws")]
mod issue;
#[cfg(feature = "aws")]
mod keys;
#[cfg(feature = "aws")]
mod observe;
#[cfg(feature = "aws")]
mod resolve;
#[cfg(feature = "aws")]
mod write;

#[cfg(feature = "aws")]
mod event;
#[cfg(feature = "aws")]
pub mod export;
#[cfg(feature = "aws")]
mod partition;
#[cfg(feature = "aws")]
mod persistence;
#[cfg(feature = "aws")]
mod signed;
#[cfg(feature = "aws")]
mod trail;
#[cfg(feature = "aws")]
mod trust;

#[cfg(feature = "aws")]
mod activity;
#[cfg(feature = "aws")]
mod follow;
#[cfg(feature = "aws")]
mod foreign;
#[cfg(feature = "aws")]
mod graph;
#[cfg(feature = "aws")]
mod held;
#[cfg(feature = "aws")]
mod permissions;
#[cfg(feature = "aws")]
mod reach;
#[cfg(feature = "aws")]
mod whose;

#[cfg(feature = "aws")]
mod probe;

#[cfg(feature = "aws")]
mod accounts;

#[cfg(feature = "aws")]
mod adapter;

#[cfg(feature = "aws")]
mod bucket;

#[cfg(feature = "aws")]
pub use adapter::{Aws, Bounds, Given, Settings};
#[cfg(feature = "aws")]
pub use bucket::{Address, Bucket};

use crate::domain::{ActionId, Bound, Duration, Kind, KindId, Pattern, ReadKind, Readable, Spec};

/// The provider's name.
pub const NAME: &str = "aws";

/// The kinds that AWS knows.
#[must_use]
pub fn kinds() -> Vec<Kind> {
    let pattern = |is: &str| Pattern {
        is: is.to_owned(),
        secret: false,
    };
    // So it is in every example that AWS publishes; no page states it.
    let secret = Pattern {
        is: "^[A-Za-z0-9/+]{40}$".to_owned(),
        secret: true,
    };
    let principal = |noun: &str, title: &str, governs: &[&str]| Kind {
        id: kind(noun),
        title: title.to_owned(),
        credential: false,
        recognise: Vec::new(),
        governs: governs.iter().map(|noun| kind(noun)).collect(),
        mints: Vec::new(),
        reads: vec![
            ReadKind::State,
            ReadKind::Reach,
            ReadKind::Credentials,
            ReadKind::Permissions,
            ReadKind::Activity,
        ],
        readable: Readable::ById,
        probe: false,
        lifetime: None,
        at_most: None,
        short_lived: Vec::new(),
        by_hand: None,
    };
    let mut all = vec![
        Kind {
            id: kind("access-key"),
            title: "access key".to_owned(),
            credential: true,
            recognise: vec![pattern("^(AKIA)[A-Z0-9]{16}$"), secret.clone()],
            governs: Vec::new(),
            mints: vec![kind("session"), kind("access-key"), kind("user")],
            reads: vec![
                ReadKind::State,
                ReadKind::Reach,
                ReadKind::Permissions,
                ReadKind::Activity,
            ],
            readable: Readable::ById,
            probe: true,
            lifetime: None,
            at_most: Some(2),
            short_lived: Vec::new(),
            by_hand: None,
        },
        Kind {
            short_lived: instead::of_a_user(),
            by_hand: None,
            ..principal(
                "user",
                "IAM user",
                &[
                    "access-key",
                    "session",
                    "login-profile",
                    "service-credential",
                    "ssh-key",
                    "signing-certificate",
                ],
            )
        },
        principal("role", "IAM role", &["session"]),
        Kind {
            id: kind("session"),
            title: "temporary session".to_owned(),
            credential: true,
            recognise: vec![pattern("^ASIA[A-Z0-9]{16}$"), secret],
            governs: Vec::new(),
            mints: vec![kind("session"), kind("access-key"), kind("user")],
            reads: vec![ReadKind::Reach, ReadKind::Activity],
            readable: Readable::BySecret,
            probe: true,
            lifetime: Some(Duration::from_hours(36)),
            at_most: None,
            short_lived: Vec::new(),
            by_hand: None,
        },
        Kind {
            mints: vec![kind("session")],
            ..held("login-profile", "console password of a user", None)
        },
        Kind {
            recognise: vec![pattern("^ACCA[A-Z0-9]{16}$")],
            ..held("service-credential", "service-specific credential", None)
        },
        Kind {
            recognise: vec![pattern("^APKA[A-Z0-9]{16}$")],
            ..held("ssh-key", "SSH public key", Some(5))
        },
        held("signing-certificate", "X.509 signing certificate", Some(2)),
        Kind {
            credential: false,
            ..held("mfa-device", "MFA device of a user", Some(8))
        },
        grant("role-trust", "trust policy of a role"),
        grant("instance-profile", "instance profile"),
        grant(
            "policy-attachment",
            "managed policy on a user, role or group",
        ),
        grant("inline-policy", "inline policy of a user, role or group"),
        grant("group-membership", "membership of a user in a group"),
        Kind {
            readable: Readable::Never,
            ..grant("resource", "resource that a person looks after")
        },
    ];
    all.extend(service::kinds());
    all
}

/// A credential that a user holds, found by its name.
fn held(noun: &str, title: &str, at_most: Option<u32>) -> Kind {
    Kind {
        credential: true,
        at_most,
        ..grant(noun, title)
    }
}

/// Something that grants access and is found by its name.
fn grant(noun: &str, title: &str) -> Kind {
    Kind {
        id: kind(noun),
        title: title.to_owned(),
        credential: false,
        recognise: Vec::new(),
        governs: Vec::new(),
        mints: Vec::new(),
        reads: vec![ReadKind::State, ReadKind::Reach],
        readable: Readable::ById,
        probe: false,
        lifetime: None,
        at_most: None,
        short_lived: Vec::new(),
        by_hand: None,
    }
}

/// The account that an ARN names.
#[cfg(feature = "aws")]
fn account_of_arn(arn: &str) -> Option<&str> {
    let account = arn.strip_prefix("arn:")?.split(':').nth(3)?;
    (!account.is_empty()).then_some(account)
}

/// The two parts of an id that is a name and what it holds.
fn halves(id: &str) -> (&str, &str) {
    id.split_once('/').unwrap_or((id, ""))
}

/// The three parts of an id that is a kind of holder, its name and what it holds.
fn thirds(id: &str) -> (&str, &str, &str) {
    let (noun, rest) = halves(id);
    let (name, what) = halves(rest);
    (noun, name, what)
}

/// The actions that AWS can do.
#[must_use]
pub fn actions() -> Vec<Spec> {
    action::ALL.iter().map(|action| (action.spec)()).collect()
}

/// Reads the account out of an access key id; ids of the vendor's present form carry it and set their first bit, older
/// ones answer nothing, and others' may answer nonsense, so this counts only where the endpoint is the vendor's.
#[must_use]
pub fn account_of_key_id(id: &str) -> Option<String> {
    if id.len() != 20 || !(id.starts_with("AKIA") || id.starts_with("ASIA")) {
        return None;
    }
    // Ten base32 characters hold the 48 bits that matter; the account stands at bits 7 to 46.
    let bits = id.bytes().skip(4).take(10).try_fold(0_u64, |bits, byte| {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        Some((bits << 5) | u64::from(digit))
    })?;
    let is_present_form = bits >> 49 == 1;
    let account = ((bits >> 2) & 0x7fff_ffff_ff80) >> 7;
    (is_present_form && account < 1_000_000_000_000).then(|| format!("{account:012}"))
}

#[expect(
    clippy::expect_used,
    reason = "only literals of this folder come here, and a test reads them all"
)]
fn kind(noun: &str) -> KindId {
    format!("aws:{noun}").parse().expect("a literal kind")
}

#[expect(
    clippy::expect_used,
    reason = "only literals of this folder come here, and a test reads them all"
)]
fn action(verb: &str) -> ActionId {
    format!("aws.{verb}").parse().expect("a literal action")
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|&word| word.to_owned()).collect()
}

/// How long a key's status may take to reach everywhere.
fn key_bound() -> Bound {
    Bound::Assumed {
        within: Duration::from_secs(30),
        because: "not published; public measurements saw 3-4 s".to_owned(),
    }
}

/// How long a change of a service's own setting may take to reach everywhere.
fn setting_bound() -> Bound {
    Bound::Assumed {
        within: Duration::from_mins(15),
        because: "not published".to_owned(),
    }
}

/// How long a policy may take to reach everywhere.
fn policy_bound() -> Bound {
    Bound::Assumed {
        within: Duration::from_mins(15),
        because: "documented only as a few minutes".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Becomes, Effect, Rung, Tier, Undo};

    #[test]
    fn a_key_id_carries_its_account() {
        for (id, account) in [
            ("ASIAQNZGKIQY56JQ7WML", Some("029608264753")),
            ("AKIARZPUZDIKNAJLN7ON", Some("123456789012")),
            ("AKIARZPUZDIKLFSKO3FM", Some("123456789012")),
            ("AKIA0189", None),
            ("AKIAIOSFODNN7EXAMPLE", None),
            ("AKIA1111111111111111", None),
            ("AROAQNZGKIQY56JQ7WML", None),
            ("test", None),
            ("", None),
            ("AKIAéééééééé", None),
        ] {
            assert_eq!(account_of_key_id(id).as_deref(), account, "{id}");
        }
    }

    #[test]
    fn every_cut_is_given_back_by_an_action_that_lifts_the_same_fields() {
        let all = actions();
        let names: std::collections::BTreeSet<_> = all.iter().map(|spec| &spec.id).collect();
        assert_eq!(names.len(), all.len());
        for spec in all.iter().filter(|spec| spec.cut().is_some()) {
            let Undo::By(inverse) = &spec.undo else {
                // Only what destroys has none, and that needs people.
                assert!(
                    spec.cut().is_some_and(|cut| cut.rung >= Rung::Revoke),
                    "{}",
                    spec.id
                );
                assert_eq!(spec.floor, Tier::GRAVE, "{}", spec.id);
                continue;
            };
            let inverse = all.iter().find(|other| other.id == *inverse);
            let inverse = inverse.unwrap_or_else(|| unreachable!("{} is missing", spec.id));
            assert!(matches!(inverse.effect, Effect::Open));
            assert_eq!(inverse.on, spec.on);
            assert_eq!(inverse.undo, Undo::By(spec.id.clone()));
            assert!(inverse.touches.iter().all(|t| t.becomes == Becomes::Before));
            let fields = |spec: &Spec| -> Vec<String> {
                spec.touches.iter().map(|t| t.field.clone()).collect()
            };
            assert_eq!(fields(inverse), fields(spec));
        }
    }

    #[test]
    fn every_action_is_on_a_known_kind_and_survives_writing() {
        let kinds = kinds();
        for spec in actions() {
            assert!(kinds.iter().any(|kind| kind.id == spec.on), "{}", spec.id);
            let written = serde_json::to_string(&spec).unwrap_or_default();
            let read: Result<Spec, _> = serde_json::from_str(&written);
            assert!(read.is_ok_and(|read| read.id == spec.id));
        }
    }
}
