//! What the specs of Redis have in common.
//!
//! Each file says the rest itself. Never decides an effect.

use serde_json::Value;

use super::super::{action, bound, kind};
use super::Action;
use crate::domain::shell::quoted;
use crate::domain::{Becomes, Call, Cut, Effect, Repeat, Spec, Tier, Touch, Undo};

/// A cut of fields of a user, given back by an action of its own, that may be sent again.
pub(super) fn cut(verb: &str, undo: &str, cut: Cut, touches: &[(&str, Value)]) -> Spec {
    let touches = touches.iter().map(|(field, value)| Touch {
        field: (*field).to_owned(),
        becomes: Becomes::Is(value.clone()),
    });
    Spec {
        id: action(verb),
        title: String::new(),
        on: kind("user"),
        effect: Effect::Cut(cut),
        hurts: String::new(),
        touches: touches.collect(),
        params: Vec::new(),
        floor: Tier::LOW,
        undo: Undo::By(action(undo)),
        repeat: Repeat::SetLike,
        batch: 1,
        permissions: words(&["+acl|setuser", "+acl|getuser", "+client|list"]),
        bound: bound(),
        quota: None,
        tells: None,
        unconfirmed: Vec::new(),
        standards: words(&["MITRE D3FEND 1.2.0 D3-AL"]),
        docs: "https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/"
            .to_owned(),
    }
}

/// Who is hurt by an action, and by what follows every change of a user: Redis saves all users or none.
pub(super) fn hurts(whom: &str) -> String {
    format!(
        "{whom} Where the server has an ACL file, every user is saved to it as it is in memory, one that somebody set and never saved too: look through ACL LIST first."
    )
}

/// What holds for every change of a user.
pub(super) fn unconfirmed() -> Vec<String> {
    words(&[
        "each replica and each node of a cluster has users of its own: name each as a server",
        "without an ACL file a restart of the server brings back what its configuration says; where there is one, the change is saved to it",
    ])
}

/// The inverse of a cut: the same fields, as the receipt kept them.
pub(super) fn inverse(of: &Action, verb: &str) -> Spec {
    let of = (of.spec)();
    let touches = of.touches.into_iter().map(|touch| Touch {
        becomes: Becomes::Before,
        ..touch
    });
    Spec {
        id: action(verb),
        effect: Effect::Open,
        touches: touches.collect(),
        floor: Tier::DISRUPTIVE,
        undo: Undo::By(of.id),
        unconfirmed: Vec::new(),
        ..of
    }
}

pub(super) fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|&word| word.to_owned()).collect()
}

/// A command as a line for a shell; which server is meant, people say with `-u` and `REDISCLI_AUTH`.
pub(super) fn cli(call: &Call, arguments: &[&str]) -> String {
    let server = call.target.account().unwrap_or_default();
    let words = arguments.iter().map(|word| quoted(word));
    let words: Vec<String> = words.collect();
    format!(
        "redis-cli -u \"$REDIS_URL_{}\" {}",
        name(server),
        words.join(" ")
    )
}

/// A server's name as part of the name of a variable.
fn name(server: &str) -> String {
    let letter = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    server.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_server_breaks_out_of_the_name_of_its_variable() {
        assert_eq!(name("main; rm"), "MAIN__RM");
    }
}
