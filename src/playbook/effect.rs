//! What a step may do where it stands: effects by phase, kinds of targets, tiers, modes, repetition.
//!
//! Never weighs whether it is wise: that is policy's.

use super::diagnostic::Problem;
use super::expr::Expr;
use super::lint::Lint;
use super::model::{AfterFailure, Mode, StepWork, Verb, What};
use super::program::shared_only;
use super::step::StepDraft;
use crate::domain::action::Repeat;
use crate::domain::{Effect, Kind, KindId, Locator, Phase, ReadKind, Spec, Undo};

impl Lint<'_> {
    /// The action that a step names.
    fn spec(&self, step: &StepDraft) -> Option<&Spec> {
        let StepWork::Do(What::Action(id)) = step.does()? else {
            return None;
        };
        self.vocabulary
            .actions
            .iter()
            .find(|spec| spec.id == *id)
            .copied()
    }

    pub(super) fn is_cut(&self, step: &StepDraft) -> bool {
        matches!(step.does(), Some(StepWork::Do(What::Verb(Verb::Cut(_)))))
            || self.spec(step).is_some_and(|spec| spec.cut().is_some())
    }

    /// The word for how a step gives access, where it does.
    fn gives(&self, step: &StepDraft) -> Option<&'static str> {
        if let Some(StepWork::Do(What::Verb(verb @ (Verb::Rotate | Verb::Replace)))) = step.does() {
            return Some(verb.word());
        }
        let gives = |spec: &&Spec| {
            matches!(
                spec.effect,
                Effect::Open | Effect::Issue(_) | Effect::Deliver
            )
        };
        self.spec(step).filter(gives).map(|spec| spec.effect.word())
    }

    /// What follows a failure where the file does not say.
    pub(super) fn after(&self, step: &StepDraft) -> AfterFailure {
        match step.does() {
            Some(StepWork::Do(_)) if self.is_cut(step) => AfterFailure::Keep,
            Some(StepWork::Read(_) | StepWork::Notify(_)) => AfterFailure::Continue,
            Some(
                StepWork::Do(_) | StepWork::Check(_) | StepWork::Gate(_) | StepWork::Manual(_),
            )
            | None => AfterFailure::Stop,
        }
    }

    pub(super) fn effects(&mut self, step: &StepDraft) {
        let phase = step.phase.word();
        let is_cut = self.is_cut(step);
        let id = &step.id;
        if is_cut && !matches!(step.phase, Phase::Isolate | Phase::Inventory) {
            let message =
                format!("step `{id}` cuts in {phase}; a cut belongs in isolate or inventory");
            self.note("effect", step.work_span, message);
        }
        if let Some(word) = self.gives(step)
            && step.phase != Phase::Reissue
        {
            let message =
                format!("step `{id}` gives access ({word}) in {phase}; this belongs in reissue");
            self.note("effect", step.work_span, message);
        }
        if !matches!(step.does(), Some(StepWork::Do(_))) || is_cut {
            return;
        }
        let nothing =
            |what: &str| format!("step `{id}` cuts nothing, so there is nothing to {what}");
        if let Some((_, span)) = &step.review {
            self.note("effect", *span, nothing("review"));
        }
        if let Some((verify, span)) = &step.verify
            && verify.probe.is_some()
        {
            self.note("effect", *span, nothing("probe"));
        }
        if let Some((_, span)) = &step.mode {
            self.note("effect", *span, nothing("leave open"));
        }
    }

    /// Waves, repetition, failure, tier and mode.
    pub(super) fn course(&mut self, step: &StepDraft) {
        let id = &step.id;
        if step.for_each.is_none() {
            let waves = step.waves.as_ref().map(|(_, span)| ("waves", *span));
            let most = step.max_failures.map(|(_, span)| ("max_failures", span));
            for (key, span) in waves.into_iter().chain(most) {
                let message = format!("`{key}` has no meaning without `for_each`");
                self.note("misplaced-key", span, message);
            }
        }
        let spec = self.spec(step).cloned();
        if let (Some(spec), Some((retry, span))) = (&spec, &step.retry)
            && spec.repeat == Repeat::Once
            && retry.attempts > 1
        {
            let message = format!(
                "each attempt of `{}` makes something new that nothing finds, so it is not tried again",
                spec.id
            );
            self.note("effect", *span, message);
        }
        let undo_self = step
            .on_failure
            .as_ref()
            .and_then(|after| after.then)
            .filter(|(then, _)| *then == AfterFailure::UndoSelf);
        if let Some((_, span)) = undo_self {
            let why = match (&spec, step.does()) {
                _ if self.is_cut(step) => {
                    Some("a cut is never given back because something failed".to_owned())
                }
                (Some(spec), _) => match &spec.undo {
                    Undo::None(why) => Some(format!("`{}` cannot be given back: {why}", spec.id)),
                    Undo::By(_) => None,
                },
                (None, Some(StepWork::Do(_))) => None,
                (None, _) => Some(format!("step `{id}` does nothing that could be given back")),
            };
            if let Some(why) = why {
                self.note("effect", span, why);
            }
        }
        if let (Some(spec), Some((tier, span))) = (&spec, step.tier)
            && tier < spec.floor
        {
            let message = format!(
                "`{}` has tier {} at least; a playbook raises a tier and never lowers it",
                spec.id, spec.floor
            );
            self.note("tier", span, message);
        }
        if let Some((Mode::ReadOnly { .. }, span)) = &step.mode
            && self.is_cut(step)
            && let Some(why) = self.held_by_attacker(step)
        {
            let problem = Problem::new("mode", *span, why);
            self.problems.push(problem.hint(
                "`read-only` is for healthy users of a shared principal; leave the mode out",
            ));
        }
    }

    /// Why the target is, or may be, what the attacker holds.
    fn held_by_attacker(&self, step: &StepDraft) -> Option<String> {
        let target = step.target.as_ref()?;
        let credential = |kind: &KindId| {
            let known = self.vocabulary.kinds.iter().find(|known| known.id == *kind);
            known.is_none_or(|kind| kind.credential)
        };
        if let Some(each) = &step.for_each
            && target.mentions(&each.variable)
        {
            let shared = each.list.whole().is_some_and(|cel| shared_only(cel.tree()));
            return (!shared).then(|| {
                "the target may be minted or entered by the attacker: the list is not held to the relations shared, could-enter, could-read".to_owned()
            });
        }
        if let Some(text) = target.as_literal().and_then(|value| value.as_str()) {
            let locator: Locator = text.parse().ok()?;
            return credential(locator.kind())
                .then(|| format!("`{text}` is a credential, and the attacker may hold it"));
        }
        let parts = whole_path(target);
        match parts.as_slice() {
            ["subject"] | ["subject", "locator"] | ["inputs", "subject"] => {
                let kinds = self.kinds_of_input("subject");
                if kinds.is_empty() {
                    Some("the subject may be a credential, which the attacker holds".to_owned())
                } else {
                    kinds
                        .iter()
                        .any(credential)
                        .then(|| "the subject is a credential, which the attacker holds".to_owned())
                }
            }
            ["subject", "principal"] => None,
            ["inputs", name] => {
                let kinds = self.kinds_of_input(name);
                let may = kinds.is_empty() || kinds.iter().any(credential);
                may.then(|| format!("`inputs.{name}` may be a credential that the attacker holds"))
            }
            _ => Some("it cannot be told that the attacker does not hold the target".to_owned()),
        }
    }

    fn kinds_of_input(&self, name: &str) -> Vec<KindId> {
        let input = self.draft.inputs.iter().find(|input| input.name == name);
        input
            .and_then(|input| input.kind.kinds())
            .unwrap_or_default()
            .to_vec()
    }

    /// The kinds that a step's target can have, where the file says so.
    fn target_kinds(&mut self, step: &StepDraft) -> Vec<KindId> {
        let Some(target) = &step.target else {
            return Vec::new();
        };
        if let Some(text) = target.as_literal().and_then(|value| value.as_str()) {
            let Ok(locator) = text.parse::<Locator>() else {
                let message =
                    format!("`{text}` is no locator; write <provider>:<kind>/<id>@<account>");
                self.note("value", target.span, message);
                return Vec::new();
            };
            let kind = locator.kind().to_string();
            if !self.kinds.contains(&kind) {
                let message = format!("there is no kind `{kind}`");
                let problem = Problem::new("unknown-kind", target.span, message);
                self.problems
                    .push(problem.meant(&kind, self.kinds.iter().map(String::as_str)));
                return Vec::new();
            }
            return vec![locator.kind().clone()];
        }
        match whole_path(target).as_slice() {
            ["subject"] | ["subject", "locator"] => self.kinds_of_input("subject"),
            ["inputs", name] => self.kinds_of_input(name),
            _ => Vec::new(),
        }
    }

    pub(super) fn kinds_of(&mut self, step: &StepDraft) {
        let kinds = self.target_kinds(step);
        if kinds.is_empty() {
            return;
        }
        let listed = kinds
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        if let Some(spec) = self.spec(step)
            && kinds.iter().any(|kind| *kind != spec.on)
        {
            let message = format!(
                "`{}` works on {}, and the target is {listed}",
                spec.id, spec.on
            );
            self.note("kind", step.work_span, message);
        }
        if let Some(StepWork::Read(read)) = step.does()
            && *read != ReadKind::State
        {
            let known: Vec<&&Kind> = self
                .vocabulary
                .kinds
                .iter()
                .filter(|kind| kinds.contains(&kind.id))
                .collect();
            if !known.is_empty() && known.iter().all(|kind| !kind.reads.contains(read)) {
                let message = format!("this cannot be read of {listed}");
                self.note("kind", step.work_span, message);
            }
        }
        if let Some(StepWork::Do(What::Verb(verb))) = step.does() {
            let left = kinds.iter().filter(|kind| !self.does(*verb, kind));
            let notes: Vec<Problem> = left
                .map(|kind| {
                    let message = format!(
                        "no action does `{}`, or anything near it, to {kind}: it is left to a person, as an obligation",
                        verb.word()
                    );
                    Problem::new("left-to-people", step.work_span, message)
                })
                .collect();
            self.notes.extend(notes);
        }
    }

    /// Whether an action gives a verb, or a rung near it, to a kind; else it is left to people.
    fn does(&self, verb: Verb, kind: &KindId) -> bool {
        self.vocabulary.actions.iter().any(|spec| match verb {
            Verb::Cut(_) => spec
                .cut()
                .is_some_and(|cut| spec.on == *kind || cut.of.contains(kind)),
            Verb::Rotate | Verb::Replace => {
                matches!(&spec.effect, Effect::Issue(issued) if issued == kind)
                    || spec.on == *kind && matches!(spec.effect, Effect::Issue(_) | Effect::Deliver)
            }
        })
    }
}

fn whole_path(expr: &Expr) -> Vec<&str> {
    match expr.whole().and_then(|cel| cel.path()) {
        Some(path) => path.parts.iter().map(String::as_str).collect(),
        None => Vec::new(),
    }
}
