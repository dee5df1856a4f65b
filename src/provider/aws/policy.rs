//! Policy documents: what they say about entering a role, reading a secret, and in sum.
//!
//! Errs towards "could": what cannot be decided here (conditions, variables, unreadable documents) counts as allowed.

#![cfg_attr(
    not(feature = "aws"),
    expect(dead_code, reason = "only the adapter reads and writes policies")
)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::domain::wildcard::matches;

/// A document without its denies; one that could not be read stays as it is.
pub(super) fn without_denies(policy: &Value) -> Value {
    if !policy.is_object() {
        return policy.clone();
    }
    let left = statements(policy).filter(|statement| !is_deny(statement));
    json!({"Statement": left.collect::<Vec<_>>()})
}

/// A document as IAM hands it out: percent-encoded (RFC 3986), where the endpoint follows the vendor.
pub(super) fn decoded(text: &str) -> String {
    if text.trim_start().starts_with('{') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let pair = after
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        let code = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match code {
            Some(code) if byte == b'%' => {
                bytes.push(code);
                rest = after.get(2..).unwrap_or_default();
            }
            Some(_) | None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Who wants to enter.
#[derive(Clone, Debug)]
pub(super) struct Who<'a> {
    /// The ARN of the user or role.
    pub(super) arn: &'a str,
    /// Its unique id, `AIDA…` or `AROA…`.
    pub(super) id: &'a str,
    /// The account's id.
    pub(super) account: &'a str,
}

/// What a document says to a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Says {
    /// Nothing about it.
    Nothing,
    /// No, whatever others say.
    Denies,
    /// Yes.
    Allows {
        /// Only where a condition holds that is not decided here.
        conditional: bool,
        /// Whether it names the asker, so that the asker's own policies need not say yes as well.
        by_name: bool,
    },
}

impl Says {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Denies, _) | (_, Self::Denies) => Self::Denies,
            (Self::Nothing, says) | (says, Self::Nothing) => says,
            (
                Self::Allows {
                    conditional: one,
                    by_name: named,
                },
                Self::Allows {
                    conditional: two,
                    by_name: too,
                },
            ) => Self::Allows {
                conditional: one && two,
                by_name: named || too,
            },
        }
    }
}

const ENTER: &str = "sts:assumerole";

/// What a role's trust policy says to somebody who wants to enter.
pub(super) fn trusts(trust: &Value, who: &Who<'_>) -> Says {
    lets(trust, who, ENTER, None)
}

/// What a resource's own policy says to somebody who wants to do something with it; a trust policy names no resource.
pub(super) fn lets(policy: &Value, who: &Who<'_>, action: &str, resource: Option<&str>) -> Says {
    statements(policy).fold(Says::Nothing, |says, statement| {
        let denies = is_deny(statement);
        let conditional = is_conditional(statement);
        let is_on =
            resource.is_none_or(|arn| covers(statement, "Resource", "NotResource", arn, !denies));
        if !is_on || !covers(statement, "Action", "NotAction", action, !denies) {
            return says;
        }
        let named = match (statement.get("Principal"), statement.get("NotPrincipal")) {
            (Some(principal), _) => names(principal, who, denies),
            (None, Some(_)) if !denies => Some(Named::Perhaps),
            (None, _) => None,
        };
        let Some(named) = named else { return says };
        if denies {
            return if conditional { says } else { Says::Denies };
        }
        says.and(Says::Allows {
            conditional: conditional || named == Named::Perhaps,
            by_name: named == Named::Asker,
        })
    })
}

/// What somebody's own policies say about entering a role.
pub(super) fn permits<'a>(policies: impl IntoIterator<Item = &'a Value>, role_arn: &str) -> Says {
    allow(policies, ENTER, role_arn)
}

/// What somebody's own policies say about doing something with a resource.
pub(super) fn allow<'a>(
    policies: impl IntoIterator<Item = &'a Value>,
    action: &str,
    resource: &str,
) -> Says {
    policies.into_iter().fold(Says::Nothing, |says, policy| {
        // A document that could not be read may allow anything.
        if !policy.is_object() {
            return says.and(Says::Allows {
                conditional: true,
                by_name: false,
            });
        }
        statements(policy).fold(says, |says, statement| {
            let denies = is_deny(statement);
            if !covers(statement, "Action", "NotAction", action, !denies)
                || !covers(statement, "Resource", "NotResource", resource, !denies)
            {
                return says;
            }
            let conditional = is_conditional(statement);
            if denies {
                return if conditional { says } else { Says::Denies };
            }
            says.and(Says::Allows {
                conditional,
                by_name: false,
            })
        })
    })
}

/// What the statements name that allow entering roles, patterns as they stand; `*` where they name what not to.
pub(super) fn enterable(policy: &Value) -> Vec<&str> {
    statements(policy)
        .filter(|one| !is_deny(one) && covers(one, "Action", "NotAction", ENTER, true))
        .flat_map(|one| match one.get("NotResource") {
            Some(_) => vec!["*"],
            None => texts(one.get("Resource")),
        })
        .collect()
}

/// What policies allow of one service.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Grant {
    /// The operations, patterns as they stand; `*` where a statement names what not to.
    pub(super) actions: BTreeSet<String>,
    /// Whether some of them are allowed on every resource.
    pub(super) everywhere: bool,
    /// Whether all of them are allowed only where a condition holds.
    pub(super) conditional: bool,
}

/// What policies allow, by service prefix; `*` is every service. A document that could not be read allows anything.
pub(super) fn grants(policies: &[Value]) -> BTreeMap<String, Grant> {
    let unread = json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"unread": {}}}});
    let mut all: BTreeMap<String, Grant> = BTreeMap::new();
    for policy in policies {
        let policy = if policy.is_object() { policy } else { &unread };
        for one in statements(policy).filter(|one| !is_deny(one)) {
            let actions = match one.get("NotAction") {
                Some(_) => vec!["*"],
                None => texts(one.get("Action")),
            };
            let everywhere =
                one.get("NotResource").is_some() || texts(one.get("Resource")).contains(&"*");
            for action in actions {
                let service = action.split_once(':').map_or("*", |(service, _)| service);
                let grant = all.entry(service.to_lowercase()).or_insert_with(|| Grant {
                    conditional: true,
                    ..Grant::default()
                });
                grant.actions.insert(action.to_owned());
                grant.everywhere |= everywhere;
                grant.conditional &= is_conditional(one);
            }
        }
    }
    all
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    /// The asker itself, or everybody.
    Asker,
    /// The asker's account, which leaves the decision to the asker's own policies.
    Account,
    /// Cannot be told.
    Perhaps,
}

/// How a principal element means the asker; one session of a role is its role to an allow, and not to a deny.
fn names(principal: &Value, who: &Who<'_>, denies: bool) -> Option<Named> {
    let listed = match principal {
        Value::String(_) => texts(Some(principal)),
        Value::Object(by_type) => texts(by_type.get("AWS")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => Vec::new(),
    };
    let root = format!(":iam::{}:root", who.account);
    let session = who
        .arn
        .rsplit('/')
        .next()
        .map(|name| format!(":sts::{}:assumed-role/{name}/", who.account));
    let says = |text: &str| {
        let by_session = !denies
            && who.arn.contains(":role/")
            && session
                .as_ref()
                .is_some_and(|session| text.contains(session));
        if text == "*" || text == who.arn || text == who.id || by_session {
            Some(Named::Asker)
        } else if text == who.account || (text.starts_with("arn:") && text.ends_with(&root)) {
            Some(Named::Account)
        } else {
            None
        }
    };
    let found: Vec<Named> = listed.iter().filter_map(|text| says(text)).collect();
    found
        .iter()
        .find(|named| **named == Named::Asker)
        .or_else(|| found.first())
        .copied()
}

pub(super) fn statements(document: &Value) -> impl Iterator<Item = &Value> {
    let list: Vec<&Value> = match document.get("Statement") {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    list.into_iter()
}

pub(super) fn is_deny(statement: &Value) -> bool {
    statement.get("Effect").and_then(Value::as_str) == Some("Deny")
}

fn is_conditional(statement: &Value) -> bool {
    statement
        .get("Condition")
        .is_some_and(|condition| condition.as_object().is_none_or(|map| !map.is_empty()))
}

pub(super) fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {
            Vec::new()
        }
    }
}

/// Whether a statement covers a text; a policy variable counts as covering it where `lenient`.
fn covers(statement: &Value, key: &str, not_key: &str, text: &str, lenient: bool) -> bool {
    let fits = |pattern: &&str, lenient: bool| {
        let mut pattern = if key == "Action" {
            pattern.to_lowercase()
        } else {
            (*pattern).to_owned()
        };
        while let Some((before, after)) = pattern.split_once("${") {
            if !lenient {
                return false;
            }
            let after = after.split_once('}').map_or("", |(_, after)| after);
            pattern = format!("{before}*{after}");
        }
        matches(&pattern, text)
    };
    match (statement.get(key), statement.get(not_key)) {
        (Some(list), _) => texts(Some(list)).iter().any(|one| fits(one, lenient)),
        (None, Some(list)) => !texts(Some(list)).iter().any(|one| fits(one, !lenient)),
        // A trust policy has no Resource; every statement has an Action.
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::ours::end_document;
    use super::*;
    use crate::domain::Time;

    const WHO: Who<'_> = Who {
        arn: "arn:aws:iam::123456789012:user/ci/bot",
        id: "AIDAEXAMPLE",
        account: "123456789012",
    };
    const ROLE: &str = "arn:aws:iam::123456789012:role/deploy";

    fn yes(conditional: bool, by_name: bool) -> Says {
        Says::Allows {
            conditional,
            by_name,
        }
    }

    #[test]
    fn a_trust_policy_answers_by_name_account_or_not() {
        let trust = |principal: Value| json!({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}});
        for (principal, says) in [
            (json!("*"), yes(false, true)),
            (json!({"AWS": "*"}), yes(false, true)),
            (json!({"AWS": WHO.arn}), yes(false, true)),
            (
                json!({"AWS": ["arn:aws:iam::1:user/x", WHO.arn]}),
                yes(false, true),
            ),
            (json!({"AWS": "AIDAEXAMPLE"}), yes(false, true)),
            (json!({"AWS": "123456789012"}), yes(false, false)),
            (
                json!({"AWS": "arn:aws:iam::123456789012:root"}),
                yes(false, false),
            ),
            (
                json!({"AWS": "arn:aws:iam::999999999999:root"}),
                Says::Nothing,
            ),
            (
                json!({"AWS": "arn:aws:iam::123456789012:user/other"}),
                Says::Nothing,
            ),
            (json!({"Service": "lambda.amazonaws.com"}), Says::Nothing),
            (json!({"Federated": "*"}), Says::Nothing),
        ] {
            assert_eq!(trusts(&trust(principal.clone()), &WHO), says, "{principal}");
        }
    }

    #[test]
    fn a_deny_of_one_session_does_not_deny_its_role() {
        let who = Who {
            arn: ROLE,
            id: "AROAEXAMPLE",
            account: "123456789012",
        };
        let one = |effect: &str, principal: &str| json!({"Effect": effect, "Action": "sts:AssumeRole", "Principal": {"AWS": principal}});
        let session = "arn:aws:sts::123456789012:assumed-role/deploy/ci";
        let says = |list: &[Value]| trusts(&json!({"Statement": list}), &who);
        assert_eq!(says(&[one("Allow", session)]), yes(false, true));
        assert_eq!(
            says(&[one("Allow", ROLE), one("Deny", session)]),
            yes(false, true)
        );
        assert_eq!(says(&[one("Allow", ROLE), one("Deny", ROLE)]), Says::Denies);
    }

    #[test]
    fn a_condition_is_could_and_a_deny_is_no_only_without_one() {
        let allow = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"});
        let with = |base: &Value, key: &str, value: Value| {
            let mut statement = base.as_object().cloned().unwrap_or_default();
            statement.insert(key.to_owned(), value);
            Value::Object(statement)
        };
        let mfa = json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}});
        let conditional = with(&allow, "Condition", mfa);
        let deny = with(&allow, "Effect", json!("Deny"));
        let soft = with(&conditional, "Effect", json!("Deny"));
        let says = |list: &[&Value]| trusts(&json!({"Statement": list}), &WHO);
        assert_eq!(says(&[&conditional]), yes(true, true));
        assert_eq!(says(&[&conditional, &allow]), yes(false, true));
        assert_eq!(says(&[&allow, &deny]), Says::Denies);
        assert_eq!(says(&[&allow, &soft]), yes(false, true));
    }

    #[test]
    fn an_identity_policy_answers_with_wildcards_and_denies() {
        let one = |effect: &str, action: &str, resource: &str| json!({"Statement": [{"Effect": effect, "Action": action, "Resource": resource}]});
        for (policy, says) in [
            (one("Allow", "*", "*"), yes(false, false)),
            (one("Allow", "sts:Assume*", ROLE), yes(false, false)),
            (
                one("Allow", "STS:AssumeRole", "arn:aws:iam::*:role/dep*"),
                yes(false, false),
            ),
            (
                one("Allow", "sts:AssumeRole", "arn:aws:iam::*:role/other"),
                Says::Nothing,
            ),
            (one("Allow", "s3:*", "*"), Says::Nothing),
            (
                one(
                    "Allow",
                    "sts:AssumeRole",
                    "arn:aws:iam::123456789012:role/${aws:username}",
                ),
                yes(false, false),
            ),
            (
                one(
                    "Deny",
                    "sts:AssumeRole",
                    "arn:aws:iam::123456789012:role/${aws:username}",
                ),
                Says::Nothing,
            ),
            (one("Deny", "*", "*"), Says::Denies),
            (
                json!({"Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]}),
                yes(false, false),
            ),
            (
                json!({"Statement": [{"Effect": "Allow", "NotAction": "sts:*", "Resource": "*"}]}),
                Says::Nothing,
            ),
            (
                json!({"Statement": [{"Effect": "Allow", "Action": "sts:*", "NotResource": ROLE}]}),
                Says::Nothing,
            ),
            (json!("unreadable"), yes(true, false)),
            (json!({"Statement": "junk"}), Says::Nothing),
        ] {
            assert_eq!(permits([&policy], ROLE), says, "{policy}");
        }
        let both = [one("Allow", "*", "*"), one("Deny", "sts:*", "*")];
        assert_eq!(permits(&both, ROLE), Says::Denies);
    }

    #[test]
    fn our_own_session_cut_denies_nobody_for_good() {
        let both = [
            json!({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}),
            serde_json::from_str(&end_document(Time::UNIX_EPOCH)).unwrap_or_default(),
        ];
        assert_eq!(permits(&both, ROLE), yes(false, false));
    }

    #[test]
    fn documents_are_decoded_as_iam_encodes_them() {
        assert_eq!(decoded("%7B%22a%22%3A1%7D"), r#"{"a":1}"#);
        assert_eq!(decoded(r#"{"a":"100%25"}"#), r#"{"a":"100%25"}"#);
        assert_eq!(decoded("%7B%2"), "{%2");
        assert_eq!(decoded("a+b%zz"), "a+b%zz");
    }
}
