//! What people do instead of what a step would issue: something short-lived, or the same by hand.
//!
//! Only says what is known of the kinds; nothing is looked up here.

use super::issue::{Expansion, Make};
use crate::domain::item::Asked;
use crate::domain::shell::quoted;
use crate::domain::{Item, Locator, ShortLived, Work};

impl Expansion<'_> {
    /// How people move to something short-lived, where the step prefers that and the kind of the holder knows any.
    pub(super) fn short_lived(&self, make: &Make<'_>) -> Option<String> {
        let way = self.ways(&make.on).filter(|_| self.prefers_short_lived())?;
        Some(format!(
            "{way}. A new {} is issued only where the step does not prefer short-lived ones",
            make.kind
        ))
    }

    /// What people do where no action of this build makes what the step wants.
    pub(super) fn without_action(&self) -> Item {
        let target = self.wanted.target;
        let lead = format!("no action of this build can `{}` {target}", self.verb());
        let holder = self.principal();
        let ways = || {
            let mut whose = [Some(target), holder.as_ref()].into_iter().flatten();
            whose.find_map(|whose| self.ways(whose))
        };
        let kind = self.ask.catalogue.kind(target.kind());
        let of_kind = kind.and_then(|kind| kind.by_hand.as_deref());
        // What shows that the kind's own steps were taken, they say; so that is asked for.
        let by_hand = || {
            let steps = of_kind?;
            let steps = format!("make another for what uses it, and of the old one: {steps}");
            Some((steps, true))
        };
        let ways = || Some((ways()?, false));
        let known = if self.prefers_short_lived() {
            ways().or_else(by_hand)
        } else {
            by_hand().or_else(ways)
        };
        let (steps, evidence) = known.unwrap_or_else(|| {
            let place = target.provider();
            let steps = format!("make another in {place}'s console, and give it to what uses it");
            (steps, false)
        });
        self.shown_by_hand(None, &format!("{lead}; {steps}"), evidence)
    }

    fn prefers_short_lived(&self) -> bool {
        let said = self.wanted.with.get("prefer");
        said.and_then(|said| said.as_str()) == Some("short-lived")
    }

    /// What can be used instead of a new long-lived credential, as the kind of a thing knows it.
    fn ways(&self, whose: &Locator) -> Option<String> {
        let kind = self.ask.catalogue.kind(whose.kind())?;
        let each = |one: &ShortLived| format!("{} ({}): {}", one.title, one.docs, one.steps);
        let ways: Vec<String> = kind.short_lived.iter().map(each).collect();
        let first = ways.first()?;
        let user = match kind.credential {
            true => format!("what uses {whose}"),
            false => whose.to_string(),
        };
        Some(match ways.len() {
            1 => format!("{user} uses {first}"),
            _ => format!(
                "{user} uses that of these which fits: {}",
                ways.join("; or ")
            ),
        })
    }

    /// What a person does, with what to run once it is done.
    pub(super) fn by_hand(&self, part: Option<(&Locator, &str)>, steps: &str) -> Item {
        self.shown_by_hand(part, steps, false)
    }

    fn shown_by_hand(&self, part: Option<(&Locator, &str)>, steps: &str, evidence: bool) -> Item {
        let (target, key) = match part {
            Some((place, what)) => (place.clone(), self.part(&format!("{what} {place}"))),
            None => (self.wanted.target.clone(), self.wanted.key.clone()),
        };
        let proof = if evidence { " --evidence FILE" } else { "" };
        let then = format!(
            "contain incident done {}{proof} --incident {}",
            quoted(&key.to_string()),
            self.ask.case.incident
        );
        let text = match steps.ends_with('.') {
            true => format!("{steps} Then: {then}"),
            false => format!("{steps}; then: {then}"),
        };
        let asked = Asked {
            target: Some(target),
            text,
            evidence,
            ..Asked::default()
        };
        Item::new(key, Work::Manual(asked))
    }
}
