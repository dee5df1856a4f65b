//! What a user of Identity Center is assigned: permission sets on accounts, by itself and by its groups.
//!
//! Never calls dead what service control policies do not bind: the management account is left to people, with steps.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::action::quoted;
use super::super::client::Handle;
use super::super::failure::Failure;
use super::super::kind;
use super::super::signed::{IDENTITY_STORE, SSO_ADMIN};
use super::Place;
use super::center::{User, ask, garbled, of, pages};
use crate::domain::{Fields, Found, Locator, NotSeen, Query, Reading, Relation, Why};

const ASSIGNED: &str = "sso:ListAccountAssignmentsForPrincipal";

/// One permission set on one account.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Assignment {
    pub(super) account: String,
    set: String,
    /// The group by which it comes, with the membership in it.
    group: Option<(String, String)>,
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

/// The groups of a user, and its membership in each.
async fn groups(on: &Handle, place: &Place, user: &User) -> Result<Vec<(String, String)>, Failure> {
    let permission = "identitystore:ListGroupMembershipsForMember";
    let body = json!({"IdentityStoreId": user.of.store, "MemberId": {"UserId": user.id}});
    let asked = (IDENTITY_STORE, permission);
    let all = pages(on, asked, &place.region, body, "GroupMemberships").await?;
    let read = |one: &Value| Some((text(one, "GroupId")?, text(one, "MembershipId")?));
    let read: Option<Vec<_>> = all.iter().map(read).collect();
    read.ok_or_else(|| garbled(permission, "group"))
}

/// What a user is assigned, by itself and by its groups; what could not be asked is said.
pub(super) async fn assignments(
    on: &Handle,
    place: &Place,
    user: &User,
    target: &Locator,
) -> (BTreeSet<Assignment>, Vec<NotSeen>) {
    let unseen = |failure: &Failure| NotSeen {
        what: format!("what {target} is assigned"),
        why: failure.why(),
        withholds: true,
    };
    let mut not_seen = Vec::new();
    let groups = groups(on, place, user).await.unwrap_or_else(|failure| {
        not_seen.push(unseen(&failure));
        Vec::new()
    });
    let mut all = BTreeSet::new();
    let askers = groups.into_iter().map(Some).chain([None]);
    for group in askers {
        let (id, of) = match &group {
            Some((id, _)) => (id, "GROUP"),
            None => (&user.id, "USER"),
        };
        let body = json!({"InstanceArn": user.of.arn, "PrincipalId": id, "PrincipalType": of});
        let listed = pages(
            on,
            (SSO_ADMIN, ASSIGNED),
            &place.region,
            body,
            "AccountAssignments",
        );
        match listed.await {
            // Those of its groups may be listed for a user as well: they are asked for by themselves.
            Ok(listed) => all.extend(listed.iter().filter_map(|one| {
                let is_its = text(one, "PrincipalId").is_none_or(|said| said == *id);
                is_its.then_some(Assignment {
                    account: text(one, "AccountId")?,
                    set: text(one, "PermissionSetArn")?,
                    group: group.clone(),
                })
            })),
            Err(failure) => not_seen.push(unseen(&failure)),
        }
    }
    not_seen.dedup();
    (all, not_seen)
}

/// The name of a permission set, where it may be looked up.
async fn named(on: &Handle, place: &Place, user: &User, set: &str) -> Option<String> {
    let body = json!({"InstanceArn": user.of.arn, "PermissionSetArn": set});
    let asked = (SSO_ADMIN, "sso:DescribePermissionSet");
    let said = ask(on, asked, &place.region, body).await.ok()?;
    text(said.get("PermissionSet")?, "Name")
}

/// What a user is assigned: each permission set on each account, and by what.
pub(in super::super) async fn grants(on: &Handle, query: &Query) -> Result<Reading, Why> {
    let target = &query.target;
    let (place, user) = of(on, target).await.map_err(|failure| failure.why())?;
    let (assigned, not_seen) = assignments(on, &place, &user, target).await;
    let sets: BTreeSet<&str> = assigned.iter().map(|one| one.set.as_str()).collect();
    let mut names = BTreeMap::new();
    for set in sets {
        names.insert(set.to_owned(), named(on, &place, &user, set).await);
    }
    let found = |one: &Assignment| Found {
        what: target.clone(),
        relation: None,
        evidence: format!("listed by {ASSIGNED}"),
        at: None,
        fields: Fields::from([
            ("account".to_owned(), json!(one.account)),
            ("permission_set".to_owned(), json!(one.set)),
            ("name".to_owned(), json!(names.get(&one.set))),
            (
                "group".to_owned(),
                json!(one.group.as_ref().map(|(group, _)| group)),
            ),
        ]),
    };
    Ok(Reading {
        found: assigned.iter().map(found).collect(),
        not_seen,
        ..Reading::default()
    })
}

/// What a person has to look after, for no service control policy binds it.
pub(super) fn owed(
    arn: &str,
    owner: &str,
    (why, steps): (&str, String),
    evidence: String,
) -> Found {
    Found {
        what: Locator::new(&kind("resource"), arn, Some(owner)),
        relation: Some(Relation::Held),
        evidence,
        at: None,
        fields: Fields::from([
            ("arn".to_owned(), json!(arn)),
            ("why".to_owned(), json!(why)),
            ("steps".to_owned(), json!(steps)),
        ]),
    }
}

/// How its sessions in the management account are ended.
pub(super) fn ending(user: &str) -> String {
    format!(
        "what it holds there lives for up to 12 hours: deny everything where identitystore:UserId is {} in the inline policy of the permission set, beside what stands there (aws sso-admin put-inline-policy-to-permission-set, then provision-permission-set)",
        quoted(user)
    )
}

/// What it is assigned in the management account, one for each permission set.
pub(super) fn unbound(place: &Place, user: &User, assigned: &BTreeSet<Assignment>) -> Vec<Found> {
    let region = quoted(&place.region);
    let mut steps: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for one in assigned.iter().filter(|one| one.account == user.of.owner) {
        let step = match &one.group {
            Some((_, membership)) => format!(
                "aws identitystore delete-group-membership --region {region} --identity-store-id {} --membership-id {}",
                quoted(&user.of.store),
                quoted(membership)
            ),
            None => format!(
                "aws sso-admin delete-account-assignment --region {region} --instance-arn {} --target-id {} --target-type AWS_ACCOUNT --permission-set-arn {} --principal-type USER --principal-id {}",
                quoted(&user.of.arn),
                quoted(&one.account),
                quoted(&one.set),
                quoted(&user.id)
            ),
        };
        steps.entry(&one.set).or_default().push(step);
    }
    let why =
        "it is assigned in the management account, which service control policies do not bind";
    let found = |(set, mut steps): (&str, Vec<String>)| {
        steps.push(ending(&user.id));
        let said = (why, steps.join("\n"));
        owed(set, &user.of.owner, said, format!("listed by {ASSIGNED}"))
    };
    steps.into_iter().map(found).collect()
}

#[cfg(test)]
mod tests {
    use super::super::center::Instance;
    use super::*;

    const ID: &str = "a1b2c3d4-5678-90ab-cdef-111111111111";

    fn alice() -> User {
        let of = Instance {
            arn: "arn:aws:sso:::instance/ssoins-1".to_owned(),
            store: "d-1234567890".to_owned(),
            owner: "999999999999".to_owned(),
        };
        User::new(of, ID, json!({"UserName": "alice@corp.example"}))
    }

    #[test]
    fn what_is_assigned_in_the_management_account_is_owed_with_the_steps_of_each_way() {
        let one = |account: &str, set: &str, group: Option<&str>| Assignment {
            account: account.to_owned(),
            set: set.to_owned(),
            group: group.map(|member| ("g".to_owned(), member.to_owned())),
        };
        let all = [
            one(
                "123456789012",
                "arn:aws:sso:::permissionSet/ssoins-1/ps-1",
                None,
            ),
            one(
                "999999999999",
                "arn:aws:sso:::permissionSet/ssoins-1/ps-1",
                None,
            ),
            one(
                "999999999999",
                "arn:aws:sso:::permissionSet/ssoins-1/ps-1",
                Some("m; reboot"),
            ),
        ]
        .into();
        let place = Place {
            region: "eu-west-1".to_owned(),
            name: ID.to_owned(),
        };
        let found = unbound(&place, &alice(), &all);
        let [found] = found.as_slice() else {
            unreachable!("{found:?}")
        };
        let steps = found.fields.get("steps").and_then(Value::as_str);
        let steps: Vec<&str> = steps.unwrap_or_default().lines().collect();
        let [direct, group, ending] = steps.as_slice() else {
            unreachable!("{steps:?}")
        };
        assert!(direct.contains("delete-account-assignment") && direct.contains(ID));
        assert!(group.ends_with("--membership-id 'm; reboot'"), "{group}");
        assert!(ending.contains("identitystore:UserId"));
    }
}
