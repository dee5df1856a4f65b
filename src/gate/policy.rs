//! Policies as code: Cedar, evaluated for each item at the moment of acting.
//!
//! Any error in evaluating denies; Cedar by itself would skip a policy that errors.

use std::str::FromStr as _;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicyId, PolicySet, Request,
    RestrictedExpression, Schema, ValidationMode, Validator,
};

use crate::domain::item::{CAP, DISCOVERED};
use crate::domain::{Digest, Item, Tier};

const SCHEMA: &str = include_str!("schema.cedarschema");
/// The policy set that applies where a workspace has none.
pub const DEFAULT: &str = include_str!("default.cedar");

/// A validated policy set.
pub struct Policy {
    set: PolicySet,
    schema: Schema,
    digest: Digest,
}

/// A policy set that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("policy `{name}`: {text}")]
pub struct Invalid {
    /// The file or policy.
    pub name: String,
    /// What is wrong.
    pub text: String,
}

/// What a mandate adds to a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Authority {
    /// The highest tier covered; `None` without a mandate.
    pub tier: Option<Tier>,
    /// Whether it was given for this very plan.
    pub exact: bool,
}

impl Authority {
    /// No mandate at all.
    pub const NONE: Self = Self {
        tier: None,
        exact: false,
    };
    /// All that a person could give.
    pub const ALL: Self = Self {
        tier: Some(Tier::GRAVE),
        exact: true,
    };
}

/// Circumstances that are the same for all items of a plan.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// The incident.
    pub incident: String,
    /// Whether no people are configured.
    pub solo: bool,
    /// Whether nobody sits at a terminal.
    pub unattended: bool,
    /// Whether this is a drill.
    pub drill: bool,
    /// How many identities are protected.
    pub protected: u32,
}

/// What the policies say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ruling {
    /// Yes; the policies that determined it.
    Allow(Vec<String>),
    /// Not yet: the rules that a mandate would satisfy.
    NeedsMandate(Vec<Rule>),
    /// No, whatever anybody signs.
    Forbidden(Vec<Rule>),
}

/// A rule that stands in the way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// Its `@id`.
    pub id: String,
    /// Its `@title`.
    pub title: String,
    /// Its `@remedy`.
    pub remedy: String,
}

impl Policy {
    /// Reads and validates policy texts; each comes with the name to use in errors.
    ///
    /// # Errors
    /// Says which file is wrong, and how.
    pub fn new(texts: &[(String, String)]) -> Result<Self, Invalid> {
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA).map_err(|error| Invalid {
            name: "schema".into(),
            text: error.to_string(),
        })?;
        let mut set = PolicySet::new();
        for (name, text) in texts {
            let invalid = |text: String| Invalid {
                name: name.clone(),
                text,
            };
            let parsed = PolicySet::from_str(text).map_err(|error| invalid(error.to_string()))?;
            for policy in parsed.policies() {
                let id = policy.annotation("id").ok_or_else(|| {
                    invalid(format!(
                        "a policy has no @id: {}",
                        first_line(&policy.to_string())
                    ))
                })?;
                set.add(policy.new_id(PolicyId::new(id)))
                    .map_err(|error| invalid(error.to_string()))?;
            }
        }
        let result = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
        if let Some(error) = result.validation_errors().next() {
            return Err(Invalid {
                name: "set".into(),
                text: error.to_string(),
            });
        }
        Ok(Self {
            set,
            schema,
            digest: Digest::of_json(&texts).unwrap_or(Digest::ZERO),
        })
    }

    /// The embedded default.
    ///
    /// # Errors
    /// Never, as a test shows; the signature says what the type cannot.
    pub fn embedded() -> Result<Self, Invalid> {
        Self::new(&[("default.cedar".to_owned(), DEFAULT.to_owned())])
    }

    /// What the plan records of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Decides twice: with the authority there is, and with all that people could give.
    #[must_use]
    pub fn rule(
        &self,
        item: &Item,
        effect: &str,
        around: &Circumstances,
        authority: Authority,
    ) -> Ruling {
        match self.decide(item, effect, around, authority) {
            Ok(determining) => Ruling::Allow(determining),
            Err(rules) => match self.decide(item, effect, around, Authority::ALL) {
                Ok(_) => Ruling::NeedsMandate(rules),
                Err(rules) => Ruling::Forbidden(rules),
            },
        }
    }

    fn decide(
        &self,
        item: &Item,
        effect: &str,
        around: &Circumstances,
        authority: Authority,
    ) -> Result<Vec<String>, Vec<Rule>> {
        let failed = |text: String| {
            vec![Rule {
                id: "policy-error".into(),
                title: format!("the policies could not be evaluated: {text}"),
                remedy: "contain policy files must evaluate without errors; any error denies"
                    .into(),
            }]
        };
        let (request, entities) = self
            .question(item, effect, around, authority)
            .map_err(failed)?;
        let response = Authorizer::new().is_authorized(&request, &self.set, &entities);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(failed(error.to_string()));
        }
        let mut determining: Vec<&PolicyId> = response.diagnostics().reason().collect();
        // Cedar hands them over in an order that differs between processes; the journal's must not.
        determining.sort();
        match response.decision() {
            Decision::Allow => Ok(determining.iter().map(ToString::to_string).collect()),
            Decision::Deny if determining.is_empty() => Err(vec![Rule {
                id: "no-permit".into(),
                title: "no policy permits this".into(),
                remedy: "add a permit to the workspace's policy folder".into(),
            }]),
            Decision::Deny => {
                let word = |id: &PolicyId, name: &str| {
                    self.set.annotation(id, name).unwrap_or_default().to_owned()
                };
                let rule = |id: &&PolicyId| Rule {
                    id: id.to_string(),
                    title: word(id, "title"),
                    remedy: word(id, "remedy"),
                };
                Err(determining.iter().map(rule).collect())
            }
        }
    }

    fn question(
        &self,
        item: &Item,
        effect: &str,
        around: &Circumstances,
        authority: Authority,
    ) -> Result<(Request, Entities), String> {
        let text = |text: &str| RestrictedExpression::new_string(text.to_owned());
        let truth = RestrictedExpression::new_bool;
        let number = RestrictedExpression::new_long;
        let marked = |mark: &str| truth(item.marks.iter().any(|known| known == mark));
        let fact = |name: &str| {
            let fact = item.facts.get(name).and_then(serde_json::Value::as_i64);
            fact.unwrap_or_default()
        };
        let target = item
            .target()
            .ok_or("an item without a target is not asked about")?;
        let principal = uid("Operator", if around.solo { "solo" } else { "operator" })?;
        let resource = uid("Target", &target.to_string())?;
        let action = uid("Action", effect)?;
        let attributes = [
            ("provider", text(target.provider())),
            ("kind", text(&target.kind().to_string())),
            ("id", text(target.id())),
            ("account", text(target.account().unwrap_or_default())),
            ("own", marked("own")),
            ("protected", marked("protected")),
            ("shared", marked("shared")),
        ];
        let attributes = attributes
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let context = [
            (
                "action",
                text(&item.action().map(ToString::to_string).unwrap_or_default()),
            ),
            ("tier", number(i64::from(u8::from(item.tier)))),
            ("rung", text(item.rung.map_or("", |rung| rung.verb()))),
            (
                "reversible",
                truth(
                    item.undo
                        .as_ref()
                        .is_some_and(|undo| matches!(undo, crate::domain::Undo::By(_))),
                ),
            ),
            ("named", truth(item.relation.is_none())),
            (
                "mandate",
                number(authority.tier.map_or(-1, |tier| i64::from(u8::from(tier)))),
            ),
            ("exact", truth(authority.exact)),
            ("unattended", truth(around.unattended)),
            ("drill", truth(around.drill)),
            ("incident", text(&around.incident)),
            ("count", number(fact(DISCOVERED))),
            ("cap", number(fact(CAP))),
            ("protected_count", number(i64::from(around.protected))),
        ];
        let context = Context::from_pairs(
            context
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        );
        let context = context.map_err(|error| error.to_string())?;
        let request = Request::new(
            principal.clone(),
            action,
            resource.clone(),
            context,
            Some(&self.schema),
        );
        let request = request.map_err(|error| error.to_string())?;
        let operator = [("solo".to_owned(), truth(around.solo))]
            .into_iter()
            .collect();
        let entities = [
            Entity::new(principal, operator, Default::default())
                .map_err(|error| error.to_string())?,
            Entity::new(resource, attributes, Default::default())
                .map_err(|error| error.to_string())?,
        ];
        let entities = Entities::from_entities(entities, Some(&self.schema))
            .map_err(|error| error.to_string())?;
        Ok((request, entities))
    }
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, String> {
    let name = kind.parse().map_err(|error| format!("{error}"))?;
    Ok(EntityUid::from_type_name_and_id(
        name,
        cedar_policy::EntityId::new(id),
    ))
}

fn first_line(text: &str) -> String {
    text.lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(80)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ItemKey, Phase, Rung, Undo, Work};

    fn item(tier: u8, marks: &[&str], named: bool) -> Item {
        let target: crate::domain::Locator = "aws:access-key/AKIAX@123456789012"
            .parse()
            .unwrap_or_else(|_| unreachable!("a canonical name"));
        let key = ItemKey {
            phase: Phase::Isolate,
            step: "stop".into(),
            each: None,
            subject: None,
        };
        let work = Work::Nothing {
            action: "aws.deactivate-access-key"
                .parse()
                .unwrap_or_else(|_| unreachable!("an action id")),
            target,
            why: String::new(),
        };
        Item {
            relation: (!named).then_some(crate::domain::Relation::Minted),
            tier: Tier::try_from(tier).unwrap_or(Tier::GRAVE),
            rung: Some(Rung::Suspend),
            undo: "aws.activate-access-key".parse().ok().map(Undo::By),
            marks: marks.iter().map(|mark| (*mark).to_owned()).collect(),
            ..Item::new(key, work)
        }
    }

    fn around() -> Circumstances {
        Circumstances {
            incident: "i".into(),
            solo: true,
            unattended: true,
            drill: false,
            protected: 0,
        }
    }

    fn authority(tier: u8, exact: bool) -> Authority {
        Authority {
            tier: Tier::try_from(tier).ok(),
            exact,
        }
    }

    #[test]
    fn the_default_set_rules_as_the_table_says() {
        let policy = Policy::embedded().unwrap_or_else(|error| unreachable!("{error}"));
        let needs = |id: &str| Some(id.to_owned());
        for (tier, marks, named, effect, given, missing) in [
            (
                1,
                &[][..],
                true,
                "cut",
                Authority::NONE,
                needs("mandate-for-every-change"),
            ),
            (2, &[], true, "cut", authority(2, false), None),
            (2, &[], false, "cut", authority(2, false), None),
            (
                3,
                &[],
                true,
                "cut",
                authority(2, true),
                needs("mandate-for-every-change"),
            ),
            (
                3,
                &[],
                true,
                "cut",
                authority(3, false),
                needs("grave-changes-are-exact"),
            ),
            (3, &[], true, "cut", authority(3, true), None),
            (
                1,
                &[],
                true,
                "open",
                authority(2, false),
                needs("giving-back-is-exact"),
            ),
            (1, &[], true, "open", authority(2, true), None),
            (
                1,
                &["own"],
                true,
                "cut",
                authority(2, true),
                needs("own-branch"),
            ),
            (3, &["own"], true, "cut", authority(3, true), None),
            (
                2,
                &["protected"],
                false,
                "cut",
                authority(2, false),
                needs("protected"),
            ),
            (0, &[], true, "read", Authority::NONE, None),
        ] {
            let ruling = policy.rule(&item(tier, marks, named), effect, &around(), given);
            match missing {
                None => assert!(
                    matches!(ruling, Ruling::Allow(_)),
                    "tier {tier} {marks:?} {effect}: {ruling:?}"
                ),
                Some(id) => assert!(
                    matches!(&ruling, Ruling::NeedsMandate(rules) if rules.iter().any(|rule| rule.id == id && !rule.remedy.is_empty())),
                    "tier {tier} {marks:?} {effect}: {ruling:?}"
                ),
            }
        }
    }

    #[test]
    fn a_policy_that_errors_denies() {
        let broken = "@id(\"boom\") forbid (principal, action, resource) when { context.tier + 9223372036854775807 > 1 };";
        let texts = [
            ("default".to_owned(), DEFAULT.to_owned()),
            ("broken".to_owned(), broken.to_owned()),
        ];
        let policy = Policy::new(&texts).unwrap_or_else(|error| unreachable!("{error}"));
        let ruling = policy.rule(&item(1, &[], true), "cut", &around(), authority(2, true));
        assert!(
            matches!(&ruling, Ruling::Forbidden(rules) if rules.iter().any(|rule| rule.id == "policy-error")),
            "{ruling:?}"
        );
    }

    #[test]
    fn an_empty_set_permits_nothing() {
        let policy = Policy::new(&[]).unwrap_or_else(|error| unreachable!("{error}"));
        let ruling = policy.rule(&item(0, &[], true), "read", &around(), Authority::ALL);
        assert!(
            matches!(&ruling, Ruling::Forbidden(rules) if rules.iter().any(|rule| rule.id == "no-permit")),
            "{ruling:?}"
        );
    }

    #[test]
    fn a_policy_outside_the_schema_is_refused_with_its_name() {
        let text =
            "@id(\"x\") forbid (principal, action, resource) when { context.teir > 1 };".to_owned();
        assert!(Policy::new(&[("policy/x.cedar".into(), text)]).is_err());
        assert!(
            Policy::new(&[(
                "policy/y.cedar".into(),
                "forbid (principal, action, resource);".into()
            )])
            .is_err()
        );
    }
}
