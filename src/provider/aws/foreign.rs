//! Roles of other accounts that somebody's own policies allow entering.
//!
//! Never says that the other side lets them in: its trust policies cannot be read from here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::policy::{Says, enterable, permits};
use super::resolve::principal;
use crate::domain::wildcard::matches;
use crate::domain::{Because, Fields, Found, Locator, NotSeen, Relation, Why};

/// What is found of other accounts.
#[derive(Debug, Default)]
pub(super) struct Foreign {
    found: BTreeMap<Locator, Found>,
    patterns: BTreeSet<String>,
}

/// What a pattern means.
#[derive(Debug)]
enum Means {
    /// Nothing outside this account.
    Nothing,
    /// This one role.
    One(Locator),
    /// More roles than can be listed from here.
    Many,
}

impl Foreign {
    /// Takes in what somebody's policies allow; `denied` is added where they deny it as well.
    pub(super) fn add(&mut self, arn: &str, policies: &[Value], account: &str, denied: &str) {
        for pattern in policies.iter().flat_map(enterable) {
            match means(pattern, account) {
                Means::Nothing => {}
                Means::Many => drop(self.patterns.insert(pattern.to_owned())),
                Means::One(role) => {
                    let denies = permits(policies, pattern) == Says::Denies;
                    let evidence = format!(
                        "the permissions of {arn} allow entering it; whether its trust policy lets it in cannot be read from here{}",
                        if denies { denied } else { "" }
                    );
                    let fields = Fields::from([
                        ("arn".to_owned(), json!(pattern)),
                        ("foreign".to_owned(), json!(true)),
                    ]);
                    self.found.entry(role.clone()).or_insert(Found {
                        what: role,
                        relation: Some(Relation::CouldEnter),
                        evidence,
                        at: None,
                        fields,
                    });
                }
            }
        }
    }

    /// The roles that are named, without those that were entered, and what is not: the patterns.
    pub(super) fn told(self, entered: &BTreeSet<Locator>) -> (Vec<Found>, Option<NotSeen>) {
        let patterns: Vec<&str> = self.patterns.iter().map(String::as_str).collect();
        let not_seen = (!patterns.is_empty()).then(|| NotSeen {
            what: format!(
                "roles of other accounts that permissions allow entering: {}",
                patterns.join(", ")
            ),
            why: Why::new(
                Because::Foreign,
                "which there are, and whether they let anybody in, cannot be read from here",
            ),
            withholds: false,
        });
        let left = self.found.into_values();
        let left = left.filter(|found| !entered.contains(&found.what));
        (left.collect(), not_seen)
    }
}

fn means(pattern: &str, account: &str) -> Means {
    let mut plain = pattern.replace("${aws:PrincipalAccount}", account);
    while let Some((before, after)) = plain.split_once("${") {
        let after = after.split_once('}').map_or("", |(_, after)| after);
        plain = format!("{before}*{after}");
    }
    let is_open = |text: &str| text.contains(['*', '?']);
    let parts: Vec<&str> = plain.splitn(6, ':').collect();
    let [_, _, service, _, owner, resource] = parts.as_slice() else {
        // A star may stand for the rest, account and all.
        let fixed = plain.split('*').next().unwrap_or_default();
        let reaches = is_open(&plain) && reaches(fixed, "arn:aws:iam::");
        return if reaches { Means::Many } else { Means::Nothing };
    };
    let fixed = resource.split(['*', '?']).next().unwrap_or_default();
    if !matches(service, "iam") || !reaches(fixed, "role/") || *owner == account {
        return Means::Nothing;
    }
    if is_open(owner) || is_open(resource) {
        return Means::Many;
    }
    principal(&plain).map_or(Means::Nothing, Means::One)
}

/// Whether a text may go on to, or goes on from, a beginning.
fn reaches(fixed: &str, beginning: &str) -> bool {
    fixed.starts_with(beginning) || beginning.starts_with(fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_one_role_many_or_none_outside() {
        for (pattern, expected) in [
            (
                "arn:aws:iam::2:role/ci/deploy",
                r#"One(Locator("aws:role/deploy@2"))"#,
            ),
            ("arn:aws:iam::2:role/*", "Many"),
            ("arn:aws:iam::*:role/deploy", "Many"),
            ("arn:*:iam::*:role/deploy", "Many"),
            ("*", "Many"),
            ("arn:aws:iam::*", "Many"),
            ("arn:aws:iam::${aws:PrincipalTag/x}:role/deploy", "Many"),
            ("arn:aws:iam::1:role/deploy", "Nothing"),
            ("arn:aws:iam::1:*", "Nothing"),
            (
                "arn:aws:iam::${aws:PrincipalAccount}:role/deploy",
                "Nothing",
            ),
            ("arn:aws:iam::2:user/bot", "Nothing"),
            ("arn:aws:s3:::*", "Nothing"),
            ("arn:aws:s3*", "Nothing"),
            ("arn:aws:sqs:*:2:queue", "Nothing"),
            ("", "Nothing"),
        ] {
            let told = match means(pattern, "1") {
                Means::One(role) => format!("One(Locator({:?}))", role.to_string()),
                other @ (Means::Many | Means::Nothing) => format!("{other:?}"),
            };
            assert_eq!(told, expected, "{pattern}");
        }
    }

    #[test]
    fn named_roles_are_found_and_patterns_are_said_once() {
        let allow = |resource: &str| json!({"Statement": {"Effect": "Allow", "Action": "sts:*", "Resource": resource}});
        let policies = [
            allow("arn:aws:iam::2:role/deploy"),
            allow("arn:aws:iam::2:role/entered"),
            allow("*"),
            allow("arn:aws:iam::*:role/x"),
            json!({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:iam::3:role/no"}}),
            json!({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}),
        ];
        let mut foreign = Foreign::default();
        foreign.add("arn:aws:iam::1:user/bot", &policies, "1", "; denied");
        foreign.add("arn:aws:iam::1:user/other", &policies, "1", "");
        let entered = "aws:role/entered@2".parse();
        let entered = [entered.unwrap_or_else(|_| unreachable!())].into();
        let (found, not_seen) = foreign.told(&entered);
        let [found] = found.as_slice() else {
            unreachable!("{found:?}")
        };
        assert_eq!(found.what.to_string(), "aws:role/deploy@2");
        assert_eq!(found.relation, Some(Relation::CouldEnter));
        assert_eq!(found.fields.get("foreign"), Some(&json!(true)));
        assert!(found.evidence.contains("user/bot") && found.evidence.ends_with("; denied"));
        let not_seen = not_seen.unwrap_or_else(|| unreachable!());
        assert!(!not_seen.withholds && not_seen.what.ends_with("*, arn:aws:iam::*:role/x"));
    }
}
