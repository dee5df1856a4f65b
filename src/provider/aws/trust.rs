//! Whom the trust policy of a role lets in, and by which way.
//!
//! Never follows a way further: whoever is named is looked at by [`super::branch`].

use std::collections::BTreeSet;

use serde_json::Value;

use super::branch::Look;
use super::client::{Clients, Handle};
use super::failure::Failure;
use super::policy::{is_deny, statements, texts};
use super::resolve::principal;
use super::service::anywhere;
use super::{account_of_arn, kind};
use crate::domain::{Because, Locator, Why};

/// Somebody whom a trust policy lets in.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Let {
    /// A principal of AWS: an ARN, an account, or everybody.
    Aws(String),
    /// Whoever this identity provider vouches for.
    Federated(String),
    /// A service, for its workloads.
    Service(String),
}

type Of = fn(String) -> Let;

/// Whom a trust policy lets in, whatever its conditions; `*` stands for what a statement leaves out.
fn let_in(trust: &Value) -> Vec<Let> {
    let mut all = BTreeSet::new();
    for statement in statements(trust).filter(|statement| !is_deny(statement)) {
        match statement.get("Principal") {
            Some(Value::Object(by_type)) => {
                let types: [(&str, Of); 3] = [
                    ("AWS", Let::Aws),
                    ("Federated", Let::Federated),
                    ("Service", Let::Service),
                ];
                for (name, of) in types {
                    let named = texts(by_type.get(name)).into_iter();
                    all.extend(named.map(|named| of(named.to_owned())));
                }
            }
            Some(_) | None => {
                all.insert(Let::Aws("*".to_owned()));
            }
        }
    }
    all.into_iter().collect()
}

/// Whoever a trust policy lets into a role, as far as it says.
pub(super) async fn ways_in(
    on: &Handle,
    clients: &Clients,
    (role, arn): (&Locator, &str),
    trust: &Value,
    look: &mut Look,
) {
    let said = let_in(trust);
    // Whoever is named alone is how we came, and without them nobody comes again. Of several each could go without us
    // noticing, and who of them let us in is not told.
    let is_one_of_several = said.len() > 1;
    let (mut ec2, mut anywhere) = (false, false);
    let untold = |who: &str| {
        (
            format!("who comes into {role}"),
            Why::new(
                Because::NotImplemented,
                format!("its trust lets in {who}, and does not say whom of it"),
            ),
        )
    };
    for one in &said {
        match one {
            Let::Aws(_) if is_one_of_several => {}
            Let::Aws(who) => match principal(who) {
                Some(named) => {
                    look.parts
                        .push((named.clone(), format!("the trust of {role} names it")));
                    look.next.push(named);
                }
                None => {
                    let (what, why) = untold(who);
                    look.blind(what, why);
                }
            },
            Let::Federated(arn) => {
                let account = account_of_arn(arn);
                let provider = Locator::new(&kind("resource"), arn, account.or(role.account()));
                look.parts.push((
                    provider,
                    format!("the trust of {role} lets in whom it vouches for"),
                ));
            }
            Let::Service(service) if service.starts_with("ec2.amazonaws.com") => ec2 = true,
            Let::Service(service) if service.starts_with("rolesanywhere.amazonaws.com") => {
                anywhere = true;
            }
            Let::Service(service) => {
                let (what, why) = untold(service);
                look.blind(what, why);
            }
        }
    }
    if ec2 {
        let pages = clients
            .iam
            .list_instance_profiles_for_role()
            .role_name(role.id())
            .into_paginator();
        let all: Result<Vec<_>, _> = pages.items().send().collect().await;
        let all = all.map_err(|failed| Failure::of(&failed, "iam:ListInstanceProfilesForRole"));
        look.take(
            all,
            &format!("the instance profiles with {role}"),
            |profile| {
                let profile = Locator::new(
                    &kind("instance-profile"),
                    &profile.instance_profile_name,
                    role.account(),
                );
                (profile, format!("instances come into {role} through it"))
            },
        );
    }
    if anywhere {
        let (found, not_seen) = anywhere::ways_into(on, arn, role.account()).await;
        let why = || format!("workloads with a certificate come into {role} through it");
        look.parts.extend(found.into_iter().map(|one| (one, why())));
        look.not_seen.extend(not_seen);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_trust_policy_says_whom_it_lets_in() {
        let trust = json!({"Statement": [
            {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::1:user/a", "1"], "Service": "ec2.amazonaws.com"}},
            {"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::1:user/b"}},
            {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/ci.example"}},
            {"Effect": "Allow", "Principal": "*"},
        ]});
        assert_eq!(
            let_in(&trust),
            [
                Let::Aws("*".to_owned()),
                Let::Aws("1".to_owned()),
                Let::Aws("arn:aws:iam::1:user/a".to_owned()),
                Let::Federated("arn:aws:iam::1:oidc-provider/ci.example".to_owned()),
                Let::Service("ec2.amazonaws.com".to_owned()),
            ]
        );
        let all = json!({"Statement": {"Effect": "Allow", "NotPrincipal": {"AWS": "1"}}});
        assert_eq!(let_in(&all), [Let::Aws("*".to_owned())]);
    }
}
