//! Questions about a subject: what hangs on it, what it may do, what it did.
//!
//! What could not be read is listed, and withholds *contained* unless the pack says that it does not matter.

use serde_json::{Value, json};

use super::ask::{Listed, list};
use super::budget::Budget;
use super::cel::Scope;
use super::draft::Held;
use super::engine::Handle;
use super::model::{Activity, KindPart, Reach};
use super::observe::{fields, locator, look, ours, time};
use crate::domain::{
    Because, Duration, Fact, Found, NotSeen, Query, ReadKind, Reading, Relation, Time, Why,
};

/// Of how many elements of a list more is asked.
const THROUGH: usize = 500;

pub(super) async fn read(on: &Handle, query: &Query) -> Result<Reading, Why> {
    let (kind, mut scope) = ours(on, &query.target).await?;
    let before = on.requests();
    scope.set("since", json!(query.since.to_string()));
    scope.set("since_seconds", json!(query.since.as_second()));
    let within = Duration::from_millis(i64::try_from(query.budget_ms).unwrap_or(i64::MAX));
    let budget = Budget::of(on, within);
    let rows = match query.read {
        ReadKind::Reach => Some(&kind.reach),
        ReadKind::Credentials if kind.credentials.is_empty() => Some(&kind.reach),
        ReadKind::Credentials => Some(&kind.credentials),
        ReadKind::Permissions | ReadKind::Grants => Some(&kind.permissions),
        ReadKind::Activity | ReadKind::State => None,
    };
    let mut reading = match (rows, &kind.activity, query.read) {
        (Some(rows), ..) if !rows.is_empty() => reach(on, query, kind, rows, scope, &budget).await,
        // Nothing hangs on a thing of which the pack declares nothing.
        (Some(_), _, ReadKind::Reach | ReadKind::Credentials) => Reading::default(),
        (None, Some(activity), ReadKind::Activity) => {
            activity_of(on, query, activity, scope, &budget).await?
        }
        _ => {
            let text = format!(
                "{} answers no such question about a {}",
                on.title(),
                kind.title
            );
            return Err(Why::new(Because::NotImplemented, text));
        }
    };
    reading.requests = on.requests().saturating_sub(before);
    let ahead = on.ahead().unwrap_or_default().as_millis();
    reading.clock_ahead_ms = i64::try_from(ahead).unwrap_or_default();
    Ok(reading)
}

async fn reach(
    on: &Handle,
    query: &Query,
    kind: &KindPart,
    rows: &[Reach],
    mut scope: Scope,
    budget: &Budget,
) -> Reading {
    let mut reading = Reading::default();
    let mut unseen = None;
    if kind.look.is_some() && rows.iter().any(Reach::needs_seen) {
        // What hangs on a thing may be told by its own fields.
        match look(on, &query.target, budget).await {
            Ok(Fact::Present(fields)) => scope.set("seen", json!(fields)),
            Ok(Fact::Gone) => {
                let text = format!("{} is gone, and with it what tells", query.target);
                unseen = Some(Why::new(Because::Missing, text));
            }
            Ok(Fact::Unreadable(why)) | Err(why) => unseen = Some(why),
        }
    }
    let wants = |row: &&Reach| {
        let relations = [row.relation, row.inside];
        let mut relations = relations.into_iter().flatten().peekable();
        query.relations.is_empty()
            || relations.peek().is_none()
            || relations.any(|relation| query.relations.contains(&relation))
    };
    for row in rows.iter().filter(wants) {
        let blind = unseen.as_ref().filter(|_| row.needs_seen());
        let asks = |when: &super::cel::Expr| when.holds(&scope);
        let told = match blind {
            Some(why) => Err(why.clone()),
            None if !row.when.as_ref().is_none_or(asks) => Ok(()),
            None => one(on, query, row, &scope, budget, &mut reading.found).await,
        };
        if let Err(why) = told {
            let nouns: Vec<&str> = row.found.keys().map(String::as_str).collect();
            let matters = !matches!(why.because, Because::NotImplemented | Because::Missing);
            reading.not_seen.push(NotSeen {
                what: format!("the {}s of {}", nouns.join(", "), query.target),
                withholds: row.withholds.unwrap_or(true) && matters,
                why,
            });
        }
    }
    let is_wanted = |found: &Found| {
        let relation = found.relation;
        query.relations.is_empty() || relation.is_none_or(|one| query.relations.contains(&one))
    };
    reading
        .found
        .retain(|found| found.what != query.target && is_wanted(found));
    reading
}

async fn one(
    on: &Handle,
    query: &Query,
    row: &Reach,
    scope: &Scope,
    budget: &Budget,
    into: &mut Vec<Found>,
) -> Result<(), Why> {
    let Some(through) = &row.through else {
        let mut scope = scope.clone();
        return take(on, query, row, &mut scope, budget, into).await;
    };
    let mut outer = scope.clone();
    let none = Held::default();
    let Some(listed) = list(on, through, &mut outer, none, usize::MAX, budget).await? else {
        return Ok(());
    };
    let is_longer = listed.items.len() > THROUGH;
    for item in listed.items.into_iter().take(THROUGH) {
        let mut scope = scope.clone();
        scope.set("outer", item);
        take(on, query, row, &mut scope, budget, into).await?;
    }
    match listed.cut {
        Some(cut) => Err(cut.why),
        None if is_longer => Err(Why::new(
            Because::Garbled,
            "the list is longer than what is read of it",
        )),
        None => Ok(()),
    }
}

async fn take(
    on: &Handle,
    query: &Query,
    row: &Reach,
    scope: &mut Scope,
    budget: &Budget,
    into: &mut Vec<Found>,
) -> Result<(), Why> {
    let none = Held::default();
    let Some(Listed { items, cut }) = list(on, &row.ask, scope, none, usize::MAX, budget).await?
    else {
        return Ok(());
    };
    let account = query.target.account().unwrap_or_default();
    for item in items {
        scope.set("item", item);
        let Some(what) = locator(on, &row.found, scope, account) else {
            let text = format!("{} lists something whose id cannot be read", on.title());
            return Err(Why::new(Because::Garbled, text));
        };
        let at = row.at.as_ref().and_then(|at| time(&at.value(scope)?));
        let mut fields = fields(&row.fields, scope);
        if let Some(steps) = by_hand(on, &what) {
            fields.insert("steps".to_owned(), json!(steps));
        }
        into.push(Found {
            what,
            relation: relation(row, at, query),
            evidence: row.evidence.clone(),
            at,
            fields,
        });
    }
    cut.map_or(Ok(()), |cut| Err(cut.why))
}

fn relation(row: &Reach, at: Option<Time>, query: &Query) -> Option<Relation> {
    let is_inside = at.is_some_and(|at| at >= query.since);
    row.inside.filter(|_| is_inside).or(row.relation)
}

/// How people cut such a thing, where no action of the pack can.
fn by_hand(on: &Handle, what: &crate::domain::Locator) -> Option<String> {
    let kinds = &on.pack().kinds;
    let kind = kinds.iter().find(|kind| kind.id == *what.kind())?;
    let cuts = |spec: &crate::domain::Spec| spec.on == kind.id && spec.cut().is_some();
    let steps = kind.by_hand.clone()?;
    (!on.pack().actions.iter().any(cuts)).then_some(steps)
}

async fn activity_of(
    on: &Handle,
    query: &Query,
    said: &Activity,
    mut scope: Scope,
    budget: &Budget,
) -> Result<Reading, Why> {
    let mut reading = Reading::default();
    let pages = usize::try_from(query.pages).unwrap_or(usize::MAX).max(1);
    let unseen = |why| NotSeen {
        what: format!("what {} did", query.target),
        withholds: said.withholds.unwrap_or(true),
        why,
    };
    let listed = match list(on, &said.ask, &mut scope, Held::default(), pages, budget).await {
        Ok(listed) => listed,
        Err(why) => {
            reading.not_seen.push(unseen(why));
            return Ok(reading);
        }
    };
    let Some(listed) = listed else {
        return Ok(reading);
    };
    for item in listed.items {
        scope.set("item", item);
        let Some(at) = said.at.value(&scope).and_then(|at| time(&at)) else {
            let text = format!("{} tells of something without saying when", on.title());
            return Err(Why::new(Because::Garbled, text));
        };
        let mut fields = crate::domain::Fields::new();
        for (name, expr) in [
            ("event", Some(&said.event)),
            ("source_ip", said.source_ip.as_ref()),
            ("user_agent", said.user_agent.as_ref()),
            ("accepted", said.accepted.as_ref()),
        ] {
            let value = expr.and_then(|expr| expr.value(&scope));
            let value = value.filter(|value| !matches!(value, Value::Null | Value::Object(_)));
            fields.extend(value.map(|value| (name.to_owned(), value)));
        }
        reading.found.push(Found {
            what: query.target.clone(),
            relation: None,
            evidence: format!("{} log", on.title()),
            at: Some(at),
            fields,
        });
    }
    if let Some(cut) = listed.cut {
        reading.back_to = reading.found.iter().filter_map(|found| found.at).min();
        if !cut.is_ours || reading.back_to.is_none() {
            reading.not_seen.push(unseen(cut.why));
        }
    }
    Ok(reading)
}
