//! Which secret in a pasted text belongs to which AWS key id: what stands together belongs together.
//!
//! Never guesses across what clearly parts two credentials when something nearer is left.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::domain::Secret;
use crate::provider::leak::{Hidden, Named, Paired};

/// How far apart, in bytes, an id and its secret may stand.
const NEAR: usize = 2048;
/// How long a secret access key is in every example that AWS publishes; no page states it.
const LENGTH: usize = 40;

/// The form in which a session is tried.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Triple<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    session_token: &'a str,
}

/// For each id its secret: the secret access key, and for a session all three together.
pub(super) fn pair(text: &str, named: &[Named], hidden: &[Hidden<'_>]) -> Paired {
    let is_secret = |hidden: &&Hidden<'_>| match hidden.name.as_str() {
        "" => is_drawn(hidden.text),
        name => name.ends_with("secretaccesskey") || name.ends_with("secretkey"),
    };
    let is_token = |hidden: &&Hidden<'_>| {
        let name = hidden.name.as_str();
        name.ends_with("sessiontoken") || name.ends_with("securitytoken")
    };
    let secrets = assign(text, named, hidden.iter().filter(is_secret), |_| true);
    let is_session = |named: &Named| named.kind.noun() == "session";
    let tokens = assign(text, named, hidden.iter().filter(is_token), is_session);
    let both = named.iter().zip(secrets.into_iter().zip(tokens));
    both.map(|(named, (secret, token))| {
        let secret = secret?;
        if !is_session(named) {
            let value = Secret::new(secret.text.to_owned());
            return Some((value, vec![secret.at.clone()]));
        }
        let token = token?;
        let triple = Triple {
            access_key_id: &named.id,
            secret_access_key: secret.text,
            session_token: token.text,
        };
        let triple = Zeroizing::new(serde_json::to_string(&triple).ok()?);
        let places = vec![secret.at.clone(), token.at.clone()];
        Some((Secret::new(triple.as_str().to_owned()), places))
    })
    .collect()
}

/// Whether a text without a name has the form of a secret access key rather than of a digest or a path.
fn is_drawn(text: &str) -> bool {
    let has = |of: fn(char) -> bool| text.chars().any(of);
    text.len() == LENGTH
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '+'))
        && has(|c| c.is_ascii_uppercase())
        && has(|c| c.is_ascii_lowercase())
        && has(|c| c.is_ascii_digit() || matches!(c, '/' | '+'))
}

/// Gives each hidden text, in order, to the best id that has none yet: before it rather than after it, and rather
/// without a border between.
fn assign<'a, 'h: 'a>(
    text: &str,
    named: &[Named],
    hidden: impl Iterator<Item = &'a Hidden<'h>>,
    takes: impl Fn(&Named) -> bool,
) -> Vec<Option<&'a Hidden<'h>>> {
    let mut given: Vec<Option<&Hidden<'h>>> = named.iter().map(|_| None).collect();
    let mut served: BTreeSet<&str> = BTreeSet::new();
    for hidden in hidden {
        let mut best: Option<((bool, bool, usize), usize)> = None;
        // Both are in the order of the text, so only what is near is looked at.
        let first = named.partition_point(|id| id.at.end + NEAR < hidden.at.start);
        let near = named.iter().enumerate().skip(first);
        for (place, id) in near.take_while(|(_, id)| id.at.start <= hidden.at.end + NEAR) {
            if !takes(id) || served.contains(id.id.as_str()) {
                continue;
            }
            let is_before = id.at.end <= hidden.at.start;
            let between = if is_before {
                id.at.end..hidden.at.start
            } else {
                hidden.at.end..id.at.start
            };
            if between.len() > NEAR {
                continue;
            }
            let rank = (has_border(text, &between), !is_before, between.len());
            if best.is_none_or(|(known, _)| rank < known) {
                best = Some((rank, place));
            }
        }
        if let Some((_, place)) = best
            && let (Some(slot), Some(id)) = (given.get_mut(place), named.get(place))
        {
            *slot = Some(hidden);
            served.insert(&id.id);
        }
    }
    given
}

/// Whether something parts two credentials: an empty line, the head of a profile, the end of an object.
fn has_border(text: &str, between: &Range<usize>) -> bool {
    let between = text.get(between.clone()).unwrap_or_default();
    let borders = [
        "\n\n",
        "\r\n\r\n",
        "\r\r",
        "\n[",
        "\r[",
        "}",
        "</AccessKey>",
        "</Credentials>",
    ];
    borders.iter().any(|border| between.contains(border))
}
