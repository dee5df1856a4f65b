//! Which field of which target an event of CloudTrail wrote, in the words of what observing it answers.
//!
//! Pure: reads an event's name and request, and nothing else. Writes that touch no field of ours are nothing here.

#![cfg_attr(
    not(feature = "aws"),
    expect(dead_code, reason = "only the adapter reads events")
)]

use super::kind;
use super::ours::{DENY_NAME, END_NAME};
use crate::domain::{Changed, Locator};

/// Where an event says what it wrote.
struct Write {
    event: &'static str,
    /// The kind of what it wrote to, and where the request names that.
    on: (&'static str, &'static str),
    field: Field,
}

enum Field {
    /// Always this one.
    Is(&'static str),
    /// The one that shows the inline policy of the name that the request gives, where that is ours.
    Policy,
}

const USER: (&str, &str) = ("user", "/requestParameters/userName");
const ROLE: (&str, &str) = ("role", "/requestParameters/roleName");
const KEY: (&str, &str) = ("access-key", "/requestParameters/accessKeyId");

/// The events, as the IAM API reference names their operations and request parameters (CloudTrail writes the first
/// letter of a parameter small).
const WRITES: [Write; 10] = [
    write("UpdateAccessKey", KEY, Field::Is("status")),
    write("UpdateAssumeRolePolicy", ROLE, Field::Is("trust")),
    write("PutUserPermissionsBoundary", USER, Field::Is("boundary")),
    write("DeleteUserPermissionsBoundary", USER, Field::Is("boundary")),
    write("PutRolePermissionsBoundary", ROLE, Field::Is("boundary")),
    write("DeleteRolePermissionsBoundary", ROLE, Field::Is("boundary")),
    write("PutUserPolicy", USER, Field::Policy),
    write("DeleteUserPolicy", USER, Field::Policy),
    write("PutRolePolicy", ROLE, Field::Policy),
    write("DeleteRolePolicy", ROLE, Field::Policy),
];

const fn write(event: &'static str, on: (&'static str, &'static str), field: Field) -> Write {
    Write { event, on, field }
}

/// What an event wrote; `said` reads a text of the event.
pub(super) fn of(
    event: &str,
    account: Option<&str>,
    said: impl Fn(&str) -> Option<String>,
) -> Vec<Changed> {
    let changed = |write: &Write| {
        let (noun, pointer) = write.on;
        let field = match write.field {
            Field::Is(field) => field,
            Field::Policy => match said("/requestParameters/policyName")?.as_str() {
                DENY_NAME => "deny",
                END_NAME => "end_sessions",
                _ => return None,
            },
        };
        Some(Changed {
            target: Locator::new(&kind(noun), &said(pointer)?, account),
            field: field.to_owned(),
        })
    };
    let writes = WRITES.iter().filter(|write| write.event == event);
    writes.filter_map(changed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn told(event: &str, request: Value) -> Vec<(String, String)> {
        let detail = json!({ "requestParameters": request });
        let said = |pointer: &str| Some(detail.pointer(pointer)?.as_str()?.to_owned());
        let changed = of(event, Some("123456789012"), said);
        let pair = |one: Changed| (one.target.to_string(), one.field);
        changed.into_iter().map(pair).collect()
    }

    #[test]
    fn an_event_says_which_field_of_what_it_wrote() {
        let user = "aws:user/ci@123456789012";
        let role = "aws:role/deploy@123456789012";
        for (event, request, target, field) in [
            (
                "UpdateAccessKey",
                json!({"accessKeyId": "AKIA1", "status": "Active"}),
                "aws:access-key/AKIA1@123456789012",
                "status",
            ),
            (
                "UpdateAssumeRolePolicy",
                json!({"roleName": "deploy", "policyDocument": "{}"}),
                role,
                "trust",
            ),
            (
                "PutUserPermissionsBoundary",
                json!({"userName": "ci"}),
                user,
                "boundary",
            ),
            (
                "DeleteRolePermissionsBoundary",
                json!({"roleName": "deploy"}),
                role,
                "boundary",
            ),
            (
                "PutUserPolicy",
                json!({"userName": "ci", "policyName": "contain-deny"}),
                user,
                "deny",
            ),
            (
                "DeleteRolePolicy",
                json!({"roleName": "deploy", "policyName": "contain-end-sessions"}),
                role,
                "end_sessions",
            ),
        ] {
            let wanted = vec![(target.to_owned(), field.to_owned())];
            assert_eq!(told(event, request), wanted, "{event}");
        }
    }

    #[test]
    fn what_writes_no_field_or_names_nothing_changes_nothing() {
        for (event, request) in [
            ("GetRole", json!({"roleName": "deploy"})),
            (
                "PutUserPolicy",
                json!({"userName": "ci", "policyName": "theirs"}),
            ),
            ("PutUserPolicy", json!({"userName": "ci"})),
            ("PutUserPolicy", json!({"policyName": "contain-deny"})),
            ("UpdateAccessKey", json!({"accessKeyId": 7})),
            ("UpdateAccessKey", Value::Null),
        ] {
            assert_eq!(told(event, request), Vec::new(), "{event}");
        }
    }
}
