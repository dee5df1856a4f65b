//! Our own policy documents: what they say, and how they are known again.
//!
//! Never takes a document for ours by its name: only by what it says.

#![cfg_attr(
    not(feature = "aws"),
    expect(dead_code, reason = "only the adapter reads and writes policies")
)]

use serde_json::{Value, json};

use crate::domain::Time;

/// The name of the policy that denies everything.
pub(super) const DENY_NAME: &str = "contain-deny";
/// The name of the policy that ends sessions.
pub(super) const END_NAME: &str = "contain-end-sessions";
/// The name of the policy that denies console sessions.
pub(super) const CONSOLE_NAME: &str = "contain-console";
/// What the fields `deny` and `console` hold while our deny is in force.
pub(super) const IN_FORCE: &str = "in-force";
/// What the field `trust` holds while nobody is let in.
pub(super) const CLOSED: &str = "closed";
/// The deny of everything.
pub(super) const DENY: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Contain","Effect":"Deny","Action":"*","Resource":"*"}]}"#;
/// The deny of everything that is signed with temporary credentials, as every console session is.
pub(super) const CONSOLE: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"ContainConsole","Effect":"Deny","Action":"*","Resource":"*","Condition":{"Null":{"aws:TokenIssueTime":"false"}}}]}"#;
/// The trust policy that lets nobody in.
pub(super) const CLOSED_TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Contain","Effect":"Deny","Principal":{"AWS":"*"},"Action":["sts:AssumeRole","sts:AssumeRoleWithSAML","sts:AssumeRoleWithWebIdentity"]}]}"#;

/// The deny of everything to sessions issued before a time, in whole seconds.
pub(super) fn end_document(cut_off: Time) -> String {
    let cut_off = cut_off.strftime("%Y-%m-%dT%H:%M:%SZ");
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"ContainOld","Effect":"Deny","Action":"*","Resource":"*","Condition":{{"DateLessThan":{{"aws:TokenIssueTime":"{cut_off}"}}}}}}]}}"#
    )
}

/// The field `deny` for what stands under our policy's name.
pub(super) fn shown_deny(document: Option<&str>) -> Value {
    shown(document, DENY, IN_FORCE)
}

/// The field `console` for what stands under our policy's name.
pub(super) fn shown_console(document: Option<&str>) -> Value {
    shown(document, CONSOLE, IN_FORCE)
}

/// The field `trust` for a role's trust policy.
pub(super) fn shown_trust(document: &str) -> Value {
    shown(Some(document), CLOSED_TRUST, CLOSED)
}

/// A word for a document that says what ours says; any other as it stands.
fn shown(document: Option<&str>, ours: &str, word: &str) -> Value {
    let Some(document) = document else {
        return Value::Null;
    };
    let ours: Option<Value> = serde_json::from_str(ours).ok();
    let there: Option<Value> = serde_json::from_str(document).ok();
    if there.is_some() && there == ours {
        json!(word)
    } else {
        json!(document)
    }
}

/// The field `end_sessions` for what stands under our policy's name.
pub(super) fn shown_end(document: Option<&str>) -> Value {
    let Some(document) = document else {
        return Value::Null;
    };
    let there: Option<Value> = serde_json::from_str(document).ok();
    let cut_off = there
        .as_ref()
        .and_then(|there| {
            there
                .pointer("/Statement/0/Condition/DateLessThan/aws:TokenIssueTime")?
                .as_str()?
                .parse::<Time>()
                .ok()
        })
        .filter(|cut_off| serde_json::from_str(&end_document(*cut_off)).ok() == there);
    cut_off.map_or_else(|| json!(document), |cut_off| json!(cut_off.to_string()))
}

/// Whether a policy is one of ours, by name and content: a name alone proves nothing.
pub(super) fn is_ours(name: &str, document: &str) -> bool {
    match name {
        DENY_NAME => shown_deny(Some(document)) == json!(IN_FORCE),
        CONSOLE_NAME => shown_console(Some(document)) == json!(IN_FORCE),
        END_NAME => shown_end(Some(document)) != json!(document),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_documents_are_known_again_and_others_are_kept_raw() {
        assert_eq!(shown_deny(None), Value::Null);
        assert_eq!(shown_deny(Some(DENY)), json!("in-force"));
        let spaced = DENY.replace(':', ": ");
        assert_eq!(shown_deny(Some(&spaced)), json!("in-force"));
        let other = r#"{"Statement":[]}"#;
        assert_eq!(shown_deny(Some(other)), json!(other));
        let cut_off: Time = "2026-11-20T09:00:00Z".parse().unwrap_or_default();
        let document = end_document(cut_off);
        assert!(document.contains(r#""2026-11-20T09:00:00Z""#));
        assert_eq!(shown_end(Some(&document)), json!("2026-11-20T09:00:00Z"));
        let narrower = document.replace(r#""Action":"*""#, r#""Action":"s3:*""#);
        assert_eq!(shown_end(Some(&narrower)), json!(narrower));
        assert_eq!(shown_end(Some("not json")), json!("not json"));
    }
}
