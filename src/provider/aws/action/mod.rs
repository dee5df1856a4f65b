//! The actions of AWS, one file each; this is their explicit list.
//!
//! Each declares its `Spec` and performs one call. Never repeats one, and never decides what follows.

mod activate_access_key;
mod deactivate_access_key;
mod deny_role;
mod deny_user;
mod end_role_sessions;
mod end_user_sessions;
mod lift_role_deny;
mod lift_role_session_end;
mod lift_user_deny;
mod lift_user_session_end;

#[cfg(feature = "aws")]
use std::collections::BTreeMap;
#[cfg(feature = "aws")]
use std::sync::LazyLock;

use super::policy::{DENY, DENY_NAME, END_NAME, IN_FORCE, end_document};
use super::{action, key_bound, kind, policy_bound, words};
#[cfg(feature = "aws")]
use super::{client::Handle, inline};
#[cfg(feature = "aws")]
use crate::domain::ActionId;
use crate::domain::why::repaints;
use crate::domain::{Arg, Call, Spec};
#[cfg(feature = "aws")]
use crate::domain::{Outcome, Secret};
#[cfg(feature = "aws")]
use crate::provider::Soon;

/// Sends one call.
#[cfg(feature = "aws")]
type Perform = for<'a> fn(&'a Handle, &'a Call) -> Soon<'a, Outcome>;
/// Sends one call with a new secret in it.
#[cfg(feature = "aws")]
type Deliver = for<'a> fn(&'a Handle, &'a Call, &'a Secret) -> Soon<'a, Outcome>;

/// One action: what it is, the call that does it, and the command lines that come to the same.
pub(super) struct Action {
    /// What it is, in data.
    pub(super) spec: fn() -> Spec,
    /// What a person would type instead; the AWS CLI, version 2.
    #[cfg_attr(
        not(feature = "aws"),
        expect(dead_code, reason = "only the adapter tells them")
    )]
    pub(super) commands: fn(&Call) -> Vec<String>,
    /// Sends its one call.
    #[cfg(feature = "aws")]
    pub(super) perform: Perform,
    /// Sends its one call with a new secret in it; absent where the action delivers nothing.
    #[cfg(feature = "aws")]
    pub(super) deliver: Option<Deliver>,
}

/// All of them, each cut before its inverse.
pub(super) const ALL: [Action; 10] = [
    deactivate_access_key::ACTION,
    activate_access_key::ACTION,
    deny_user::ACTION,
    lift_user_deny::ACTION,
    end_user_sessions::ACTION,
    lift_user_session_end::ACTION,
    deny_role::ACTION,
    lift_role_deny::ACTION,
    end_role_sessions::ACTION,
    lift_role_session_end::ACTION,
];

#[cfg(feature = "aws")]
static BY_ID: LazyLock<BTreeMap<ActionId, Action>> = LazyLock::new(|| {
    ALL.into_iter()
        .map(|action| ((action.spec)().id, action))
        .collect()
});

/// The action of a call, where AWS has it.
#[cfg(feature = "aws")]
pub(super) fn of(call: &Call) -> Option<&'static Action> {
    BY_ID.get(&call.action)
}

/// One argument of a call, as text; empty where it has none.
fn text(call: &Call, name: &str) -> String {
    match call.value(name) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(serde_json::Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// A word as a shell takes it, on one line: nothing in it is ever more than text. What moves the cursor is spelled in
/// octal, as `$'...'`, which POSIX has since 2024 and a shell without it takes for a word that names nothing.
fn quoted(word: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&b);
    if !word.is_empty() && word.bytes().all(is_plain) {
        word.to_owned()
    } else if word.chars().any(|c| c.is_control() || repaints(c)) {
        let spelled = word.bytes().fold(String::new(), |mut spelled, b| {
            if is_plain(b) || b == b' ' {
                spelled.push(char::from(b));
            } else {
                spelled.extend(["\\", &format!("{b:03o}")]);
            }
            spelled
        });
        format!("$'{spelled}'")
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Whether the command line would take a word for what it says: not for an option, a file to read or a pipe.
#[cfg(feature = "aws")]
fn is_typable(word: &str) -> bool {
    let read = ["-", "file://", "fileb://", "http://", "https://"];
    !read.iter().any(|start| word.starts_with(start)) && !word.contains('\0')
}

/// The command lines of a call; none where the vendor's program would not take a word of it for what it says.
#[cfg(feature = "aws")]
pub(super) fn commands(call: &Call) -> Vec<String> {
    let said = call.said();
    let texts = said.values().filter_map(serde_json::Value::as_str);
    match BY_ID.get(&call.action) {
        Some(action) if texts.chain([call.target.id()]).all(is_typable) => (action.commands)(call),
        Some(_) | None => Vec::new(),
    }
}

/// What is to stand under a policy's name.
enum Document {
    /// This text.
    Text(String),
    /// The end of sessions, with the time of the call in it.
    EndAtCall,
}

impl From<String> for Document {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Document {
    fn quoted(&self) -> String {
        // A cut-off of the present second leaves its sessions alive; GNU and BSD add to a time each in their own way.
        const NOW: &str = r#"'"$(date -u -d '3 seconds' +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -v+3S +%Y-%m-%dT%H:%M:%SZ)"'"#;
        match self {
            Self::Text(text) => quoted(text),
            Self::EndAtCall => {
                let epoch = crate::domain::Time::UNIX_EPOCH;
                quoted(&end_document(epoch)).replace("1970-01-01T00:00:00Z", NOW)
            }
        }
    }
}

/// Puts an inline policy of ours on a user or a role (`who`), or takes it off where nothing stood there.
fn put_or_delete(
    call: &Call,
    who: &str,
    name: &str,
    document: Option<impl Into<Document>>,
) -> String {
    let on = format!(
        "--{who}-name {} --policy-name {name}",
        quoted(call.target.id())
    );
    match document {
        Some(document) => {
            let document = document.into().quoted();
            format!("aws iam put-{who}-policy {on} --policy-document {document}")
        }
        None => format!("aws iam delete-{who}-policy {on}"),
    }
}

/// What the deny becomes: ours, somebody's document, or nothing.
fn deny_document(call: &Call) -> Option<String> {
    match text(call, "deny") {
        said if said.is_empty() => None,
        said if said == IN_FORCE => Some(DENY.to_owned()),
        other => Some(other),
    }
}

/// What the session cut becomes: ours with its cut-off, somebody's document, or nothing.
fn end_sessions_document(call: &Call) -> Option<Document> {
    if call.with.get("end_sessions") == Some(&Arg::AtCall) {
        return Some(Document::EndAtCall);
    }
    match text(call, "end_sessions") {
        said if said.is_empty() => None,
        said => Some(Document::Text(said.parse().map_or(said, end_document))),
    }
}

/// The switching of an access key. Without its user the call would be about whoever signs it.
fn set_status(call: &Call, status: &str) -> String {
    let key = quoted(call.target.id());
    format!(
        r#"aws iam update-access-key --user-name "$(aws iam get-access-key-last-used --access-key-id {key} --query UserName --output text)" --access-key-id {key} --status {status}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word_on_one_line() {
        for (word, wanted) in [
            ("bot", "bot"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$(reboot)`x`", "'$(reboot)`x`'"),
            ("a\nb'c\u{1b}[2J", r"$'a\012b\047c\033\1332J'"),
            ("\u{202e}x", r"$'\342\200\256x'"),
            ("\\\n", r"$'\134\012'"),
        ] {
            assert_eq!(quoted(word), wanted, "{word:?}");
        }
    }

    #[cfg(feature = "aws")]
    #[test]
    fn what_the_program_would_not_take_for_text_has_no_command_line() {
        for word in ["--no-verify-ssl", "file:///etc/passwd", "http://x", "a\0b"] {
            assert!(!is_typable(word), "{word:?}");
        }
        assert!(is_typable(DENY) && is_typable("bot-1"));
    }
}
