//! Who may enter which role: users, roles, their policies and trust, as one account listing.
//!
//! Errs towards "could": a policy that could not be read may allow anything, and a deny of today, our own above all,
//! ends no session that was taken before it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aws_sdk_iam::types::{AttachedPolicy, EntityType, GroupDetail, PolicyDetail};
use serde_json::{Value, json};

use super::client::Handle;
use super::failure::Failure;
use super::foreign::Foreign;
use super::keys::time;
use super::kind;
use super::ours::is_ours;
use super::policy::{Says, Who, decoded, permits, trusts, without_denies};
use crate::domain::{Because, Fields, Found, Locator, NotSeen, Relation, Time, Why};

/// What is added where somebody's own policies deny today what they allow.
const DENIED: &str = "; now denied; sessions taken before live on";

/// A user or a role.
#[derive(Clone, Debug, Default)]
struct Holder {
    arn: String,
    id: String,
    policies: Vec<Value>,
}

/// A role.
#[derive(Clone, Debug, Default)]
struct Role {
    holder: Holder,
    trust: Value,
    created: Option<Time>,
    last_used: Option<Time>,
}

/// An account's users and roles.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    account: String,
    users: BTreeMap<String, Holder>,
    roles: BTreeMap<String, Role>,
}

/// Reads an account; what could not be read stands in the second answer.
pub(super) async fn read(on: &Handle, account: &str) -> (Graph, Vec<NotSeen>) {
    match details(on, account).await {
        Ok(graph) => (graph, Vec::new()),
        Err(failure) if failure.why().because == Because::NotImplemented => {
            match roles_only(on, account).await {
                Ok(graph) => (
                    graph,
                    vec![unseen("permissions to enter roles", failure.why())],
                ),
                Err(failure) => (
                    Graph::default(),
                    vec![unseen("trust policies", failure.why())],
                ),
            }
        }
        Err(failure) => (
            Graph::default(),
            vec![unseen("roles that could be entered", failure.why())],
        ),
    }
}

/// What stands for an account that could not be read in the time allowed.
pub(super) fn unread() -> (Graph, Vec<NotSeen>) {
    let why = Why::new(Because::Timeout, "the time allowed for reading is over");
    (
        Graph::default(),
        vec![unseen("roles that could be entered", why)],
    )
}

fn unseen(what: &str, why: Why) -> NotSeen {
    NotSeen {
        what: what.to_owned(),
        why,
        withholds: true,
    }
}

async fn details(on: &Handle, account: &str) -> Result<Graph, Failure> {
    let clients = on.clients().await.map_err(Failure::Unsent)?;
    let filter = [
        EntityType::User,
        EntityType::Role,
        EntityType::Group,
        EntityType::LocalManagedPolicy,
        EntityType::AwsManagedPolicy,
    ];
    let request = clients.iam.get_account_authorization_details();
    let mut pages = request
        .set_filter(Some(filter.to_vec()))
        .into_paginator()
        .send();
    let (mut users, mut roles, mut groups) = (Vec::new(), Vec::new(), BTreeMap::new());
    let mut managed = BTreeMap::new();
    while let Some(page) = pages.next().await {
        let page =
            page.map_err(|failed| Failure::of(&failed, "iam:GetAccountAuthorizationDetails"))?;
        users.extend(page.user_detail_list.unwrap_or_default());
        roles.extend(page.role_detail_list.unwrap_or_default());
        for group in page.group_detail_list.unwrap_or_default() {
            groups.insert(group.group_name().unwrap_or_default().to_owned(), group);
        }
        for policy in page.policies.unwrap_or_default() {
            let versions = policy.policy_version_list();
            let version = versions
                .iter()
                .find(|version| version.is_default_version)
                .or_else(|| versions.first());
            let text = version.and_then(|version| version.document());
            let arn = policy.arn().unwrap_or_default().to_owned();
            managed.insert(arn, document(text));
        }
    }
    let mut graph = Graph {
        account: account.to_owned(),
        ..Graph::default()
    };
    for user in users {
        let mut policies = inline(&others(user.user_policy_list()));
        policies.extend(attached(user.attached_managed_policies(), &managed));
        for name in user.group_list() {
            match groups.get(name) {
                Some(group) => policies.extend(of_group(group, &managed)),
                None => policies.push(Value::Null),
            }
        }
        let holder = Holder {
            arn: user.arn.unwrap_or_default(),
            id: user.user_id.unwrap_or_default(),
            policies,
        };
        graph
            .users
            .insert(user.user_name.unwrap_or_default(), holder);
    }
    for role in roles {
        let mut policies = inline(&others(role.role_policy_list()));
        policies.extend(attached(role.attached_managed_policies(), &managed));
        let last = role
            .role_last_used()
            .and_then(|last| time(last.last_used_date()));
        let read = Role {
            trust: document(role.assume_role_policy_document()),
            created: time(role.create_date()),
            last_used: last,
            holder: Holder {
                arn: role.arn.unwrap_or_default(),
                id: role.role_id.unwrap_or_default(),
                policies,
            },
        };
        graph.roles.insert(role.role_name.unwrap_or_default(), read);
    }
    Ok(graph)
}

/// Where the account listing is not offered: trust alone, and permissions count as unreadable.
async fn roles_only(on: &Handle, account: &str) -> Result<Graph, Failure> {
    let clients = on.clients().await.map_err(Failure::Unsent)?;
    let pages = clients.iam.list_roles().into_paginator().items().send();
    let listed: Result<Vec<_>, _> = pages.collect().await;
    let listed = listed.map_err(|failed| Failure::of(&failed, "iam:ListRoles"))?;
    let roles = listed.into_iter().map(|role| {
        let read = Role {
            trust: document(role.assume_role_policy_document()),
            created: time(Some(&role.create_date)),
            last_used: None,
            holder: Holder {
                arn: role.arn,
                id: role.role_id,
                policies: vec![Value::Null],
            },
        };
        (role.role_name, read)
    });
    Ok(Graph {
        account: account.to_owned(),
        users: BTreeMap::new(),
        roles: roles.collect(),
    })
}

/// A document as JSON; null where it could not be read.
fn document(text: Option<&str>) -> Value {
    text.and_then(|text| serde_json::from_str(&decoded(text)).ok())
        .unwrap_or_default()
}

/// Without the policies that are ours: what somebody could do is asked of what stood before them.
fn others(list: &[PolicyDetail]) -> Vec<PolicyDetail> {
    let ours = |policy: &&PolicyDetail| {
        let text = decoded(policy.policy_document().unwrap_or_default());
        is_ours(policy.policy_name().unwrap_or_default(), &text)
    };
    let left = list.iter().filter(|policy| !ours(policy));
    left.cloned().collect()
}

fn inline(list: &[PolicyDetail]) -> Vec<Value> {
    let text = |policy: &PolicyDetail| document(policy.policy_document());
    list.iter().map(text).collect()
}

fn attached(list: &[AttachedPolicy], managed: &BTreeMap<String, Value>) -> Vec<Value> {
    let find = |policy: &AttachedPolicy| {
        let arn = policy.policy_arn().unwrap_or_default();
        managed.get(arn).cloned().unwrap_or_default()
    };
    list.iter().map(find).collect()
}

fn of_group(group: &GroupDetail, managed: &BTreeMap<String, Value>) -> Vec<Value> {
    let mut policies = inline(group.group_policy_list());
    policies.extend(attached(group.attached_managed_policies(), managed));
    policies
}

impl Graph {
    /// The roles that these principals could enter, directly or one through another; `entered` are left out.
    pub(super) fn could_enter(&self, from: &[Locator], entered: &BTreeSet<Locator>) -> Vec<Found> {
        let role_named = |name: &str| Locator::new(&kind("role"), name, Some(&self.account));
        let mut found = Vec::new();
        let mut reached: BTreeSet<String> = BTreeSet::new();
        let mut queue: VecDeque<(Locator, bool)> = from
            .iter()
            .filter(|locator| locator.account() == Some(&self.account))
            .map(|locator| (locator.clone(), false))
            .collect();
        let starts: BTreeSet<&Locator> = from.iter().collect();
        let mut asked = BTreeSet::new();
        while let Some((asker, through)) = queue.pop_front() {
            if !asked.insert(asker.clone()) {
                continue;
            }
            let Some(holder) = self.holder(&asker) else {
                continue;
            };
            for (name, role) in &self.roles {
                let there = role_named(name);
                if reached.contains(name) || starts.contains(&there) || there == asker {
                    continue;
                }
                let Some(mut evidence) = self.way(&holder, role) else {
                    continue;
                };
                if through || asker.kind().noun() == "role" {
                    evidence.push_str(", through ");
                    evidence.push_str(&asker.to_string());
                }
                reached.insert(name.clone());
                queue.push_back((there.clone(), true));
                if !entered.contains(&there) {
                    found.push(Found {
                        what: there,
                        relation: Some(Relation::CouldEnter),
                        evidence,
                        at: None,
                        fields: role.fields(),
                    });
                }
            }
        }
        found
    }

    /// The roles of other accounts that these principals, and roles that they could enter, are allowed to enter.
    pub(super) fn could_enter_abroad(
        &self,
        from: &[Locator],
        here: &[Found],
        entered: &BTreeSet<Locator>,
    ) -> (Vec<Found>, Option<NotSeen>) {
        let mut foreign = Foreign::default();
        let askers = from.iter().chain(here.iter().map(|found| &found.what));
        for asker in askers.filter(|asker| asker.account() == Some(&self.account)) {
            if let Some(holder) = self.holder(asker) {
                foreign.add(&holder.arn, &holder.policies, &self.account, DENIED);
            }
        }
        foreign.told(entered)
    }

    /// The ARN of a user or role and the policies that it holds; nothing where it was not listed.
    pub(super) fn granted(&self, to: &Locator) -> Option<(String, Vec<Value>)> {
        let holder = match to.kind().noun() {
            "user" => self.users.get(to.id()),
            "role" => self.roles.get(to.id()).map(|role| &role.holder),
            _ => None,
        }?;
        Some((holder.arn.clone(), holder.policies.clone()))
    }

    fn holder(&self, asker: &Locator) -> Option<Holder> {
        match asker.kind().noun() {
            "user" => Some(self.users.get(asker.id()).cloned().unwrap_or_else(|| {
                // Not listed: its policies are unknown, and its path too.
                Holder {
                    arn: format!("arn:aws:iam::{}:user/{}", self.account, asker.id()),
                    id: String::new(),
                    policies: vec![Value::Null],
                }
            })),
            "role" => self.roles.get(asker.id()).map(|role| role.holder.clone()),
            _ => None,
        }
    }

    /// Why somebody could enter a role, where they could.
    fn way(&self, holder: &Holder, role: &Role) -> Option<String> {
        let who = Who {
            arn: &holder.arn,
            id: &holder.id,
            account: &self.account,
        };
        let Says::Allows {
            conditional,
            by_name,
        } = trusts(&role.trust, &who)
        else {
            return None;
        };
        let own = permits(&holder.policies, &role.holder.arn);
        let denied = own == Says::Denies;
        let own = if denied {
            let allowing: Vec<Value> = holder.policies.iter().map(without_denies).collect();
            permits(&allowing, &role.holder.arn)
        } else {
            own
        };
        let (text, conditional) = match own {
            Says::Nothing | Says::Allows { .. } if by_name => (
                format!("its trust policy lets {} in", holder.arn),
                conditional,
            ),
            Says::Nothing | Says::Denies => return None,
            Says::Allows {
                conditional: own, ..
            } => (
                format!(
                    "its trust policy lets the account in, and {} is allowed sts:AssumeRole",
                    holder.arn
                ),
                conditional || own,
            ),
        };
        let conditions = if conditional {
            ", under conditions"
        } else {
            ""
        };
        let denied = if denied { DENIED } else { "" };
        Some(format!("{text}{conditions}{denied}"))
    }
}

impl Role {
    fn fields(&self) -> Fields {
        let told = [
            ("arn", Some(self.holder.arn.clone())),
            ("created", self.created.map(|at| at.to_string())),
            ("last_used", self.last_used.map(|at| at.to_string())),
        ];
        told.into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), json!(value?))))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::ours::{DENY, DENY_NAME, END_NAME, end_document};
    use super::*;

    fn role(name: &str, trusted: &Value, policies: Vec<Value>) -> (String, Role) {
        let holder = Holder {
            arn: format!("arn:aws:iam::1:role/{name}"),
            id: format!("AROA{name}"),
            policies,
        };
        let trust = json!({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": trusted}}]});
        (
            name.to_owned(),
            Role {
                holder,
                trust,
                ..Role::default()
            },
        )
    }

    #[test]
    fn roles_are_reached_by_name_by_permission_and_through_one_another() {
        let enter = json!({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::1:role/a*"}});
        let holder = Holder {
            arn: "arn:aws:iam::1:user/bot".into(),
            id: "AIDABOT".into(),
            policies: vec![enter],
        };
        let root = json!("arn:aws:iam::1:root");
        let graph = Graph {
            account: "1".into(),
            users: [("bot".to_owned(), holder)].into(),
            roles: [
                role("a-permitted", &root, Vec::new()),
                role("b-not-permitted", &root, Vec::new()),
                role("c-named", &json!("arn:aws:iam::1:user/bot"), Vec::new()),
                role(
                    "d-chained",
                    &json!("arn:aws:iam::1:role/c-named"),
                    Vec::new(),
                ),
                role("e-foreign", &json!("arn:aws:iam::2:root"), Vec::new()),
                role("f-entered", &json!("arn:aws:iam::1:user/bot"), Vec::new()),
            ]
            .into(),
        };
        let named = |text: &str| text.parse().unwrap_or_else(|_| unreachable!("{text}"));
        let user: Locator = named("aws:user/bot@1");
        let entered = [named("aws:role/f-entered@1")].into();
        let found = graph.could_enter(&[user], &entered);
        let names: Vec<&str> = found.iter().map(|found| found.what.id()).collect();
        assert_eq!(names, ["a-permitted", "c-named", "d-chained"]);
        let through = found.iter().find(|found| found.what.id() == "d-chained");
        assert!(through.is_some_and(|f| f.evidence.contains("through aws:role/c-named@1")));
    }

    #[test]
    fn a_deny_of_the_asker_hides_no_role_whose_sessions_may_live() {
        let policies = [
            json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:iam::1:role/a"}}),
            json!({"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}),
        ];
        let holder = Holder {
            arn: "arn:aws:iam::1:user/bot".into(),
            id: "AIDABOT".into(),
            policies: policies.to_vec(),
        };
        let root = json!("arn:aws:iam::1:root");
        let graph = Graph {
            account: "1".into(),
            users: [("bot".to_owned(), holder)].into(),
            roles: [
                role("a", &root, Vec::new()),
                role("b-never-allowed", &root, Vec::new()),
                role("c-named", &json!("arn:aws:iam::1:user/bot"), Vec::new()),
            ]
            .into(),
        };
        let user: Locator = "aws:user/bot@1".parse().unwrap_or_else(|_| unreachable!());
        let found = graph.could_enter(&[user], &BTreeSet::new());
        let names: Vec<&str> = found.iter().map(|found| found.what.id()).collect();
        assert_eq!(names, ["a", "c-named"]);
        assert!(found.iter().all(|found| found.evidence.ends_with(DENIED)));
    }

    #[test]
    fn only_what_is_ours_by_name_and_content_is_left_out() {
        let policy = |name: &str, document: &str| {
            PolicyDetail::builder()
                .policy_name(name)
                .policy_document(document)
                .build()
        };
        let allow = r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        let end = end_document(Time::UNIX_EPOCH);
        let left = others(&[
            policy(DENY_NAME, DENY),
            policy(END_NAME, &end),
            policy(DENY_NAME, allow),
            policy("theirs", DENY),
        ]);
        let names: Vec<_> = left.iter().filter_map(PolicyDetail::policy_name).collect();
        assert_eq!(names, [DENY_NAME, "theirs"]);
    }
}
