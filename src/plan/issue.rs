//! What replacing, rotating and issuing come to: room made where a limit demands it, one issuing item, a look at who uses
//! what it made, and the old one cut.
//!
//! A secret that nobody receives is not made: without a place to deliver to the item is blocked, and says so.

use std::collections::{BTreeMap, BTreeSet};

use super::candidate::Candidate;
use super::item::{hits, tag};
use super::room::Room;
use super::{Ask, stake, tier};
use crate::domain::item::{Ended, Need};
use crate::domain::{
    Arg, Because, Call, Duration, Effect, Fields, Item, ItemKey, KindId, Locator, Named, Rung,
    Seen, Spec, Takes, Tier, Undo, Why, Work,
};
use crate::playbook::{Verb, What};

/// Marks an item that cannot begin, as something is missing that people can say.
pub const LACKS: &str = "lacks";

/// What is to be issued, for what.
pub struct Wanted<'a> {
    /// The key of the step's item.
    pub key: ItemKey,
    /// How the step says it.
    pub what: &'a What,
    /// What is replaced or rotated, or the principal that something is issued to.
    pub target: &'a Locator,
    /// The principal that the target belongs to, where it is known.
    pub principal: Option<Locator>,
    /// What the step says besides.
    pub with: &'a Fields,
    /// What was seen so far.
    pub seen: &'a BTreeMap<Locator, Seen>,
    /// How long looking for the effect may take.
    pub verify_within: Option<Duration>,
    /// The item of an earlier phase that cuts the target, where this plan has one: by then it is dead.
    pub cut_by: Option<ItemKey>,
}

impl Wanted<'_> {
    /// Where it is said to be delivered to.
    fn places(&self) -> Vec<&serde_json::Value> {
        match self.with.get("deliver_to") {
            Some(serde_json::Value::Array(places)) => places.iter().collect(),
            Some(serde_json::Value::Null) | None => Vec::new(),
            Some(place) => vec![place],
        }
    }

    /// The providers that are asked about it: the target's, and those of the places that it is delivered to.
    #[must_use]
    pub fn providers(&self) -> BTreeSet<String> {
        let places = self.places().into_iter().filter_map(locator_of);
        let named = places.filter_map(|place| place.parse::<Named>().ok());
        let providers = named.map(|named| named.kind.provider().to_owned());
        providers
            .chain([self.target.provider().to_owned()])
            .collect()
    }
}

/// The locator that one place is named by.
fn locator_of(said: &serde_json::Value) -> Option<&str> {
    said.as_str().or_else(|| said.get("locator")?.as_str())
}

/// Whether a step issues.
#[must_use]
pub fn is_wanted(ask: &Ask<'_>, what: &What) -> bool {
    match what {
        What::Verb(Verb::Rotate | Verb::Replace) => true,
        What::Verb(Verb::Cut(_)) => false,
        What::Action(id) => {
            let spec = ask.catalogue.action(id);
            spec.is_some_and(|spec| matches!(spec.effect, Effect::Issue(_)))
        }
    }
}

/// The rung at which the old credential is cut after its replacement; `None` where the step replaces nothing.
pub(super) fn old_is_cut_by(candidate: &Candidate) -> Option<Rung> {
    let said = candidate.with.get("old").and_then(|old| old.as_str());
    let rung = Rung::ALL.into_iter().find(|rung| Some(rung.verb()) == said);
    matches!(candidate.what, What::Verb(Verb::Replace)).then(|| rung.unwrap_or(Rung::Suspend))
}

/// The items that a step which issues comes to, without the cut of the old credential, which is chosen as any cut is.
///
/// # Errors
/// Says what could not be read now: a later round plans it.
pub async fn expand(ask: &Ask<'_>, wanted: Wanted<'_>) -> Result<Vec<Item>, String> {
    let expansion = Expansion { ask, wanted };
    expansion.items().await
}

pub(super) struct Expansion<'a> {
    pub(super) ask: &'a Ask<'a>,
    pub(super) wanted: Wanted<'a>,
}

/// Why nothing can be made.
enum Lacks {
    /// It could not be read now.
    ForNow(String),
    /// Something is missing, and stays so until somebody says it.
    Said(String),
}

impl Lacks {
    fn said(why: impl ToString) -> Self {
        Self::Said(why.to_string())
    }
}

/// What makes, on what, of which kind.
pub(super) struct Make<'a> {
    pub(super) spec: &'a Spec,
    pub(super) kind: &'a KindId,
    pub(super) on: Locator,
}

impl<'a> Expansion<'a> {
    async fn items(&self) -> Result<Vec<Item>, String> {
        let Some(make) = self.make() else {
            return Ok(vec![self.without_action()]);
        };
        if self.is_made(&make) {
            return Ok(Vec::new());
        }
        if let Some(steps) = self.short_lived(&make) {
            return Ok(vec![self.by_hand(None, &steps)]);
        }
        let places = match self.places(&make).await {
            Ok(places) => places,
            Err(Lacks::ForNow(why)) => return Err(why),
            Err(Lacks::Said(why)) => return Ok(vec![self.lacking(&make, why)]),
        };
        if let Some((run, made, is_relied_on)) = self.made_elsewhere(&make, &places).await? {
            if !is_relied_on {
                let why = format!(
                    "run {run} made {made} and delivered it, and nothing shows that it arrived: where nobody uses it, delete it, then ask for another"
                );
                return Ok(vec![self.lacking(&make, why)]);
            }
            let (action, target) = (make.spec.id.clone(), make.on.clone());
            let why = format!("run {run} made {made} and delivered it to the same places");
            let work = Work::Nothing {
                action,
                target,
                why,
            };
            return Ok(vec![Item::new(self.wanted.key.clone(), work)]);
        }
        let (needed, note) = match self.room(&make).await {
            Room::Enough(note) => (None, note),
            Room::After(item) => (Some(*item), None),
            Room::None(why) => return Ok(vec![self.lacking(&make, why)]),
            Room::Unknown(why) => return Err(why),
        };
        let names: Vec<Locator> = std::iter::once(make.on.clone())
            .chain(places.iter().map(|(place, _)| place.clone()))
            .collect();
        let mut looks = self.ask.observer.observe(&names).await.into_iter();
        let before = looks.next();
        let mut issue = self.issue(&make, &places, before);
        issue.reasons.extend(note);
        if let Some(room) = &needed {
            issue.needs.push(Need {
                key: room.key.clone(),
                ended: Ended::Ok,
            });
            issue.reasons.push(format!(
                "{} holds as many of {} as it may: {} has to be deleted first",
                make.on,
                make.kind,
                room.on()
            ));
        }
        let looks: Vec<Seen> = looks.collect();
        if let Some(why) = self.hidden_use(&looks) {
            return Err(why);
        }
        let watches: Vec<Item> = places
            .iter()
            .zip(looks)
            .map(|((place, _), seen)| self.watch(&make, place, &seen, &issue.key))
            .collect();
        Ok(needed.into_iter().chain([issue]).chain(watches).collect())
    }

    pub(super) fn verb(&self) -> String {
        match self.wanted.what {
            What::Verb(verb) => verb.word().to_owned(),
            What::Action(action) => action.to_string(),
        }
    }

    pub(super) fn principal(&self) -> Option<Locator> {
        let seen = self.wanted.seen.get(self.wanted.target);
        seen.and_then(Seen::principal)
            .or_else(|| self.wanted.principal.clone())
            .or_else(|| self.ask.case.principal_of(self.wanted.target).cloned())
    }

    /// Chooses what makes: on the target itself for a rotation, on its principal for a replacement.
    fn make(&self) -> Option<Make<'a>> {
        let target = self.wanted.target;
        let issues = |spec: &'a Spec| match &spec.effect {
            Effect::Issue(kind) => Some((spec, kind)),
            Effect::Read(_) | Effect::Cut(_) | Effect::Open | Effect::Deliver | Effect::Tell => {
                None
            }
        };
        let mut all = self.ask.catalogue.actions().filter_map(issues);
        let (found, on) = match self.wanted.what {
            What::Verb(Verb::Rotate) => (
                all.find(|(spec, _)| spec.on == *target.kind()),
                target.clone(),
            ),
            What::Verb(Verb::Replace) => {
                let principal = self.principal()?;
                let fits = |(spec, kind): &(&Spec, &KindId)| {
                    spec.on == *principal.kind() && *kind == target.kind()
                };
                (all.find(fits), principal)
            }
            What::Verb(Verb::Cut(_)) => (None, target.clone()),
            What::Action(id) => (
                all.find(|(spec, _)| spec.id == *id && spec.on == *target.kind()),
                target.clone(),
            ),
        };
        let (spec, kind) = found?;
        Some(Make { spec, kind, on })
    }

    /// The places that the new credential is delivered to, each with what delivers there.
    async fn places(&self, make: &Make<'_>) -> Result<Vec<(Locator, &'a Spec)>, Lacks> {
        let delivers = |kind: &KindId| {
            let mut all = self.ask.catalogue.actions();
            all.find(|spec| matches!(spec.effect, Effect::Deliver) && spec.on == *kind)
        };
        let named = self.wanted.places();
        if named.is_empty() {
            // What is rotated in the place where its consumers read it needs no handing over.
            let lies_there = make.on == *self.wanted.target && delivers(make.on.kind()).is_some();
            return if lies_there {
                Ok(Vec::new())
            } else {
                Err(Lacks::said(
                    "nobody is there to receive it: name the place that consumers read it from, `with: {deliver_to: LOCATOR}` in a playbook or `--input deliver_to=LOCATOR` of a shipped one; a secret that nobody receives is not made",
                ))
            };
        }
        let mut places = Vec::with_capacity(named.len());
        for said in named {
            let text = locator_of(said).ok_or_else(|| {
                Lacks::said(format!("`deliver_to` holds {said}, which is no locator"))
            })?;
            let place = self.canonical(text).await?;
            let spec = delivers(place.kind()).ok_or_else(|| {
                Lacks::said(format!(
                    "no action of this build delivers to {}",
                    place.kind()
                ))
            })?;
            places.push((place, spec));
        }
        Ok(places)
    }

    /// What was typed becomes canonical only by the provider's word; a locator that names its account is so already.
    async fn canonical(&self, text: &str) -> Result<Locator, Lacks> {
        let named: Named = text.parse().map_err(Lacks::said)?;
        if named.account.is_some() {
            return text.parse().map_err(Lacks::said);
        }
        let mut answers = self
            .ask
            .observer
            .resolve(std::slice::from_ref(&named))
            .await;
        let answer = answers
            .pop()
            .unwrap_or_else(|| Err(Why::new(Because::Garbled, "the provider did not answer")));
        answer.map_err(|why| {
            let text = format!("`{text}` cannot be found: {why}");
            if why.because.may_pass() {
                Lacks::ForNow(text)
            } else {
                Lacks::Said(text)
            }
        })
    }

    pub(super) fn call(&self, spec: &Spec, target: &Locator) -> Call {
        Call {
            action: spec.id.clone(),
            target: target.clone(),
            with: spec.arguments(self.wanted.with),
            secret: None,
            tag: tag(&self.ask.case.incident, &self.wanted.key),
        }
    }

    fn issue(&self, make: &Make<'_>, places: &[(Locator, &Spec)], before: Option<Seen>) -> Item {
        let key = self.wanted.key.clone();
        let deliver = places.iter().map(|(place, spec)| {
            let mut call = self.call(spec, place);
            for param in &spec.params {
                let takes_it = match &param.takes {
                    Takes::Locator(kinds) => param.name == "made" || kinds.contains(make.kind),
                    Takes::Text
                    | Takes::Whole
                    | Takes::Truth
                    | Takes::Duration
                    | Takes::OneOf(_) => false,
                };
                if takes_it && !self.wanted.with.contains_key(&param.name) {
                    let made = Arg::Of(Box::new(key.clone()), "made".to_owned());
                    call.with.insert(param.name.clone(), made);
                }
            }
            call
        });
        let work = Work::Issue {
            make: self.call(make.spec, &make.on),
            deliver: deliver.collect(),
        };
        let mut marks_of_all = Vec::new();
        let (mut highest, mut reasons, mut at_stake) = (Tier::READ, Vec::new(), None);
        let targets = std::iter::once((&make.on, make.spec))
            .chain(places.iter().map(|(place, spec)| (place, *spec)));
        for (target, spec) in targets {
            let hits = hits(self.ask, spec, (target, None));
            let weighed = tier::with_hits(spec, hits, None);
            let asked = stake::Asked::named(target, None);
            let ((tier, why, marks), of_target) = stake::weigh(self.ask, spec, asked, weighed);
            at_stake = at_stake.or(of_target);
            highest = highest.max(tier);
            reasons.extend(why);
            marks_of_all.extend(marks);
        }
        marks_of_all.sort();
        marks_of_all.dedup();
        Item {
            before,
            tier: highest,
            reasons,
            undo: Some(make.spec.undo.clone()),
            verify_within: self.wanted.verify_within,
            marks: marks_of_all,
            stake: at_stake,
            ..Item::new(key, work)
        }
    }

    /// Why it is not known yet whether its use can be seen.
    fn hidden_use(&self, looks: &[Seen]) -> Option<String> {
        let old = self.wanted.seen.get(self.wanted.target);
        looks.iter().chain(old).find_map(|seen| {
            let why = seen.hidden_for_now()?;
            Some(format!("{} could not be read: {why}", seen.target))
        })
    }

    /// A look at whether it is in use, where that can be seen; else what a person looks at, exactly.
    fn watch(&self, make: &Make<'_>, place: &Locator, seen: &Seen, of: &ItemKey) -> Item {
        let old = self
            .wanted
            .seen
            .get(self.wanted.target)
            .and_then(Seen::fields);
        let tells = seen.fields().is_some_and(Seen::tells_use) || old.is_some_and(Seen::tells_use);
        let mut item = if tells {
            let (of, target) = (of.clone(), place.clone());
            Item {
                verify_within: self.wanted.verify_within,
                ..Item::new(
                    self.part(&format!("used from {place}")),
                    Work::Watch { of, target },
                )
            }
        } else {
            let steps = format!(
                "nothing that can be read says when a {} of {} was last used, or when {place} was last read: make sure that whatever reads {place} uses what {of} makes",
                make.kind, make.on
            );
            self.by_hand(Some((place, "used from")), &steps)
        };
        if let Some(consumers) = self.wanted.with.get("consumers") {
            item.facts.insert("consumers".to_owned(), consumers.clone());
        }
        item.needs.push(Need {
            key: of.clone(),
            ended: Ended::Ok,
        });
        item
    }

    fn lacking(&self, make: &Make<'_>, why: String) -> Item {
        let (action, target) = (make.spec.id.clone(), make.on.clone());
        let work = Work::Nothing {
            action,
            target,
            why,
        };
        Item {
            marks: vec![LACKS.to_owned()],
            undo: Some(Undo::None("nothing is made".to_owned())),
            ..Item::new(self.wanted.key.clone(), work)
        }
    }

    /// The key of one of the items that the step comes to, beside the one that bears its name.
    pub(super) fn part(&self, what: &str) -> ItemKey {
        part(&self.wanted.key, what)
    }
}

/// The key of one of the items that a step comes to, beside the one that bears its name.
pub(super) fn part(key: &ItemKey, what: &str) -> ItemKey {
    let each = match &key.each {
        Some(each) => format!("{each} {what}"),
        None => what.to_owned(),
    };
    ItemKey {
        each: Some(each),
        ..key.clone()
    }
}
