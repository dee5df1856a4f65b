//! The SSH keys that a token may have added to its user's account: they outlive it.
//!
//! Never calls a list whole that GitHub shows to others: unverified keys are not in it. Never takes the scopes that a token
//! was last seen with for those that it always had: they can be edited, and the token stays the same.

use serde_json::{Value, json};

use super::action::{Request, Who};
use super::adapter::Handle;
use super::exchange;
use super::id::Id;
use super::{kind, look};
use crate::domain::{
    Because, Fields, Found, Locator, NotSeen, Query, Reading, Relation, Time, Why,
};

/// One of these a token with scopes needs to add a key (REST API, "Create a public SSH key for the authenticated user").
const ADDS: [&str; 2] = ["write:public_key", "admin:public_key"];
/// What is added where the scopes speak against it. Nothing tells what they were before.
const UNABLE: &str = "; the token's scopes, as last seen, let it add none, which leaves keys only where they were wider before";
const BY_HAND: &str = "the user looks under Settings, SSH and GPG keys";

fn unseen(into: &mut Reading, because: Because, text: String) {
    into.not_seen.push(NotSeen {
        what: "ssh-key of the user whose token it is".to_owned(),
        why: Why::new(because, text),
        withholds: true,
    });
}

/// The keys of a token's user that were added since the window began, or are not said since when. All of them can be listed only with a token of ours
/// that is the same user's; of others GitHub shows those that it has verified.
pub(super) async fn left_behind(on: &Handle, query: &Query, into: &mut Reading) {
    let told = on.taken().of(&query.target).unwrap_or_default();
    let seems_unable = told.scopes.is_some_and(|scopes| !adds_keys(&scopes));
    let Some(id) = told.owner.and_then(|owner| Id::read("user", &owner)) else {
        let text = format!(
            "whose token it is was never seen, so that their keys are not known: {BY_HAND}"
        );
        unseen(into, Because::NotImplemented, text);
        return;
    };
    let owner = id.at(0).to_owned();
    let is_ours = look::login(on).await.is_ok_and(|login| login == owner);
    let request = if is_ours {
        Request::get(&["user", "keys"]).by(Who::Owner)
    } else {
        Request::get(&["users", &owner, "keys"])
    };
    match exchange::list(on, &request, (None, usize::MAX), Some(&id)).await {
        Ok(listed) => {
            for item in &listed.items {
                match found(on, query, (&owner, item)) {
                    Some(Some(one)) => {
                        if one.at.is_none() {
                            let text = format!(
                                "since when {owner} has the key {} is not told, so that the token may have added it: {BY_HAND}",
                                one.what.id()
                            );
                            unseen(into, Because::Garbled, text);
                        }
                        into.found.push(one);
                    }
                    Some(None) => {}
                    None => {
                        let text = "an element of the list of keys has no id".to_owned();
                        unseen(into, Because::Garbled, text);
                    }
                }
            }
            if listed.is_cut {
                let text = format!("the keys of {owner} are too many to be read to their end");
                unseen(into, Because::Garbled, text);
            } else if !is_ours {
                let scopes = if seems_unable { UNABLE } else { "" };
                let text = format!(
                    "of the keys of {owner} GitHub shows to others only those that it has verified{scopes}: {BY_HAND}"
                );
                unseen(into, Because::NotImplemented, text);
            }
        }
        Err(why) => unseen(into, why.because, format!("{}: {BY_HAND}", why.text)),
    }
}

/// Whether scopes, as GitHub tells them, let a token add keys.
fn adds_keys(scopes: &str) -> bool {
    let mut scopes = scopes.split(',').map(str::trim);
    scopes.any(|scope| ADDS.contains(&scope))
}

/// A key of a list where it was added since the window began. One that does not say when is its user's, as a deleted key
/// cannot be given back. Nothing at all where it is no key.
fn found(on: &Handle, query: &Query, (owner, item): (&str, &Value)) -> Option<Option<Found>> {
    let number = item.get("id")?.as_u64()?;
    let id = Id::read("ssh-key", &format!("{owner}/{number}"))?;
    let made = item.get("created_at").and_then(Value::as_str);
    let at = made.and_then(|made| made.parse::<Time>().ok());
    if at.is_some_and(|at| at < query.since) {
        return Some(None);
    }
    let account = on.link.account().ok()?;
    let mut fields = Fields::new();
    for (field, member) in [
        ("created", "created_at"),
        ("last_used", "last_used"),
        ("title", "title"),
    ] {
        let value = item.get(member).filter(|value| value.is_string());
        fields.extend(value.map(|value| (field.to_owned(), json!(value))));
    }
    let (relation, evidence) = match at {
        Some(_) => (
            Relation::Minted,
            format!("added since {} by {owner}, whose token it is", query.since),
        ),
        None => (
            Relation::Held,
            format!("among the keys of {owner}, whose token it is, and not said since when"),
        ),
    };
    Some(Some(Found {
        what: Locator::new(&kind("ssh-key"), &id.text(), Some(&account)),
        relation: Some(relation),
        evidence,
        at,
        fields,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_some_scopes_add_keys() {
        for (scopes, adds) in [
            ("repo, admin:org", false),
            ("repo, write:public_key", true),
            ("admin:public_key", true),
            ("read:public_key", false),
            ("user", false),
        ] {
            assert_eq!(adds_keys(scopes), adds, "{scopes}");
        }
    }
}
