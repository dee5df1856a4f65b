//! Reach across providers: what a read found leads on, by the estate, to things at other providers; what hangs on those that
//! belong to the set is read there, and so on.
//!
//! Only reads, and only adds to what was found.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::{Means, reading};
use crate::domain::case::Case;
use crate::domain::{
    Because, Found, ItemRef, Locator, NotSeen, Query, ReadKind, Reading, Relation, Why,
};
use crate::estate::{self, Estate};
use crate::plan::{self, scope};

/// How many further things are asked about for one subject.
const FURTHER: usize = 100;

/// Whether the provider of a target can answer a question at all.
pub(super) fn is_answered(means: &Means<'_>, query: &Query) -> bool {
    let kind = means.ground.catalogue.kind(query.target.kind());
    kind.is_some_and(|kind| kind.reads.contains(&query.read))
}

/// Adds what the estate leads to from what was found, and what hangs on that.
pub(super) async fn lead_on(
    means: &Means<'_>,
    item: &ItemRef,
    query: &Query,
    reading: &mut Reading,
) {
    let Some(estate) = means.estate.filter(|_| query.read == ReadKind::Reach) else {
        return;
    };
    let journal = means.ground.journal;
    let included = |case: &Case| {
        case.runs
            .get(&item.run)
            .map(|run| run.order.include.clone())
    };
    let Some(include) = journal.with_case(included) else {
        return;
    };
    let is_subject = |what: &Locator| {
        journal.with_case(|case| {
            let run = case.runs.get(&item.run);
            let is_it = |subject: &Locator| what.means(subject);
            run.is_some_and(|run| run.order.subjects.iter().any(is_it))
        })
    };
    let mut asked = BTreeSet::from([query.target.clone()]);
    loop {
        let wanted = |found: &Found| {
            let relation = found.relation;
            query.relations.is_empty()
                || relation.is_some_and(|relation| query.relations.contains(&relation))
        };
        let leads = estate.leads(&query.target, &is_subject, &reading.found);
        let mut leads: Vec<Found> = leads.into_iter().filter(wanted).collect();
        // What the file writes without account is asked about, and cut, by the name that its provider gives it.
        let written: Vec<Locator> = leads.iter().map(|lead| lead.what.clone()).collect();
        let located = means.ground.observer.located(&written).await;
        for (lead, what) in leads.iter_mut().zip(located) {
            lead.what = what;
        }
        reading.found.extend(leads);
        let next = next(means, (&include, estate), query, (reading, &asked));
        let next: Vec<Locator> = next.into_iter().filter(|what| !is_subject(what)).collect();
        let left = FURTHER.saturating_sub(asked.len());
        if next.len() > left {
            reading.not_seen.push(too_many(query, next.len() - left));
        }
        let next: Vec<Locator> = next.into_iter().take(left).collect();
        if next.is_empty() {
            return;
        }
        asked.extend(next.iter().cloned());
        let reads = next.iter().map(|target| one(means, item, query, target));
        for (target, found) in next.iter().zip(join_all(reads).await) {
            take_in(means, query, (target, found), reading);
        }
    }
}

/// What belongs to the set by the estate's word, and was not asked about yet.
fn next(
    means: &Means<'_>,
    (include, known): (&[Relation], &Estate),
    query: &Query,
    (reading, asked): (&Reading, &BTreeSet<Locator>),
) -> Vec<Locator> {
    let catalogue = means.ground.catalogue;
    let provider = query.target.provider();
    // What its own provider found has been followed there as far as it goes.
    let is_beyond = |found: &&Found| {
        found.what.provider() != provider && known.leads_on(&found.what)
            || found.fields.contains_key(estate::BY)
    };
    let inside = |found: &&Found| scope::is_in(found, &query.target, include, catalogue);
    let found = reading.found.iter().filter(is_beyond).filter(inside);
    let found = found.map(|found| &found.what);
    let known = found.filter(|what| !asked.contains(*what));
    let distinct: BTreeSet<&Locator> = known.collect();
    distinct.into_iter().cloned().collect()
}

fn too_many(query: &Query, more: usize) -> NotSeen {
    NotSeen {
        what: format!(
            "what hangs on {more} more things that {} leads to",
            query.target
        ),
        why: Why::new(
            Because::Unavailable,
            "the estate leads to more than are asked about for one subject; name them as subjects",
        ),
        withholds: true,
    }
}

/// What hangs on one of them, as its own provider says.
async fn one(means: &Means<'_>, item: &ItemRef, query: &Query, target: &Locator) -> Reading {
    let query = Query {
        target: target.clone(),
        ..query.clone()
    };
    if !is_answered(means, &query) {
        return Reading::default();
    }
    match reading::answer(means, item, &query).await {
        Ok(found) => reading::cut_short(&query, found),
        Err(why) => plan::unseen(format!("reach of {target}"), why),
    }
}

/// Takes in what was found at another provider, with its times told by the clock of the first.
fn take_in(
    means: &Means<'_>,
    query: &Query,
    (target, found): (&Locator, Reading),
    reading: &mut Reading,
) {
    let observer = means.ground.observer;
    let ahead = |provider: &str| observer.clock_ahead(provider);
    let (theirs, ours) = (ahead(target.provider()), ahead(query.target.provider()));
    let known: BTreeSet<Locator> = reading
        .found
        .iter()
        .filter(|known| known.relation.is_some())
        .map(|known| known.what.clone())
        .chain([query.target.clone()])
        .collect();
    let news = found
        .found
        .into_iter()
        .filter(|found| found.relation.is_some() && !known.contains(&found.what));
    let told = news.map(|mut found| {
        found.at = found.at.map(|at| {
            let at = at.saturating_sub(theirs).unwrap_or(at);
            at.saturating_add(ours).unwrap_or(at)
        });
        found.evidence = format!("through {target}: {}", found.evidence);
        // It hangs on what the estate led to, so it is followed as that is.
        let by = serde_json::Value::from(target.to_string());
        found.fields.insert(estate::BY.to_owned(), by);
        found
    });
    reading.found.extend(told);
    reading.not_seen.extend(found.not_seen);
    reading.requests = reading.requests.saturating_add(found.requests);
    reading.request_ids.extend(found.request_ids);
    reading.back_to = reading.back_to.max(found.back_to);
}
