//! Weather: what goes wrong between a request and its answer, by script or by chance.
//!
//! Deterministic from its seed. Never changes the world itself: a fault only says whether the effect happened.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

use crate::domain::clock::read_duration;
use crate::domain::{Answer, Because, Duration, Outcome, Time, Why};

/// A length of time as people write it: `40ms`, `5m`, `2h`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Length(pub Duration);

impl TryFrom<String> for Length {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        read_duration(&text).map(Self)
    }
}

impl From<Length> for String {
    fn from(length: Length) -> Self {
        crate::domain::clock::spell(length.0)
    }
}

/// What a request asks for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Who we are.
    Whoami,
    /// What a name means.
    Resolve,
    /// How a target looks.
    Observe,
    /// A question; the matched text is `<read> <target>`.
    Read,
    /// What a tag made.
    Made,
    /// Whether a credential works.
    Probe,
    /// A change; the matched text is `<action> <target>…`.
    Perform,
}

/// What goes wrong with one request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// Too many requests; nothing happens.
    Throttled {
        /// How long to wait, where the provider says.
        hint: Option<Length>,
    },
    /// A server error; nothing happens, and the caller cannot know.
    Error500Before,
    /// No answer; nothing happens, and the caller cannot know.
    TimeoutBefore,
    /// No answer, though the effect happens.
    TimeoutAfter,
    /// A server error after the effect; the caller cannot know.
    Error500After,
    /// No answer, and the effect happens so long after the request left: the caller has given up by then.
    Late(Length),
    /// The connection breaks after the effect.
    ResetAfter,
    /// The provider says no.
    Refused,
    /// The provider is not reached.
    Unavailable,
    /// The effect happens, and the answer is unreadable.
    Garbage,
    /// The answer comes late.
    Slow(Length),
    /// We are not permitted.
    Denied,
    /// The provider says yes to a change, and nothing happens. Nothing else is met by it.
    Ignored,
    /// A listing repeats its pages without end: half of it is read. Nothing else is met by it.
    EndlessPages,
}

impl Fault {
    /// Tells whether a change takes effect in spite of it, when it arrives.
    #[must_use]
    pub fn lets_through(self) -> bool {
        match self {
            Self::TimeoutAfter
            | Self::Error500After
            | Self::ResetAfter
            | Self::Garbage
            | Self::Slow(_)
            | Self::EndlessPages => true,
            Self::Throttled { .. }
            | Self::Error500Before
            | Self::TimeoutBefore
            | Self::Late(_)
            | Self::Refused
            | Self::Unavailable
            | Self::Ignored
            | Self::Denied => false,
        }
    }

    /// How much longer the caller waits, given its deadline.
    #[must_use]
    pub fn delays(self, deadline: Duration) -> Duration {
        match self {
            Self::TimeoutBefore | Self::TimeoutAfter | Self::Late(_) => deadline,
            Self::Slow(length) => length.0,
            Self::Throttled { .. }
            | Self::Error500Before
            | Self::Error500After
            | Self::ResetAfter
            | Self::Refused
            | Self::Unavailable
            | Self::Garbage
            | Self::Denied
            | Self::Ignored
            | Self::EndlessPages => Duration::ZERO,
        }
    }

    /// The reason it gives; none where the answer only comes late.
    #[must_use]
    pub fn why(self) -> Option<Why> {
        let (because, text) = match self {
            Self::Throttled { .. } => (Because::Throttled, "too many requests"),
            Self::Error500Before | Self::Error500After => {
                (Because::Unavailable, "internal failure (500)")
            }
            Self::TimeoutBefore | Self::TimeoutAfter | Self::Late(_) => {
                (Because::Timeout, "no answer in time")
            }
            Self::ResetAfter => (Because::Unavailable, "connection reset by peer"),
            Self::Refused => (Because::Conflict, "the request was refused"),
            Self::Unavailable => (Because::Unavailable, "connection refused"),
            Self::Garbage => (Because::Garbled, "<html> where an answer was expected"),
            Self::Slow(_) | Self::Ignored | Self::EndlessPages => return None,
            Self::Denied => (Because::Denied, "not permitted"),
        };
        Some(Why::new(because, text))
    }

    /// The outcome of a change that met it; none where the answer only comes late.
    #[must_use]
    pub fn outcome(self, now: Time) -> Option<Outcome> {
        if self == Self::Ignored {
            return Some(Outcome::Done(Answer::default()));
        }
        let why = self.why()?;
        Some(match self {
            Self::Throttled { hint } => Outcome::Throttled {
                until: hint.and_then(|hint| now.checked_add(hint.0).ok()),
            },
            Self::Refused | Self::Denied => Outcome::Refused(why),
            Self::Unavailable => Outcome::Unavailable(why),
            Self::Error500Before
            | Self::Error500After
            | Self::TimeoutBefore
            | Self::TimeoutAfter
            | Self::Late(_)
            | Self::ResetAfter
            | Self::Garbage => Outcome::InDoubt(why),
            Self::Slow(_) | Self::Ignored | Self::EndlessPages => return None,
        })
    }
}

/// One line of the script: which requests it meets, and what goes wrong with them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which operation; all where absent.
    #[serde(default)]
    pub on: Option<Operation>,
    /// A part of the action's id or of the target; all where empty.
    #[serde(default)]
    pub about: String,
    /// Which of the matching requests, from 1; every one where absent.
    #[serde(default)]
    pub nth: Option<u32>,
    /// What goes wrong.
    pub fault: Fault,
}

impl Rule {
    /// A rule that meets one request only.
    #[must_use]
    pub fn once(on: Operation, about: &str, nth: u32, fault: Fault) -> Self {
        Self {
            on: Some(on),
            about: about.to_owned(),
            nth: Some(nth),
            fault,
        }
    }
}

/// The weather of a world; clones share one script.
#[derive(Clone, Debug, Default)]
pub struct Weather(Arc<Mutex<Script>>);

#[derive(Debug, Default)]
struct Script {
    rules: Vec<(Rule, u32)>,
    chance: Option<Chance>,
}

#[derive(Debug)]
struct Chance {
    of: f64,
    faults: Vec<Fault>,
    rng: ChaCha12Rng,
}

impl Weather {
    /// Weather that follows a script; of several rules that meet a request, the first decides.
    #[must_use]
    pub fn scripted(rules: Vec<Rule>) -> Self {
        let weather = Self::default();
        for rule in rules {
            weather.add(rule);
        }
        weather
    }

    /// Adds a rule; it counts requests from now on.
    pub fn add(&self, rule: Rule) {
        self.script().rules.push((rule, 0));
    }

    /// Lets each request that no rule meets fail with this probability, in one of these ways.
    pub fn by_chance(&self, seed: u64, of: f64, faults: &[Fault]) {
        self.script().chance = Some(Chance {
            of,
            faults: faults.to_vec(),
            rng: ChaCha12Rng::seed_from_u64(seed),
        });
    }

    /// Ends all bad weather.
    pub fn clear(&self) {
        *self.script() = Script::default();
    }

    /// Draws what goes wrong with one request; `about` is only asked where a rule needs it.
    pub fn draw(&self, operation: Operation, about: impl FnOnce() -> String) -> Option<Fault> {
        let mut script = self.script();
        if script.rules.is_empty() && script.chance.is_none() {
            return None;
        }
        let about = about();
        let mut fault = None;
        for (rule, met) in &mut script.rules {
            if rule.on.is_none_or(|on| on == operation) && about.contains(&rule.about) {
                *met = met.saturating_add(1);
                if rule.nth.is_none_or(|nth| nth == *met) {
                    fault = fault.or(Some(rule.fault));
                }
            }
        }
        fault.or_else(|| script.chance.as_mut().and_then(Chance::draw))
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Chance {
    fn draw(&mut self) -> Option<Fault> {
        let hit = fraction(&mut self.rng) < self.of;
        let which = self.rng.next_u64();
        let count = u64::try_from(self.faults.len()).ok()?;
        let which = usize::try_from(which.checked_rem(count)?).ok()?;
        self.faults.get(which).copied().filter(|_| hit)
    }
}

/// Draws a number from 0 up to, and without, 1.
pub(super) fn fraction(rng: &mut ChaCha12Rng) -> f64 {
    f64::from(rng.next_u32()) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(weather: &Weather, about: &str) -> Option<Fault> {
        weather.draw(Operation::Perform, || about.to_owned())
    }

    #[test]
    fn a_rule_meets_the_nth_matching_request_and_no_other() {
        let rule = Rule::once(Operation::Perform, "deny", 2, Fault::ResetAfter);
        let weather = Weather::scripted(vec![rule]);
        assert_eq!(drawn(&weather, "aws.deny-user x"), None);
        assert_eq!(drawn(&weather, "aws.end-sessions x"), None);
        assert_eq!(weather.draw(Operation::Read, || "deny".into()), None);
        assert_eq!(drawn(&weather, "aws.deny-user y"), Some(Fault::ResetAfter));
        assert_eq!(drawn(&weather, "aws.deny-user y"), None);
    }

    #[test]
    fn chance_is_the_same_for_the_same_seed() {
        let draws = |seed| -> Vec<_> {
            let weather = Weather::default();
            weather.by_chance(seed, 0.5, &[Fault::Refused, Fault::TimeoutAfter]);
            (0..64).map(|_| drawn(&weather, "")).collect()
        };
        assert_eq!(draws(1), draws(1));
        assert_ne!(draws(1), draws(2));
        assert!(draws(1).contains(&None) && draws(1).contains(&Some(Fault::Refused)));
    }
}
