//! What a credential or principal did, from CloudTrail.
//!
//! Never claims completeness: CloudTrail lags, and is read region by region.

use super::client::{Handle, Me};
use super::event::{Event, unique, unpublished};
use super::trail::{budget, by, by_arn, log, regions};
use crate::domain::{Because, Found, NotSeen, Query, Reading, Why};

pub(super) async fn read(on: &Handle, me: &Me, query: &Query) -> Result<Reading, Why> {
    let mut all = vec![by(&query.target)];
    all.extend(by_arn(on, &query.target).await);
    let regions = regions(on).await?;
    let mut reading = Reading::default();
    let mut events = Vec::new();
    let mut lookups = Vec::new();
    for region in &regions {
        lookups.extend(all.iter().map(|by| (region, by)));
    }
    for (region, by) in lookups {
        let mut budget = budget(on, query, 1);
        let log = log(on, region, by, query.since, &mut budget).await;
        reading.not_seen.extend(unpublished(&log.events));
        if let Some(why) = log.failed {
            reading.not_seen.push(NotSeen {
                what: format!("CloudTrail events in {region}"),
                withholds: why.because != Because::NotImplemented,
                why,
            });
        }
        if log.truncated {
            let oldest = log.events.iter().filter_map(|event| event.at).min();
            reading.back_to = reading.back_to.max(oldest);
        }
        events.extend(log.events);
    }
    for by in &all {
        let budget = budget(on, query, 1);
        let log = on
            .link
            .exports
            .latest(by, query.since, &budget, &on.link.clock)
            .await;
        if log.truncated {
            let oldest = log.events.iter().filter_map(|event| event.at).min();
            reading.back_to = reading.back_to.max(oldest);
        }
        events.extend(log.events);
    }
    let found = |event: &Event| Found {
        what: event
            .credential(&me.account)
            .unwrap_or_else(|| query.target.clone()),
        relation: None,
        evidence: event.evidence(),
        at: event.at,
        fields: event.fields(),
    };
    reading.found = unique(events).iter().map(found).collect();
    reading
        .found
        .sort_by_key(|found| std::cmp::Reverse(found.at));
    reading.not_seen.dedup();
    Ok(reading)
}
