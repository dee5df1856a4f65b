//! What our sessions are to permit: exactly what is done, in as few sessions as AWS's limits allow.
//!
//! Never drops what is needed and never leaves a session unlimited; what is broader than needed says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::accounts::Links;
use super::pass::{self, LONGEST, broader, compact, fits};
use super::permission;
use crate::domain::{Pass, Time, Why};
use crate::provider::{Need, Remit, Want};

/// The remits of these calls, in their order. Calls share one while its policy fits into a session, in the order in which
/// they stand, so that the same plan always comes to the same.
pub(super) fn remits(
    links: &Links,
    wants: &[Want<'_>],
    partition: &str,
) -> Vec<Option<Arc<Remit>>> {
    let mut answers = vec![None; wants.len()];
    // What goes through the organisation's role waits for nothing else, and nothing else for it.
    let mut shares: BTreeMap<_, Vec<(usize, &Want<'_>)>> = BTreeMap::new();
    for (at, want) in wants.iter().enumerate() {
        let account = want.account.filter(|account| links.has(account));
        let link = links.of(account);
        let elsewhere = link.organization.get().is_some() && want.needs.iter().any(of_organization);
        if link.settings.role.is_some() || elsewhere {
            let share = shares.entry((account, elsewhere, want.named)).or_default();
            share.push((at, want));
        }
    }
    for ((account, ..), wants) in shares {
        let mut open: Vec<(usize, &Want<'_>)> = Vec::new();
        let mut policy = String::new();
        let mut close = |open: &mut Vec<(usize, &Want<'_>)>, policy: &str| {
            let remit = Arc::new(remit(account, policy));
            for (at, _) in open.drain(..) {
                if let Some(answer) = answers.get_mut(at) {
                    *answer = Some(Arc::clone(&remit));
                }
            }
        };
        for want in wants {
            open.push(want);
            let more = exact(&open, partition);
            if open.len() > 1 && !fits(&more) {
                let last = open.pop();
                close(&mut open, &policy);
                open.extend(last);
                policy = exact(&open, partition);
            } else {
                policy = more;
            }
        }
        if !open.is_empty() {
            close(&mut open, &policy);
        }
    }
    answers
}

/// The policy of exactly what these calls need.
fn exact(open: &[(usize, &Want<'_>)], partition: &str) -> String {
    let needs: Vec<Need<'_>> = open
        .iter()
        .flat_map(|(_, want)| want.needs.iter().copied())
        .collect();
    compact(&permission::policy(&needs, partition))
}

/// What a session permits, by its policy, or where that does not fit by the same actions on everything.
fn remit(account: Option<&str>, policy: &str) -> Remit {
    let account = account.map(str::to_owned);
    if fits(policy) {
        return Remit {
            account,
            policy: policy.to_owned(),
            broader: None,
        };
    }
    let text = format!(
        "the policy of exactly what one item does is more than a session of AWS takes ({LONGEST} ASCII characters): its \
         session permits the same actions on everything"
    );
    Remit {
        account,
        policy: broader(policy),
        broader: Some(text),
    }
}

/// Whether something is asked of the organisation, with the role for that.
fn of_organization(need: &Need<'_>) -> bool {
    need.permissions.iter().any(|one| is_of_organization(one))
}

fn is_of_organization(permission: &str) -> bool {
    let service = permission.split(':').next().unwrap_or_default();
    matches!(service, "organizations" | "sso" | "identitystore")
}

/// Takes the sessions of a remit; those that are new.
pub(super) async fn enter(links: &Links, remit: &Remit, incident: &str) -> Result<Vec<Pass>, Why> {
    let link = links.of(remit.account.as_deref());
    let mut passes = Vec::new();
    passes.extend(pass::take(link, remit, incident).await?);
    let asks = ["organizations:", "sso:", "identitystore:"]
        .iter()
        .any(|service| remit.policy.contains(&format!("\"{service}")));
    if let Some(organization) = link.organization.get().filter(|_| asks) {
        passes.extend(pass::take(organization, remit, incident).await?);
    }
    Ok(passes)
}

/// Lets the sessions of a remit be broader from now on; whether one was not under which something was sent at this time.
pub(super) async fn widen(links: &Links, remit: &Remit, sent: Time) -> bool {
    let link = links.of(remit.account.as_deref());
    let all = std::iter::once(link).chain(link.organization.get());
    let mut is_news = false;
    for link in all {
        let has_role = link.settings.role.is_some() && remit.broader.is_none();
        is_news |= has_role && link.sessions.widen(&remit.policy, sent).await;
    }
    is_news
}

#[cfg(test)]
mod tests {
    use super::super::adapter::Settings;
    use super::*;
    use crate::domain::{Clock, Locator};

    fn links() -> Links {
        let role = |account: &str| format!("arn:aws:iam::{account}:role/responder");
        let settings = Settings {
            role: Some(role("111111111111")),
            accounts: [("222222222222".to_owned(), role("222222222222"))].into(),
            ..Settings::default()
        };
        Links::new(settings, Clock::wall())
    }

    fn user(name: &str, account: &str) -> Locator {
        let text = format!("aws:user/{name}@{account}");
        text.parse().unwrap_or_else(|_| unreachable!("{text}"))
    }

    fn wants<'a>(users: &'a [Locator], permissions: &'a [String]) -> Vec<Want<'a>> {
        let want = |target: &'a Locator| Want {
            account: target.account(),
            named: true,
            needs: vec![Need {
                permissions,
                target: Some(target),
                seen: None,
            }],
        };
        users.iter().map(want).collect()
    }

    #[test]
    fn calls_share_a_session_while_its_policy_fits_and_each_is_in_exactly_one() {
        let users: Vec<Locator> = (0..200)
            .map(|at| user(&format!("bot-{at:03}"), "111111111111"))
            .collect();
        let permissions = ["iam:PutUserPolicy".to_owned()];
        let wants = wants(&users, &permissions);
        let answers = remits(&links(), &wants, "aws");
        assert_eq!(answers, remits(&links(), &wants, "aws"));
        let mut all: Vec<String> = Vec::new();
        for (target, remit) in users.iter().zip(&answers) {
            let remit = remit.as_ref().unwrap_or_else(|| unreachable!("{target}"));
            assert!(fits(&remit.policy) && remit.broader.is_none());
            assert!(remit.policy.contains(&format!("user/{}\"", target.id())));
            if all.last() != Some(&remit.policy) {
                all.push(remit.policy.clone());
            }
        }
        assert!((2..40).contains(&all.len()), "{}", all.len());
        let named = |policy: &String| policy.matches("user/bot-").count();
        assert_eq!(all.iter().map(named).sum::<usize>(), 200);
    }

    #[test]
    fn what_was_named_shares_a_session_with_nothing_that_was_discovered() {
        let users: Vec<Locator> = (0..4)
            .map(|at| user(&format!("bot-{at}"), "111111111111"))
            .collect();
        let permissions = ["iam:PutUserPolicy".to_owned()];
        let mut wants = wants(&users, &permissions);
        for (at, want) in wants.iter_mut().enumerate() {
            want.named = at % 2 == 0;
        }
        let answers = remits(&links(), &wants, "aws");
        let policies = answers.iter().flatten().map(|remit| &remit.policy);
        let policies: Vec<&String> = policies.collect();
        assert_eq!(policies.len(), 4);
        assert_eq!(policies.first(), policies.get(2));
        assert_eq!(policies.get(1), policies.get(3));
        assert_ne!(policies.first(), policies.get(1));
    }

    #[test]
    fn each_account_has_sessions_of_its_own_and_without_a_role_there_is_none() {
        let users = [user("a", "111111111111"), user("b", "222222222222")];
        let permissions = ["iam:PutUserPolicy".to_owned()];
        let wants = wants(&users, &permissions);
        let accounts: Vec<Option<String>> = remits(&links(), &wants, "aws")
            .into_iter()
            .flatten()
            .map(|remit| remit.account.clone())
            .collect();
        assert_eq!(accounts, [None, Some("222222222222".to_owned())]);
        let bare = Links::new(Settings::default(), Clock::wall());
        assert_eq!(remits(&bare, &wants, "aws"), [None, None]);
    }

    #[test]
    fn what_does_not_fit_by_itself_is_broader_bounded_and_told() {
        let users = [user(&"x".repeat(1500), "111111111111")];
        let permissions = ["iam:PutUserPolicy".to_owned()];
        let answers = remits(&links(), &wants(&users, &permissions), "aws");
        let remit = answers.into_iter().flatten().next();
        let remit = remit.unwrap_or_else(|| unreachable!());
        assert!(fits(&remit.policy) && remit.broader.is_some());
        assert!(remit.policy.contains(r#""iam:PutUserPolicy""#));
        assert!(!remit.policy.contains(r#""Action":"*""#) && !remit.policy.contains("iam:*"));
    }
}
