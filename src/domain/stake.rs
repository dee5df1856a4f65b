//! What is at stake where a target is cut: whose it is, where it stands, how much hangs on it, as the estate says.
//!
//! Pure data, and what follows from it for the risk. Never looks anything up: that is the estate's.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Tier;

/// What the estate says of a target; where no estate is loaded there is none of it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Stake {
    /// The identities whose it is, by name; empty where the estate names none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<String>,
    /// Who answers for them; empty where nobody is known to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<Owner>,
    /// Where they run; of several the one that weighs most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// How critical they are; of several the highest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criticality: Option<Criticality>,
    /// Who depends on it, so what breaks; absent where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependants: Option<Vec<Dependant>>,
    /// Healthy identities that use it too, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shared_with: Vec<String>,
    /// Whether it came to be in the incident: nobody owned it, and nothing depended on it before.
    #[serde(default, skip_serializing_if = "super::item::is_false")]
    pub is_new: bool,
}

/// Who answers for an identity.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Owner {
    /// Who.
    pub who: Responsible,
    /// How they are reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

/// A person or a team.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Responsible {
    /// A person, by the name that `contain.yaml` has for them.
    Person(String),
    /// A team.
    Team(String),
}

/// Something that stops working with it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Dependant {
    /// What, by its name: an identity of the estate, or what people call it.
    pub name: String,
    /// Whom to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

/// Where an identity runs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Environment {
    /// For trying things out.
    Sandbox,
    /// For developing.
    Development,
    /// For testing.
    Test,
    /// As in production, without its users.
    Staging,
    /// For real.
    Production,
}

/// How much hangs on an identity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Criticality {
    /// Nobody notices for days.
    Low,
    /// Somebody notices within a day.
    Medium,
    /// Customers or money notice within hours.
    High,
    /// The organisation stands still, or people are in danger.
    Critical,
}

/// What raises a tier, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Raise {
    /// How far.
    pub to: To,
    /// Why, as a clause.
    pub why: String,
    /// Whether it is that healthy identities use it too.
    pub of_sharing: bool,
}

/// How far something raises a tier.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum To {
    /// To this one at least.
    AtLeast(Tier),
    /// By one.
    OneMore,
}

impl Environment {
    /// All of them, by rising weight.
    pub const ALL: [Self; 5] = [
        Self::Sandbox,
        Self::Development,
        Self::Test,
        Self::Staging,
        Self::Production,
    ];

    /// As it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Development => "development",
            Self::Test => "test",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }

    /// The least tier of whatever changes something there.
    #[must_use]
    pub fn tier(self) -> Tier {
        match self {
            Self::Production => Tier::DISRUPTIVE,
            Self::Sandbox | Self::Development | Self::Test | Self::Staging => Tier::LOW,
        }
    }
}

impl Criticality {
    /// All of them, rising.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// As it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The least tier of whatever changes something of such an identity.
    #[must_use]
    pub fn tier(self) -> Tier {
        match self {
            Self::Low | Self::Medium => Tier::LOW,
            Self::High => Tier::DISRUPTIVE,
            Self::Critical => Tier::GRAVE,
        }
    }
}

impl Stake {
    /// Whether somebody is known to own it.
    #[must_use]
    pub fn is_owned(&self) -> bool {
        !self.owners.is_empty()
    }

    /// Whether it is critical.
    #[must_use]
    pub fn is_critical(&self) -> bool {
        self.criticality == Some(Criticality::Critical)
    }

    /// Everything that raises the tier of what changes it, least first, each with its reason.
    #[must_use]
    pub fn raises(&self) -> Vec<Raise> {
        let mut raises = Vec::new();
        let mut raise = |to, why: String| {
            let of_sharing = false;
            raises.push(Raise {
                to,
                why,
                of_sharing,
            });
        };
        if let Some(environment) = self.environment {
            let why = format!("it stands in {}", environment.word());
            raise(To::AtLeast(environment.tier()), why);
        }
        if let Some(criticality) = self.criticality {
            let why = format!("its criticality is {}", criticality.word());
            raise(To::AtLeast(criticality.tier()), why);
        }
        if self.dependants.is_none() && !self.is_new {
            let why = "the estate does not say who depends on it: a tier higher";
            raise(To::OneMore, why.to_owned());
        }
        if !self.is_owned() && !self.is_new {
            let why = "the estate does not say who owns it: a tier higher";
            raise(To::OneMore, why.to_owned());
        }
        if !self.shared_with.is_empty() {
            let healthy = self.shared_with.join(", ");
            raises.push(Raise {
                to: To::OneMore,
                why: format!("healthy identities use it too ({healthy}): a tier higher"),
                of_sharing: true,
            });
        }
        raises
    }

    /// Whose it is, in a line.
    #[must_use]
    pub fn whose(&self) -> String {
        let mut parts = Vec::new();
        parts.push(match (self.identities.is_empty(), self.is_new) {
            (false, _) => self.identities.join(", "),
            (true, true) => "made in the incident".to_owned(),
            (true, false) => "nobody whom the estate names".to_owned(),
        });
        if self.is_owned() {
            let owners: Vec<String> = self.owners.iter().map(ToString::to_string).collect();
            parts.push(format!("owned by {}", owners.join(" and ")));
        } else if !self.is_new {
            parts.push("owner unknown".to_owned());
        }
        parts.extend(self.environment.map(|one| one.word().to_owned()));
        parts.extend(
            self.criticality
                .map(|one| format!("criticality {}", one.word())),
        );
        if !self.shared_with.is_empty() {
            parts.push(format!("shared with {}", self.shared_with.join(", ")));
        }
        parts.join(" · ")
    }

    /// What breaks with it, in a line.
    #[must_use]
    pub fn breaks(&self) -> String {
        match &self.dependants {
            None if self.is_new => "nothing that was there before the incident".to_owned(),
            None => "not known: the estate does not say who depends on it".to_owned(),
            Some(none) if none.is_empty() => "nothing, says the estate".to_owned(),
            Some(some) => {
                let some: Vec<String> = some.iter().map(ToString::to_string).collect();
                some.join(", ")
            }
        }
    }
}

fn reached(f: &mut fmt::Formatter<'_>, name: &str, contact: Option<&str>) -> fmt::Result {
    f.write_str(name)?;
    match contact {
        Some(contact) => write!(f, " ({contact})"),
        None => Ok(()),
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.who {
            Responsible::Person(name) => reached(f, name, self.contact.as_deref()),
            Responsible::Team(name) => {
                f.write_str("team ")?;
                reached(f, name, self.contact.as_deref())
            }
        }
    }
}

impl fmt::Display for Dependant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        reached(f, &self.name, self.contact.as_deref())
    }
}
