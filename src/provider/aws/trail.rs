//! CloudTrail LookupEvents: one signed request a page, paced as AWS publishes.
//!
//! Never repeats a page, and never reads more than its caller allows.

use serde_json::json;

use super::client::{DEADLINE, Handle};
use super::event::{Event, page};
use super::failure::Failure;
use super::partition;
use super::signed::{Ask, CLOUDTRAIL, send};
use crate::domain::{Because, Duration, Locator, NotSeen, Query, Time, Why};

const PERMISSION: &str = "cloudtrail:LookupEvents";

/// What events are looked up by; LookupEvents takes exactly one attribute.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct By {
    /// The attribute, e.g. `AccessKeyId`.
    pub(super) attribute: &'static str,
    /// Its value.
    pub(super) value: String,
}

/// What the log of a user, key or session is looked up by.
pub(super) fn by(target: &Locator) -> By {
    let attribute = match target.kind().noun() {
        "user" => "Username",
        "role" => "ResourceName",
        _ => "AccessKeyId",
    };
    By {
        attribute,
        value: target.id().to_owned(),
    }
}

/// What the log of a role is looked up by as well: who enters it names its ARN, path and all.
pub(super) async fn by_arn(on: &Handle, target: &Locator) -> Option<By> {
    if target.kind().noun() != "role" {
        return None;
    }
    let request = on.clients().await.ok()?.iam.get_role();
    let said = request.role_name(target.id()).send().await;
    let arn = said.ok().and_then(|said| said.role).map(|role| role.arn);
    let account = target.account().unwrap_or_default();
    // One that is gone, or may not be read, most likely had no path.
    let value = arn.unwrap_or_else(|| format!("arn:aws:iam::{account}:role/{}", target.id()));
    Some(By {
        attribute: "ResourceName",
        value,
    })
}

/// How much may still be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    pub(super) pages: u32,
    pub(super) until: Time,
}

impl Budget {
    pub(super) fn is_spent(&self, now: Time) -> bool {
        self.pages == 0 || now >= self.until
    }
}

/// How much a query allows.
pub(super) fn budget(on: &Handle, query: &Query, regions: usize) -> Budget {
    let length = Duration::from_millis(i64::try_from(query.budget_ms).unwrap_or(i64::MAX));
    let pages = query
        .pages
        .saturating_mul(u32::try_from(regions).unwrap_or(1));
    Budget {
        pages,
        until: on
            .link
            .clock
            .now()
            .saturating_add(length)
            .unwrap_or(Time::MAX),
    }
}

/// What reading one log in one region gave.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) events: Vec<Event>,
    /// Whether there is more than was read.
    pub(super) truncated: bool,
    /// Why it ended early, where it failed.
    pub(super) failed: Option<Why>,
}

/// The regions whose logs are read.
pub(super) async fn regions(on: &Handle) -> Result<Vec<String>, Why> {
    let settings = &on.link.settings;
    if !settings.regions.is_empty() {
        return Ok(settings.regions.clone());
    }
    let mut regions = vec![on.link.base().await?.region.clone()];
    // IAM's own events are logged in this region only.
    let global: Vec<String> = regions
        .iter()
        .map(|region| partition::of(region).iam_region.to_owned())
        .filter(|global| !regions.contains(global))
        .collect();
    if settings.is_vendor("cloudtrail") {
        regions.extend(global);
    }
    Ok(regions)
}

/// What is not asked: a role entered through a regional endpoint is logged in that region only.
pub(super) fn unasked(on: &Handle, regions: &[String]) -> Option<NotSeen> {
    let settings = &on.link.settings;
    let is_partial = settings.regions.is_empty() && settings.is_vendor("cloudtrail");
    is_partial.then(|| NotSeen {
        what: format!("CloudTrail in other regions than {}", regions.join(", ")),
        why: Why::new(
            Because::Invalid,
            "they were not asked; name all that are in use in contain.yaml under providers.aws.regions",
        ),
        withholds: true,
    })
}

/// Reads the log of one region, newest first, within the budget.
pub(super) async fn log(
    on: &Handle,
    region: &str,
    by: &By,
    since: Time,
    budget: &mut Budget,
) -> Log {
    let mut log = Log::default();
    let mut token: Option<String> = None;
    loop {
        if budget.is_spent(on.link.clock.now()) {
            log.truncated = true;
            return log;
        }
        budget.pages = budget.pages.saturating_sub(1);
        let (mut events, next) = match one(on, region, by, since, token.as_deref(), budget).await {
            Ok(answer) => answer,
            Err(why) => {
                log.failed = Some(why);
                return log;
            }
        };
        log.events.append(&mut events);
        match next {
            None => return log,
            Some(next) if token.as_ref() == Some(&next) => {
                let text = "CloudTrail answered the same page token twice";
                log.failed = Some(Why::new(Because::Garbled, text));
                return log;
            }
            Some(next) => token = Some(next),
        }
    }
}

async fn one(
    on: &Handle,
    region: &str,
    by: &By,
    since: Time,
    token: Option<&str>,
    budget: &Budget,
) -> Result<(Vec<Event>, Option<String>), Why> {
    let mut body = json!({
        "LookupAttributes": [{"AttributeKey": by.attribute, "AttributeValue": by.value}],
        "StartTime": since.as_second(),
        "MaxResults": 50,
    });
    if let (Some(token), Some(body)) = (token, body.as_object_mut()) {
        body.insert("NextToken".to_owned(), json!(token));
    }
    let ask = Ask::json(CLOUDTRAIL, PERMISSION, region, body);
    let mut tries = 0;
    loop {
        tries += 1;
        take_turn(on).await;
        let left = budget.until.duration_since(on.link.clock.now());
        let sent = tokio::time::timeout(
            left.max(Duration::from_millis(1)).unsigned_abs(),
            send(on, &ask),
        );
        let said = sent.await.unwrap_or_else(|_| {
            let text = "the time allowed for reading CloudTrail is over";
            Err(Failure::Lost(Why::new(Because::Timeout, text)))
        });
        match said {
            Ok(answer) => {
                return page(&answer).ok_or_else(|| {
                    Why::new(Because::Garbled, "CloudTrail answered no list of events")
                });
            }
            Err(Failure::Throttled(_)) if tries < 3 => {
                on.link.clock.sleep(Duration::from_secs(tries)).await;
            }
            Err(failure) => return Err(failure.why()),
        }
    }
}

/// Waits for the next request's turn: AWS publishes 2 a second for each account and region.
async fn take_turn(on: &Handle) {
    if !on.link.settings.is_vendor("cloudtrail") {
        return;
    }
    let at = {
        let mut turn = on.link.turn.lock().await;
        let now = on.link.clock.now();
        let at = turn.map_or(now, |turn| turn.max(now));
        *turn = Some(at + Duration::from_millis(500));
        at
    };
    on.link.clock.sleep_until(at).await;
}

/// How long one page may take at most.
pub(super) fn deadline() -> Duration {
    Duration::try_from(DEADLINE).unwrap_or(Duration::from_secs(10))
}
