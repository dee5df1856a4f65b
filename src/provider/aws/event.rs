//! CloudTrail events as data: who did what with which credential, and what that made or entered.
//!
//! Never trusts a field to be there: what does not parse is left out, and nothing panics.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::persistence::{Left, Owed, left};
use super::resolve::principal;
use super::{change, kind};
use crate::domain::{Because, Fields, Found, Locator, NotSeen, Time, Why};

/// One event.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// The operation, e.g. `CreateUser`.
    pub(super) name: String,
    /// The service, e.g. `iam`.
    pub(super) service: String,
    pub(super) at: Option<Time>,
    /// The access key id that signed.
    pub(super) key: Option<String>,
    /// The user or role that acted.
    pub(super) principal: Option<Locator>,
    /// The account that the event is of.
    pub(super) account: Option<String>,
    /// The region that it happened in.
    pub(super) region: Option<String>,
    /// The code of the refusal; absent where it was accepted.
    pub(super) error: Option<String>,
    pub(super) id: Option<String>,
    detail: Value,
}

/// What an accepted event brought about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Effect {
    /// A session, of this principal where known.
    Session(Locator, Option<Locator>),
    /// A role was assumed.
    Entered(Locator),
    /// Something that grants access was made or changed.
    Made(Locator),
    /// A way in that only a person can close.
    Owed(Owed),
}

/// The events of a LookupEvents answer and the token of the next page; nothing if it is not one.
pub(super) fn page(answer: &Value) -> Option<(Vec<Event>, Option<String>)> {
    let events = answer.as_object()?.get("Events")?.as_array()?;
    let token = text(answer, "/NextToken").filter(|token| !token.is_empty());
    Some((events.iter().map(read).collect(), token))
}

/// The events without repetitions, as more than one look-up of the same log gives them.
pub(super) fn unique(mut events: Vec<Event>) -> Vec<Event> {
    let mut ids = BTreeSet::new();
    events.retain(|event| event.id.clone().is_none_or(|id| ids.insert(id)));
    events
}

/// Says that a log is of no use for enumeration, where its events have names that AWS does not publish.
pub(super) fn unpublished(events: &[Event]) -> Option<NotSeen> {
    events.iter().any(|event| !event.is_published()).then(|| {
        let text = "the log names its events as no vendor publishes";
        NotSeen {
            what: "CloudTrail events".to_owned(),
            why: Why::new(Because::NotImplemented, text),
            withholds: false,
        }
    })
}

fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer)?.as_str().map(str::to_owned)
}

/// The event of one record, as S3 delivers it or as LookupEvents wraps it.
pub(super) fn of_record(record: Value) -> Event {
    if record.get("CloudTrailEvent").is_some() {
        return read(&record);
    }
    made(&Value::Null, record)
}

fn read(outer: &Value) -> Event {
    let detail: Value = outer
        .get("CloudTrailEvent")
        .and_then(Value::as_str)
        .and_then(|inner| serde_json::from_str(inner).ok())
        .unwrap_or_default();
    made(outer, detail)
}

fn made(outer: &Value, detail: Value) -> Event {
    let either =
        |inside: &str, outside: &str| text(&detail, inside).or_else(|| text(outer, outside));
    let source = either("/eventSource", "/EventSource").unwrap_or_default();
    let seconds = outer.get("EventTime").and_then(Value::as_f64);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float out of range saturates, and no such time is then made of it"
    )]
    let at = seconds.and_then(|seconds| Time::from_millisecond((seconds * 1000.0) as i64).ok());
    let arn = text(&detail, "/userIdentity/sessionContext/sessionIssuer/arn")
        .or_else(|| text(&detail, "/userIdentity/arn"));
    Event {
        name: either("/eventName", "/EventName").unwrap_or_default(),
        service: source.split('.').next().unwrap_or_default().to_owned(),
        at: text(&detail, "/eventTime")
            .and_then(|at| at.parse().ok())
            .or(at),
        key: either("/userIdentity/accessKeyId", "/AccessKeyId").filter(|key| !key.is_empty()),
        principal: arn.as_deref().and_then(principal),
        account: text(&detail, "/recipientAccountId")
            .or_else(|| text(&detail, "/userIdentity/accountId")),
        region: text(&detail, "/awsRegion"),
        error: text(&detail, "/errorCode"),
        id: either("/eventID", "/EventId"),
        detail,
    }
}

impl Event {
    /// Whether the name is of a form that AWS publishes; MiniStack writes `POST.iam`.
    pub(super) fn is_published(&self) -> bool {
        self.name.starts_with(|c: char| c.is_ascii_uppercase())
            && self
                .name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_')
    }

    /// The name of the user that acted, as the log writes it.
    pub(super) fn user(&self) -> Option<&str> {
        self.detail.pointer("/userIdentity/userName")?.as_str()
    }

    /// Whether it concerns a role that is named so, by name or by ARN.
    pub(super) fn concerns_role(&self, name: &str) -> bool {
        let last = name.rsplit('/').next().unwrap_or_default();
        let is = |named: &str| named == name || named.rsplit('/').next() == Some(last);
        let said = |pointer: &str| self.detail.pointer(pointer).and_then(Value::as_str);
        let resources = self.detail.pointer("/resources").and_then(Value::as_array);
        let arns = resources.into_iter().flatten();
        ["/requestParameters/roleName", "/requestParameters/roleArn"]
            .into_iter()
            .filter_map(said)
            .chain(arns.filter_map(|one| one.get("ARN")?.as_str()))
            .any(is)
    }

    /// The credential that signed it.
    pub(super) fn credential(&self, account: &str) -> Option<Locator> {
        let key = self.key.as_deref()?;
        let noun = if key.starts_with("ASIA") {
            "session"
        } else {
            "access-key"
        };
        Some(Locator::new(&kind(noun), key, Some(account)))
    }

    /// The harmless facts.
    pub(super) fn fields(&self) -> Fields {
        let told = [
            ("source_ip", text(&self.detail, "/sourceIPAddress")),
            ("user_agent", text(&self.detail, "/userAgent")),
            ("region", self.region.clone()),
            ("error", self.error.clone()),
            ("event_id", self.id.clone()),
            ("request_id", text(&self.detail, "/requestID")),
        ];
        let mut fields: Fields = told
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), json!(value?))))
            .collect();
        fields.insert("event".to_owned(), json!(self.label()));
        fields.insert("accepted".to_owned(), json!(self.error.is_none()));
        let changed = change::of(self);
        if !changed.is_empty() {
            fields.insert(Found::CHANGED.to_owned(), json!(changed));
        }
        fields
    }

    /// Whether it is called so: `service.Name`, where a trailing `*` stands for the version of an API.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let rest = name
            .strip_prefix(self.service.as_str())
            .and_then(|rest| rest.strip_prefix('.'));
        rest.is_some_and(|wanted| match wanted.strip_suffix('*') {
            Some(bare) => self.name.split(|c: char| c.is_ascii_digit()).next() == Some(bare),
            None => self.name == wanted,
        })
    }

    /// The account that it is of.
    pub(super) fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// What stands in its record, by JSON pointer.
    pub(super) fn said(&self, pointer: &str) -> Option<&Value> {
        self.detail.pointer(pointer)
    }

    /// The operation with its service.
    pub(super) fn label(&self) -> String {
        format!("{}.{}", self.service, self.name)
    }

    /// The event as evidence.
    pub(super) fn evidence(&self) -> String {
        let at = self.at.map(|at| format!(" at {at}")).unwrap_or_default();
        let id = self.id.as_deref().map(|id| format!(", event {id}"));
        format!("CloudTrail: {}{at}{}", self.label(), id.unwrap_or_default())
    }

    /// What it brought about; nothing where it was refused.
    pub(super) fn effects(&self) -> Vec<Effect> {
        if self.error.is_some() {
            return Vec::new();
        }
        match self.name.as_str() {
            "GetSessionToken" | "GetFederationToken" => {
                let id = text(&self.detail, "/responseElements/credentials/accessKeyId");
                let session = |id: String| {
                    let session = Locator::new(&kind("session"), &id, self.account.as_deref());
                    Effect::Session(session, self.principal.clone())
                };
                id.map(session).into_iter().collect()
            }
            "AssumeRole" | "AssumeRoleWithSAML" | "AssumeRoleWithWebIdentity" => self.assumed(),
            _ => left(self)
                .into_iter()
                .map(|left| match left {
                    Left::Made(made) => Effect::Made(made),
                    Left::Entered(role) => Effect::Entered(role),
                    Left::Owed(owed) => Effect::Owed(owed),
                })
                .collect(),
        }
    }

    /// What was asked.
    pub(super) fn request(&self) -> &Value {
        self.detail.get("requestParameters").unwrap_or(&Value::Null)
    }

    /// What was answered.
    pub(super) fn answer(&self) -> &Value {
        self.detail.get("responseElements").unwrap_or(&Value::Null)
    }

    /// The same event with another request.
    #[cfg(test)]
    pub(super) fn asking(&self, request: Value) -> Self {
        self.saying("requestParameters", request)
    }

    /// The same event with another answer.
    #[cfg(test)]
    pub(super) fn answering(&self, answer: Value) -> Self {
        self.saying("responseElements", answer)
    }

    #[cfg(test)]
    fn saying(&self, part: &str, value: Value) -> Self {
        let mut event = self.clone();
        if let Some(detail) = event.detail.as_object_mut() {
            detail.insert(part.to_owned(), value);
        }
        event
    }

    /// The user that signed, where it was one.
    pub(super) fn caller(&self) -> Option<String> {
        let user = self.principal.as_ref()?;
        (user.kind().noun() == "user").then(|| user.id().to_owned())
    }

    fn assumed(&self) -> Vec<Effect> {
        let said = |pointer: &str| text(&self.detail, pointer);
        let role = said("/responseElements/assumedRoleUser/arn")
            .or_else(|| said("/requestParameters/roleArn"))
            .as_deref()
            .and_then(principal);
        let id = said("/responseElements/credentials/accessKeyId");
        let account = role
            .as_ref()
            .and_then(Locator::account)
            .or(self.account.as_deref());
        let session = id.map(|id| {
            let session = Locator::new(&kind("session"), &id, account);
            Effect::Session(session, role.clone())
        });
        let entered = role.clone().map(Effect::Entered);
        entered.into_iter().chain(session).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_two_look_ups_gave_counts_once() {
        let answer = include_str!("../../../tests/fixtures/aws/cloudtrail-role.json");
        let answer = serde_json::from_str(answer).unwrap_or_default();
        let (events, _) = page(&answer).unwrap_or_default();
        assert_eq!((events.len(), unique(events.clone()).len()), (3, 2));
        let nameless = |event: &Event| Event {
            id: None,
            ..event.clone()
        };
        let nameless: Vec<Event> = events.iter().map(nameless).collect();
        assert_eq!(unique(nameless).len(), 3);
    }

    #[test]
    fn hostile_events_are_left_out_and_nothing_panics() {
        for answer in [
            json!(null),
            json!([]),
            json!({}),
            json!({"Events": 3}),
            json!({"NextToken": "x"}),
        ] {
            assert!(page(&answer).is_none(), "{answer}");
        }
        let odd = json!({"Events": [
            null,
            {"EventName": 7, "EventTime": 1e300, "CloudTrailEvent": "{"},
            {"EventName": "AssumeRole", "CloudTrailEvent": "{\"eventName\":\"AssumeRole\",\"responseElements\":\"no\",\"requestParameters\":{\"roleArn\":\"junk\"}}"},
            {"CloudTrailEvent": "{\"eventName\":\"CreateAccessKey\",\"responseElements\":{\"accessKey\":[]},\"eventTime\":\"never\"}"},
        ]});
        let (events, token) = page(&odd).unwrap_or_default();
        assert_eq!((events.len(), token), (4, None));
        for event in events {
            assert!(event.effects().is_empty());
            assert!(event.fields().contains_key("event"));
            assert!(!event.evidence().is_empty());
        }
    }
}
