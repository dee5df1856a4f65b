//! Policies as code: Cedar, evaluated for each item at the moment of acting.
//!
//! Any error in evaluating denies; Cedar by itself would skip a policy that errors.

use std::str::FromStr as _;
use std::sync::Arc;

use cedar_policy::{Authorizer, Decision, PolicyId, PolicySet, Schema, ValidationMode, Validator};

use super::people::{Roster, Who};
use crate::domain::case::Case;
use crate::domain::mandate::{Mandate, Mode};
use crate::domain::{Digest, Item, Tier, Time};

mod question;

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
    /// How many other people signed that they agree.
    pub agreed: usize,
    /// Whether another person signed who owns the target, by the estate.
    pub owner_agreed: bool,
    /// Whether it was authorised ahead for whoever operates.
    pub standing: bool,
    /// Whether a major incident is declared.
    pub major: bool,
    /// Whether the glass is broken.
    pub break_glass: bool,
    /// Whether whoever operates leads the incident, or ever led it.
    pub leads: bool,
    /// Whether agents and pipelines were dismissed.
    pub dismissed: bool,
}

impl Authority {
    /// No mandate at all.
    pub const NONE: Self = Self {
        tier: None,
        exact: false,
        agreed: 0,
        owner_agreed: false,
        standing: false,
        major: false,
        break_glass: false,
        leads: false,
        dismissed: false,
    };

    /// The same in what holds in an incident: its modes, who led it, and whether automation was dismissed.
    #[must_use]
    pub fn within(self, case: &Case, around: &Circumstances, now: Time) -> Self {
        Self {
            leads: around.may_have_led(case),
            dismissed: case.dismissed,
            major: case.is_declared(Mode::MajorIncident, now),
            break_glass: case.is_declared(Mode::BreakGlass, now),
            ..self
        }
    }

    /// All that the operator and so many other people could give.
    #[must_use]
    pub fn all(others: usize) -> Self {
        Self {
            tier: Some(Tier::GRAVE),
            exact: true,
            agreed: others,
            major: true,
            break_glass: true,
            ..Self::NONE
        }
    }
}

/// Circumstances that are the same for all items of a plan.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// The incident.
    pub incident: String,
    /// Who operates.
    pub who: Who,
    /// Who is configured.
    pub roster: Arc<Roster>,
    /// Whether nobody sits at a terminal.
    pub unattended: bool,
    /// Whether this is a drill.
    pub drill: bool,
    /// How many identities are protected.
    pub protected: u32,
    /// Everybody who is behind whoever operates: what they sign is not another person's.
    pub present: Vec<String>,
    /// Whether whoever operates only says who they are, where a key of theirs would prove it.
    pub claimed: bool,
}

impl Circumstances {
    /// Those of somebody alone.
    #[must_use]
    pub fn solo(incident: &str, unattended: bool, drill: bool) -> Self {
        Self {
            incident: incident.to_owned(),
            who: Who::Solo,
            roster: Arc::default(),
            unattended,
            drill,
            protected: 0,
            present: Vec::new(),
            claimed: false,
        }
    }

    /// How who operates is named in the record.
    #[must_use]
    pub fn operator(&self) -> &str {
        match &self.who {
            Who::Person(name) | Who::Agent(name) | Who::Pipeline(name) => name,
            Who::Stranger => "stranger",
            Who::Solo if self.unattended => "unattended",
            Who::Solo => "solo",
        }
    }

    /// Whether somebody is behind whoever operates.
    #[must_use]
    pub fn is_present(&self, name: &str) -> bool {
        self.roster.behind(self.operator()) == name || self.present.iter().any(|one| one == name)
    }

    /// Whether whoever operates leads an incident or ever led it, for who handed it over contained it all the same, or
    /// cannot be told from who did: a claimed name makes nobody another person.
    fn may_have_led(&self, case: &Case) -> bool {
        let mut led = case.led.iter();
        led.any(|lead| self.claimed || self.is_present(lead))
    }

    /// The same authority with what these people signed for an item: who has the role `approver` agrees to anything, who
    /// has only the role `owner` to what they own.
    pub(super) fn agreed(
        &self,
        authority: Authority,
        (signed, item): (&[&Mandate], &Item),
    ) -> Authority {
        let is_owner = |mandate: &&&Mandate| self.roster.is_owner_alone(&mandate.by);
        let owners = signed.iter().filter(is_owner);
        let (number, owned) = owners.fold((0, false), |(number, owned), mandate| {
            (number + 1, owned || self.roster.owns(&mandate.by, item))
        });
        Authority {
            agreed: signed.len() - number,
            owner_agreed: owned,
            ..authority
        }
    }

    /// Whether whoever operates, or one of these who ask, is no person.
    pub(super) fn is_automation(&self, asking: &[String]) -> bool {
        let is_person = |name: &String| self.roster.person(name).is_some();
        matches!(self.who, Who::Agent(_) | Who::Pipeline(_))
            || asking.iter().any(|name| !is_person(name))
    }
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

    /// Every rule, with whether it permits or forbids, in the order of their ids.
    #[must_use]
    pub fn rules(&self) -> Vec<(&'static str, Rule)> {
        let mut rules: Vec<(&'static str, Rule)> = self
            .set
            .policies()
            .map(|policy| {
                let effect = match policy.effect() {
                    cedar_policy::Effect::Permit => "permit",
                    cedar_policy::Effect::Forbid => "forbid",
                };
                (effect, self.spell(policy.id()))
            })
            .collect();
        rules.sort_by(|(_, one), (_, two)| one.id.cmp(&two.id));
        rules
    }

    fn spell(&self, id: &PolicyId) -> Rule {
        let word = |name: &str| self.set.annotation(id, name).unwrap_or_default().to_owned();
        Rule {
            id: id.to_string(),
            title: word("title"),
            remedy: word("remedy"),
        }
    }

    /// Decides twice: with the authority there is, and with all that people could give.
    #[must_use]
    pub fn rule(
        &self,
        item: &Item,
        effect: &str,
        (around, asking): (&Circumstances, &[String]),
        authority: Authority,
    ) -> Ruling {
        let around = (around, asking);
        let all = Authority {
            leads: authority.leads,
            dismissed: authority.dismissed,
            owner_agreed: around.0.roster.could_own(asking, item),
            ..Authority::all(around.0.roster.could_agree(asking))
        };
        match self.decide(item, effect, around, authority) {
            Ok(determining) => Ruling::Allow(determining),
            Err(rules) => match self.decide(item, effect, around, all) {
                Ok(_) => Ruling::NeedsMandate(rules),
                Err(rules) => Ruling::Forbidden(rules),
            },
        }
    }

    fn decide(
        &self,
        item: &Item,
        effect: &str,
        around: (&Circumstances, &[String]),
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
        let response = stacker::maybe_grow(SPARE_STACK, FRESH_STACK, || {
            Authorizer::new().is_authorized(&request, &self.set, &entities)
        });
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
            Decision::Deny => Err(determining.iter().map(|id| self.spell(id)).collect()),
        }
    }
}

/// How much of the stack has to be left, in bytes, or a fresh one of the other size is taken for an evaluation. Cedar goes as
/// deep as a policy is long, megabytes where nothing is optimised, and stops with an error, which denies, near the end of it.
const SPARE_STACK: usize = 4 * 1024 * 1024;
const FRESH_STACK: usize = 16 * 1024 * 1024;

fn first_line(text: &str) -> String {
    text.lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(80)
        .collect()
}

#[cfg(test)]
mod tests;
