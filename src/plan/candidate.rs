//! What a playbook's steps come to for each subject: targets, before an action is chosen for each.
//!
//! Evaluates expressions over what is known; what is not known yet becomes pending, never a guess.

use std::collections::{BTreeMap, BTreeSet};

use super::{Ask, Error, scope};
use crate::domain::plan::Pending;
use crate::domain::{
    Because, Duration, Fact, Fields, Found, Item, ItemKey, ItemRef, Locator, Phase, Relation, Rung,
    Seen, Spec, Tier, Work,
};
use crate::playbook::{Evaluated, Scope, Step, What, scope as data};

/// One target of one step.
pub(super) struct Candidate {
    pub(super) key: ItemKey,
    pub(super) what: What,
    pub(super) target: Locator,
    pub(super) relation: Option<Relation>,
    pub(super) evidence: Option<String>,
    pub(super) review: Option<Duration>,
    pub(super) verify_within: Option<Duration>,
    pub(super) facts: Fields,
    principal: Option<Locator>,
}

/// The action chosen for a candidate.
pub(super) struct Choice<'a> {
    pub(super) spec: &'a Spec,
    pub(super) target: Locator,
    pub(super) note: Option<String>,
}

/// The key of a step's item.
pub(super) fn key(step: &Step, each: Option<String>, subject: &Locator) -> ItemKey {
    ItemKey {
        phase: step.phase,
        step: step.id.clone(),
        each,
        subject: step.per_subject.then(|| subject.clone()),
    }
}

/// Evaluates the acting steps of the open phases for every subject.
pub(super) fn gather(
    ask: &Ask<'_>,
    subjects: &[Seen],
) -> Result<(Vec<Candidate>, Vec<Pending>), Error> {
    let (mut candidates, mut pending) = (Vec::new(), Vec::new());
    let mut base = Scope::new();
    base.set_now(ask.now);
    base.set(
        "incident",
        data::incident(&ask.case.incident, ask.order.since),
    );
    for seen in subjects {
        let subject = &seen.target;
        let mut scope = base.clone();
        scope.set("subject", data::subject(subject, seen.principal().as_ref()));
        let mut inputs: serde_json::Map<_, _> = ask.order.inputs.clone().into_iter().collect();
        inputs.insert("subject".into(), subject.to_string().into());
        scope.set("inputs", serde_json::Value::Object(inputs));
        for step in &ask.playbook.steps {
            output(ask, step, subject, &mut scope);
        }
        for step in &ask.playbook.steps {
            let StepAt { step, what } = match step.work.what() {
                Some(what) if matches!(step.phase, Phase::Isolate | Phase::Inventory) => {
                    StepAt { step, what }
                }
                Some(_) => {
                    wait(&mut pending, step, "its phase comes later");
                    continue;
                }
                None => continue,
            };
            let gathered = one(ask, (step, what), (subject, seen), &scope)?;
            match gathered {
                Ok(found) => candidates.extend(stage(ask, step, found, &mut pending)),
                Err(unknown) => wait(
                    &mut pending,
                    step,
                    &format!("waits for {}", unknown.join(", ")),
                ),
            }
        }
    }
    Ok((candidates, pending))
}

struct StepAt<'a> {
    step: &'a Step,
    what: &'a What,
}

/// A limit on a `for_each` of cuts stages: what is beyond it waits for the next round, and is named.
fn stage(
    ask: &Ask<'_>,
    step: &Step,
    found: Vec<Candidate>,
    pending: &mut Vec<Pending>,
) -> Vec<Candidate> {
    let limit = step.for_each.as_ref().and_then(|for_each| for_each.limit);
    let Some(limit) = limit.and_then(|limit| usize::try_from(limit).ok()) else {
        return found;
    };
    let begun: BTreeSet<&ItemKey> = ask
        .case
        .lives_of(ask.at.0)
        .map(|(item, _)| &item.key)
        .collect();
    let mut fresh = 0;
    let all = found.len();
    let kept: Vec<_> = found
        .into_iter()
        .filter(|candidate| {
            let is_fresh = !begun.contains(&candidate.key);
            fresh += usize::from(is_fresh);
            !is_fresh || fresh <= limit
        })
        .collect();
    if kept.len() < all {
        wait(
            pending,
            step,
            &format!(
                "at most {limit} begin in one round; {} wait for the next",
                all - kept.len()
            ),
        );
    }
    kept
}

fn wait(pending: &mut Vec<Pending>, step: &Step, why: &str) {
    if !pending.iter().any(|known| known.step == step.id) {
        pending.push(Pending {
            phase: step.phase,
            step: step.id.clone(),
            why: why.to_owned(),
        });
    }
}

/// Makes what a step answered so far visible to expressions.
fn output(ask: &Ask<'_>, step: &Step, subject: &Locator, scope: &mut Scope) {
    let key = key(step, None, subject);
    if step.work.read().is_some() {
        if let Some((at, reading)) = ask.case.reading(ask.at.0, &key) {
            let item = |found: &Found| {
                let inside = scope::is_in(found, subject, &ask.order.include, ask.catalogue);
                let credential = ask
                    .catalogue
                    .kind(found.what.kind())
                    .is_some_and(|kind| kind.credential);
                data::found(found, inside, credential)
            };
            let items: Vec<_> = reading.found.iter().map(item).collect();
            let complete = reading.not_seen.is_empty();
            let output = serde_json::json!({"items": items, "at": at, "target": subject, "back_to": reading.back_to, "complete": complete, "status": "confirmed"});
            scope.set_step(&step.id, output);
        }
        return;
    }
    if step.for_each.is_some() {
        return;
    }
    let last = rounds(ask).find_map(|round| {
        ask.case.lives.get(&ItemRef {
            run: ask.at.0,
            round,
            key: key.clone(),
        })
    });
    if let Some(life) = last {
        let output = serde_json::json!({"at": life.acted_at, "target": life.planned.target, "status": life.state.status()});
        scope.set_step(&step.id, output);
    }
}

/// The rounds of this run that have a plan, latest first.
fn rounds(ask: &Ask<'_>) -> impl Iterator<Item = u32> {
    let run = ask.case.runs.get(&ask.at.0);
    run.into_iter()
        .flat_map(|run| run.plans.keys().rev().copied())
}

type Gathered = Result<Vec<Candidate>, Vec<String>>;

fn one(
    ask: &Ask<'_>,
    (step, what): (&Step, &What),
    (subject, seen): (&Locator, &Seen),
    scope: &Scope,
) -> Result<Gathered, Error> {
    let failed = |text: String| Error::Expression {
        playbook: ask.playbook.name.clone(),
        step: step.id.clone(),
        text,
    };
    let known = |evaluated| match evaluated {
        Evaluated::Known(value) => Ok(Ok(value)),
        Evaluated::Unknown(paths) => Ok(Err(paths)),
        Evaluated::Failed(text) => Err(failed(text)),
    };
    let review = match step.review.as_ref().map(|review| review.due_after(scope)) {
        Some(Evaluated::Known(after)) => Some(after),
        Some(Evaluated::Failed(text)) => return Err(failed(text)),
        Some(Evaluated::Unknown(_)) | None => None,
    };
    let verify_within = step.verify.as_ref().and_then(|verify| verify.within);
    if let Some(when) = &step.when {
        match known(when.eval(scope))? {
            Ok(serde_json::Value::Bool(true)) => {}
            Ok(_) => return Ok(Ok(Vec::new())),
            Err(unknown) => return Ok(Err(unknown)),
        }
    }
    let candidate = |key, target, found: Option<&Found>, principal| Candidate {
        key,
        what: what.clone(),
        target,
        relation: found.and_then(|found| found.relation),
        evidence: found.map(|found| found.evidence.clone()),
        review,
        verify_within,
        facts: found.map(|found| found.fields.clone()).unwrap_or_default(),
        principal,
    };
    let locator = |value: serde_json::Value| {
        if value.is_null() {
            return Ok(None);
        }
        let text = value.as_str().or_else(|| value.get("locator")?.as_str());
        let text = text.ok_or_else(|| failed("the target is no locator".to_owned()))?;
        text.parse()
            .map(Some)
            .map_err(|error| failed(format!("{error}")))
    };
    let Some(aim) = &step.target else {
        return Ok(Ok(Vec::new()));
    };
    let Some(for_each) = &step.for_each else {
        return Ok(match known(aim.eval(scope))? {
            Err(unknown) => Err(unknown),
            Ok(value) => Ok(match locator(value)? {
                Some(target) => vec![candidate(
                    key(step, None, subject),
                    target,
                    None,
                    seen.principal(),
                )],
                // A subject whose principal could not be told: what can be said is said by the subject's own item.
                None => Vec::new(),
            }),
        });
    };
    let elements = match known(for_each.list.eval(scope))? {
        Ok(serde_json::Value::Array(elements)) => elements,
        Ok(_) => return Err(failed("`in` is no list".to_owned())),
        Err(unknown) => return Ok(Err(unknown)),
    };
    let by_name = located(ask, subject);
    let mut candidates = Vec::with_capacity(elements.len());
    let mut inner = scope.clone();
    for element in elements {
        let reached = element
            .get("locator")
            .and_then(|name| by_name.get(name.as_str()?).copied());
        inner.set(&for_each.variable, element);
        let each = match known(for_each.key.eval(&inner))? {
            Ok(serde_json::Value::String(text)) => text,
            Ok(other) => other.to_string(),
            Err(unknown) => return Ok(Err(unknown)),
        };
        match known(aim.eval(&inner))? {
            Ok(value) => {
                // What a credential minted belongs to its principal, unless the provider knows better.
                let told = |found: &Found| found.fields.get("principal")?.as_str()?.parse().ok();
                let principal = reached.and_then(told).or_else(|| seen.principal());
                if let Some(target) = locator(value)? {
                    candidates.push(candidate(
                        key(step, Some(each), subject),
                        target,
                        reached,
                        principal,
                    ));
                }
            }
            Err(unknown) => return Ok(Err(unknown)),
        }
    }
    Ok(Ok(candidates))
}

/// What the reads of this run found about a subject, by name.
fn located<'a>(ask: &'a Ask<'_>, subject: &Locator) -> BTreeMap<String, &'a Found> {
    let reads = ask
        .playbook
        .steps
        .iter()
        .filter(|step| step.work.read().is_some());
    let readings = reads.filter_map(|step| ask.case.reading(ask.at.0, &key(step, None, subject)));
    let found = readings.flat_map(|(_, reading)| &reading.found);
    found
        .filter(|found| found.relation.is_some())
        .map(|found| (found.what.to_string(), found))
        .collect()
}

impl Candidate {
    /// Chooses the action: the named one, or the one that gives the verb to the kind; for a thing that cannot be cut
    /// itself, ending the sessions of its principal.
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
        if let Some((spec, got)) = ask.catalogue.cut_for(self.target.kind(), rung) {
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
        let (spec, _) = ask.catalogue.cut_for(principal.kind(), Rung::EndSessions)?;
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
        let steps = format!(
            "no provider of this build can `{verb}` {}; do it in the provider's console, then: contain incident note --incident {} TEXT",
            self.target, ask.case.incident
        );
        Item {
            work: Work::Manual {
                target: self.target,
                steps,
            },
            before: None,
            relation: self.relation,
            evidence: self.evidence,
            tier: Tier::READ,
            reasons: Vec::new(),
            rung: None,
            undo: None,
            needs: Vec::new(),
            parallel: None,
            review: None,
            verify_within: None,
            probe: false,
            marks: Vec::new(),
            facts: self.facts,
            key: self.key,
        }
    }
}
