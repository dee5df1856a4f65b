//! The set: what a locator means, and what lies outside it.
//!
//! DESIGN section 4 in code. Never cuts anything by itself; it only says what belongs.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::bug::{self, Bug};
use crate::domain::event::Order;
use crate::domain::plan::Outside;
use crate::domain::{Found, Locator, Named, Relation};
use crate::provider::Catalogue;

/// Whether something found belongs to the set of a subject.
#[must_use]
pub fn is_in(
    found: &Found,
    subject: &Locator,
    include: &[Relation],
    catalogue: &Catalogue,
) -> bool {
    let credential = catalogue
        .kind(subject.kind())
        .is_some_and(|kind| kind.credential);
    found.what != *subject
        && found.relation.is_some_and(|relation| match relation {
            Relation::Minted => !bug::is_planted(Bug::ForgetsMinted),
            Relation::Entered => !bug::is_planted(Bug::ForgetsEntered),
            Relation::Held => !credential || include.contains(&relation),
            Relation::Exposed | Relation::CouldEnter | Relation::CouldRead | Relation::Shared => {
                include.contains(&relation)
            }
        })
}

/// Where something found lives whose principal nobody named: a cut there reaches it, as far as that cut says so.
#[must_use]
pub fn lives_at<'a>(
    (found, relation): (&Found, Relation),
    subject: &'a Locator,
    catalogue: &Catalogue,
    principal_of: impl Fn(&Locator) -> Option<&'a Locator>,
) -> Option<&'a Locator> {
    // What an identity holds beside the subject may be of any principal.
    if found.fields.contains_key(crate::estate::BY) {
        return None;
    }
    match relation {
        // What was made lives at the principal of whoever made it.
        Relation::Minted => principal_of(subject).or(Some(subject)),
        Relation::Held => {
            let kind = catalogue.kind(subject.kind())?;
            if !kind.credential {
                return Some(subject);
            }
            // Of some kinds the credential is the principal: a role with a password holds its sessions itself.
            let is_holder = kind.governs.contains(found.what.kind());
            principal_of(subject).or(is_holder.then_some(subject))
        }
        Relation::Entered
        | Relation::Exposed
        | Relation::CouldEnter
        | Relation::CouldRead
        | Relation::Shared => None,
    }
}

/// What lies outside the set and is alive, with the command that would cut it.
fn outside(found: &Found, subject: &Locator, order: &Order, incident: &str) -> Option<Outside> {
    let relation = found.relation?;
    let text = |field: &str| found.fields.get(field).and_then(|value| value.as_str());
    if found.what == *subject
        || text("status").is_some_and(|status| !status.eq_ignore_ascii_case("active"))
    {
        return None;
    }
    let what = match relation {
        Relation::Held => "held by the same principal",
        Relation::CouldEnter => "could be entered; nothing shows that it was",
        Relation::CouldRead => "could be read; nothing shows that it was",
        Relation::Exposed => "was really read: rotate it",
        Relation::Shared => "used by a healthy identity too",
        Relation::Minted => "made by the subject",
        Relation::Entered => "really entered by the subject",
    };
    let mut why = format!("{what} ({})", found.evidence);
    for field in ["created", "last_used"] {
        if let Some(value) = text(field) {
            why.extend(["; ", &field.replace('_', " "), " ", value]);
        }
    }
    let cut_with = match relation {
        Relation::CouldEnter | Relation::CouldRead => Some(format!(
            "contain isolate {subject} --incident {incident} --since {} --include {}",
            order.since,
            relation.word()
        )),
        Relation::Held | Relation::Shared | Relation::Minted | Relation::Entered => {
            Some(format!("contain isolate {}", found.what))
        }
        Relation::Exposed => None,
    };
    let until = text("expires").and_then(|text| text.parse().ok());
    Some(Outside {
        what: found.what.clone(),
        why,
        cut_with,
        until,
    })
}

/// Everything found that is alive and that nothing cuts, once each: `is_cut` says it of what was found for a subject, and
/// is told whether it belongs to the set of that subject.
pub fn all_outside<'a>(
    found: impl Iterator<Item = (&'a Locator, &'a Found)>,
    order: &Order,
    incident: &str,
    catalogue: &Catalogue,
    is_cut: impl Fn(&Locator, &Found, bool) -> bool,
) -> Vec<Outside> {
    let subjects: BTreeSet<&Locator> = order.subjects.iter().collect();
    // What was asked for and is left alone for now is told as that.
    let left = order.left_alone.iter();
    let left: Vec<Named> = left.filter_map(|left| left.what.parse().ok()).collect();
    let mut by_what = BTreeMap::new();
    for (subject, found) in found {
        if left.iter().any(|named| named.means(&found.what)) {
            continue;
        }
        let is_in = is_in(found, subject, &order.include, catalogue);
        let is_cut = subjects.contains(&found.what) || is_cut(subject, found, is_in);
        if !is_cut && let Some(outside) = outside(found, subject, order, incident) {
            by_what.insert(found.what.clone(), outside);
        }
    }
    by_what.into_values().collect()
}

/// Says in a few phrases who uses a subject, from where, most used first.
#[must_use]
pub fn spell_use(events: &[Found]) -> Vec<String> {
    let mut users: Vec<(String, u32, Option<crate::domain::Time>)> = Vec::new();
    for event in events {
        let field = |name: &str| {
            event
                .fields
                .get(name)
                .and_then(|value| value.as_str())
                .unwrap_or("unknown")
        };
        let who = format!("{} with {}", field("source_ip"), field("user_agent"));
        match users.iter_mut().find(|(known, ..)| *known == who) {
            Some((_, count, latest)) => {
                *count += 1;
                *latest = (*latest).max(event.at);
            }
            None => users.push((who, 1, event.at)),
        }
    }
    users.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let spell = |(who, count, latest): (String, u32, Option<crate::domain::Time>)| {
        let latest = latest.map(|at| format!(", last {at}")).unwrap_or_default();
        format!("{who}: {count} events{latest}")
    };
    users.into_iter().take(5).map(spell).collect()
}
