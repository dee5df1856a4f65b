//! Which action does what a step asks for on one target; a manual task where none fits.
//!
//! Never a harder cut than the step leaves room for.

use std::collections::BTreeMap;

use super::candidate::Candidate;
use super::{Ask, stake};
use crate::domain::item::Asked;
use crate::domain::plan::Pending;
use crate::domain::shell::quoted;
use crate::domain::{
    Access, Because, Cut, Fact, Fate, Fields, Item, Locator, Relation, Rung, Seen, Spec, Work,
};
use crate::playbook::{Mode, StepWork, Verb, What};

/// The action chosen for a candidate.
pub(super) struct Choice<'a> {
    pub(super) spec: &'a Spec,
    pub(super) target: Locator,
    pub(super) note: Option<String>,
}

impl<'s> Candidate<'s> {
    /// What the estate is asked about it. Only what was named, or made by it, belongs to the principal of its subject.
    pub(super) fn asked<'a>(
        &'a self,
        target: &'a Locator,
        principal: Option<&'a Locator>,
    ) -> stake::Asked<'a> {
        let of_subject = matches!(self.relation, None | Some(Relation::Minted));
        stake::Asked {
            target,
            principal: principal.or(self.principal.as_ref().filter(|_| of_subject)),
            subject: self.key.subject.as_ref(),
            subject_principal: self.subject_principal.as_ref(),
            relation: self.relation,
        }
    }

    /// Chooses the action: the named one, or the one that gives the verb to the kind; for a thing that cannot be cut
    /// itself, ending the sessions of its principal, or suspending that where it alone ends them.
    pub(super) fn choose<'a>(
        &self,
        ask: &Ask<'a>,
        seen: &BTreeMap<Locator, Seen>,
    ) -> Option<Choice<'a>> {
        let rung = match &self.what {
            What::Action(action) => {
                let spec = ask.catalogue.action(action)?;
                return (spec.on == *self.target.kind()).then(|| Choice {
                    spec,
                    target: self.target.clone(),
                    note: None,
                });
            }
            What::Verb(verb) => verb.rung()?,
        };
        if self.step.mode != Mode::Stop {
            return self.leaving(ask, rung);
        }
        let exact = ask.catalogue.cut_for(self.target.kind(), rung);
        if let Some((spec, got)) = exact.or_else(|| self.instead(ask, rung)) {
            let note = (got != rung).then(|| {
                format!(
                    "{} has no `{}`; this is `{}`",
                    self.target.kind(),
                    rung.verb(),
                    got.verb()
                )
            });
            return Some(Choice {
                spec,
                target: self.target.clone(),
                note,
            });
        }
        let principal = seen
            .get(&self.target)
            .and_then(Seen::principal)
            .or_else(|| self.principal.clone())?;
        let cuts = |rung| ask.catalogue.cut_for(principal.kind(), rung);
        let is_soft = |(_, rung): &(&Spec, Rung)| *rung <= Rung::Suspend;
        let ends = cuts(Rung::EndSessions).or_else(|| cuts(Rung::Suspend).filter(is_soft));
        let (spec, _) = ends?;
        let reaches = spec
            .cut()
            .is_some_and(|cut| cut.of.contains(self.target.kind()));
        let note = Some(format!(
            "{} cannot be cut by itself; all sessions of {principal} end",
            self.target
        ));
        reaches.then_some(Choice {
            spec,
            target: principal,
            note,
        })
    }

    /// What stands in for ending sessions that cannot be ended by themselves. The subject is stopped anyway; what was found
    /// is suspended; the subject's principal only where that reaches what the subject makes: its other credentials and whoever
    /// works with it stay.
    fn instead<'a>(&self, ask: &Ask<'a>, wanted: Rung) -> Option<(&'a Spec, Rung)> {
        if wanted != Rung::EndSessions {
            return None;
        }
        let kind = self.target.kind();
        let subject = self.key.subject.as_ref();
        if subject == Some(&self.target) {
            return ask.catalogue.cut_for(kind, Rung::Suspend);
        }
        let makes = subject.and_then(|subject| ask.catalogue.kind(subject.kind()));
        let makes = makes.map_or(&[][..], |kind| kind.mints.as_slice());
        let reaches = |spec: &Spec| {
            let ends = |cut: &Cut| {
                cut.issued != Fate::Lives && cut.of.iter().any(|kind| makes.contains(kind))
            };
            self.relation.is_some() || spec.cut().is_some_and(ends)
        };
        let mut all = ask.catalogue.actions().filter(|spec| spec.on == *kind);
        let is_soft = |spec: &&Spec| spec.cut().is_some_and(|cut| cut.rung == Rung::Suspend);
        let spec = all.find(|spec| is_soft(spec) && reaches(spec))?;
        Some((spec, Rung::Suspend))
    }

    /// Whether nothing is to be done: it would end the sessions of the subject's principal, and none can be ended. Those of
    /// other credentials are not meant, and what the subject made itself lapses.
    pub(super) fn has_nothing_to_end(&self) -> bool {
        matches!(&self.what, What::Verb(verb) if verb.rung() == Some(Rung::EndSessions))
            && self.relation.is_none()
            && self.key.subject.as_ref() != Some(&self.target)
            && self.subject_principal.as_ref() == Some(&self.target)
    }

    /// What is told of that, where the subject makes something.
    pub(super) fn lapses(&self, ask: &Ask<'_>) -> Option<String> {
        let subject = self.key.subject.as_ref()?;
        let makes = &ask.catalogue.kind(subject.kind())?.mints;
        let nouns: Vec<&str> = makes.iter().map(|kind| kind.noun()).collect();
        (!nouns.is_empty()).then(|| {
            format!(
                "what {subject} has made ({}) works until it lapses: no action of this build ends it",
                nouns.join(", ")
            )
        })
    }

    /// Whether it tells somebody through a notifier.
    pub(super) fn tells(&self) -> bool {
        matches!(self.step.work, StepWork::Notify(_))
    }

    /// The cut of the kind that leaves the access that the step's mode wants, nearest to the wanted rung; never a harder
    /// one in its place.
    fn leaving<'a>(&self, ask: &Ask<'a>, rung: Rung) -> Option<Choice<'a>> {
        let leaves = |spec: &&'a Spec| {
            spec.cut().is_some_and(|cut| match &self.step.mode {
                Mode::Stop => true,
                Mode::Quarantine => cut.quarantines(),
                Mode::ReadOnly { .. } => match &cut.allows {
                    Access::ReadOnly => true,
                    Access::Param(name) => {
                        self.with.get(name).and_then(|said| said.as_str()) == Some("read-only")
                    }
                    Access::Nothing | Access::AsBefore => false,
                },
            })
        };
        let far = |spec: &&'a Spec| {
            let at = spec.cut().map_or(rung, |cut| cut.rung);
            (Rung::ALL.iter().position(|known| *known == at), at)
        };
        let wanted = Rung::ALL.iter().position(|known| *known == rung);
        let all = ask.catalogue.actions();
        let fitting = all
            .filter(|spec| spec.on == *self.target.kind())
            .filter(leaves);
        let spec = fitting.min_by_key(|spec| {
            let (at, rung) = far(spec);
            (at.unwrap_or(0).abs_diff(wanted.unwrap_or(0)), rung)
        })?;
        let got = spec.cut().map_or(rung, |cut| cut.rung);
        let note = (got != rung).then(|| {
            format!(
                "what `{}` leaves is left by `{}`, not by `{}`",
                self.step.mode.word(),
                got.verb(),
                rung.verb()
            )
        });
        Some(Choice {
            spec,
            target: self.target.clone(),
            note,
        })
    }

    /// Whether the principal may be known once the subject can be read: until then nobody needs to do it by hand.
    pub(super) fn is_hidden(&self, seen: &BTreeMap<Locator, Seen>) -> bool {
        let subject = self
            .key
            .subject
            .as_ref()
            .and_then(|subject| seen.get(subject));
        self.principal.is_none()
            && subject.is_some_and(|seen| match &seen.fact {
                Fact::Unreadable(why) => why.because != Because::NotImplemented,
                Fact::Present(_) | Fact::Gone => false,
            })
    }

    /// Turns to the old credential, once what replaces it is planned.
    pub(super) fn cut_old(&mut self, rung: Rung) {
        self.key = super::issue::part(&self.key, "old");
        self.what = What::Verb(Verb::Cut(rung));
        self.with = Fields::new();
    }

    /// Leaves it to a later round.
    pub(super) fn wait(&self, pending: &mut Vec<Pending>) {
        if !pending.iter().any(|known| known.step == self.key.step) {
            pending.push(Pending {
                phase: self.key.phase,
                step: self.key.step.clone(),
                why: "waits for the subject to be readable".to_owned(),
            });
        }
    }

    /// The obligation that is left where no action fits.
    pub(super) fn manual(self, ask: &Ask<'_>) -> Item {
        let verb = match &self.what {
            What::Verb(verb) => verb.word().to_owned(),
            What::Action(action) => action.to_string(),
        };
        let leaving = match &self.step.mode {
            Mode::Stop => String::new(),
            Mode::Quarantine => " and leave it running in quarantine".to_owned(),
            Mode::ReadOnly { .. } => " and leave it reading".to_owned(),
        };
        // A provider that found it may know how it is closed, or how all of its kind are.
        let found = self.facts.get("steps").and_then(|steps| steps.as_str());
        let kind = ask.catalogue.kind(self.target.kind());
        let of_kind = kind.and_then(|kind| kind.by_hand.as_deref());
        let known = found.or(of_kind);
        let steps = known.map_or_else(
            || {
                format!(
                    "no provider of this build can `{verb}` {}{leaving}; do it in the provider's console",
                    self.target
                )
            },
            str::to_owned,
        );
        let then = format!(
            "contain incident done {} --incident {}",
            quoted(&self.key.to_string()),
            ask.case.incident
        );
        let text = match steps.ends_with('.') {
            true => format!("{steps} Then: {then}"),
            false => format!("{steps}, then: {then}"),
        };
        let stake = stake::of(ask, self.asked(&self.target, None));
        let asked = Asked {
            target: Some(self.target),
            text,
            cuts: true,
            evidence: found.is_none() && of_kind.is_some(),
            ..Asked::default()
        };
        Item {
            relation: self.relation,
            evidence: self.evidence,
            facts: self.facts,
            only_if: self.only_if,
            stake,
            ..Item::new(self.key, Work::Manual(asked))
        }
    }
}
