//! CloudTrail LookupEvents: one signed request a page, paced as AWS publishes.
//!
//! Never repeats a page, and never reads more than its caller allows.

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use serde_json::{Value, json};

use super::client::{DEADLINE, Handle};
use super::event::{Event, page};
use super::failure::{Failure, Reply};
use super::guard::READS;
use super::partition;
use crate::domain::{Because, Duration, Locator, NotSeen, Time, Why};

const PERMISSION: &str = "cloudtrail:LookupEvents";
const TARGET: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";

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
    let body = body.to_string();
    let mut tries = 0;
    loop {
        tries += 1;
        take_turn(on).await;
        let left = budget.until.duration_since(on.link.clock.now());
        let sent = tokio::time::timeout(
            left.max(Duration::from_millis(1)).unsigned_abs(),
            send(on, region, &body),
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

async fn send(on: &Handle, region: &str, body: &str) -> Result<Value, Failure> {
    debug_assert!(READS.contains(&PERMISSION));
    let unsent = |text: &str| Failure::Unsent(Why::new(Because::Invalid, text));
    let credentials = on.link.credentials().await.map_err(Failure::Unsent)?;
    let url = match on.link.settings.endpoint("cloudtrail") {
        Some(url) => format!("{}/", url.trim_end_matches('/')),
        None => partition::cloudtrail(region),
    };
    let ahead = on.link.heard.ahead().unwrap_or_default();
    let now = on.link.clock.now();
    let stamp = now.saturating_add(ahead).unwrap_or(now);
    let identity = credentials.into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("cloudtrail")
        .time(stamp.into())
        .settings(SigningSettings::default())
        .build()
        .map_err(|_| unsent("the CloudTrail request could not be signed"))?
        .into();
    let headers = [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", TARGET),
    ];
    let signable = SignableRequest::new(
        "POST",
        &url,
        headers.into_iter(),
        SignableBody::Bytes(body.as_bytes()),
    )
    .map_err(|_| unsent("the CloudTrail endpoint is no URL"))?;
    let signed = sign(signable, &parameters)
        .map_err(|_| unsent("the CloudTrail request could not be signed"))?;
    let (instructions, _) = signed.into_parts();
    let client = on.link.http()?;
    let mut request = client.post(&url).body(body.to_owned());
    for (name, value) in headers {
        request = request.header(name, value);
    }
    for (name, value) in instructions.headers() {
        // The session token is among them; a sensitive value stays out of the HTTP library's own traces.
        let mut value = reqwest::header::HeaderValue::from_str(value)
            .map_err(|_| unsent("the CloudTrail request could not be signed"))?;
        value.set_sensitive(true);
        request = request.header(name, value);
    }
    on.link.heard.sent();
    let lost =
        |failed: reqwest::Error| Failure::Lost(crate::provider::http::why(&failed, "CloudTrail"));
    let reply = request.send().await.map_err(lost)?;
    let header = |name: &str| {
        let value = reply.headers().get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    if let Some(date) = header("date") {
        on.link.heard.date(&date, on.link.clock.now());
    }
    if let Some(id) = header("x-amzn-requestid") {
        on.link.heard.named(&id);
    }
    let (status, kind, wait) = (
        reply.status().as_u16(),
        header("x-amzn-errortype"),
        header("retry-after"),
    );
    let bytes = reply.bytes().await.map_err(lost)?;
    let said: Option<Value> = serde_json::from_slice(&bytes).ok();
    match said {
        Some(said) if status == 200 => Ok(said),
        said => {
            let field = |names: [&str; 2]| {
                let said = said.as_ref()?;
                names
                    .iter()
                    .find_map(|name| said.get(name)?.as_str().map(str::to_owned))
            };
            let code = field(["__type", "code"]).or(kind);
            let code = code.map(|code| {
                let code = code.rsplit('#').next().unwrap_or_default();
                code.split(':').next().unwrap_or_default().to_owned()
            });
            let message = field(["message", "Message"]);
            Err(Failure::of_reply(
                &Reply {
                    status,
                    code: code.as_deref(),
                    message: message.as_deref(),
                    wait: wait.as_deref(),
                },
                PERMISSION,
            ))
        }
    }
}

/// How long one page may take at most.
pub(super) fn deadline() -> Duration {
    Duration::try_from(DEADLINE).unwrap_or(Duration::from_secs(10))
}
