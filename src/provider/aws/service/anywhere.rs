//! IAM Roles Anywhere: trust anchors and profiles, switched off and on.
//!
//! Never touches sessions that were handed out already; the role's own cut does that.

use serde_json::{Value, json};

use super::super::adapter::unsent;
use super::super::client::Handle;
use super::super::failure::Failure;
use super::super::kind;
use super::super::signed::{Ask, ROLES_ANYWHERE, segment, send};
use super::{Looked, Place};
use crate::domain::{Answer, Because, Call, Fields, Locator, NotSeen, Outcome, Why};

/// What is switched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum What {
    /// A trust anchor.
    Anchor,
    /// A profile.
    Profile,
}

impl What {
    fn word(self) -> &'static str {
        match self {
            Self::Anchor => "trustanchor",
            Self::Profile => "profile",
        }
    }

    fn permission(self, enabled: Option<bool>) -> &'static str {
        match (self, enabled) {
            (Self::Anchor, None) => "rolesanywhere:GetTrustAnchor",
            (Self::Anchor, Some(true)) => "rolesanywhere:EnableTrustAnchor",
            (Self::Anchor, Some(false)) => "rolesanywhere:DisableTrustAnchor",
            (Self::Profile, None) => "rolesanywhere:GetProfile",
            (Self::Profile, Some(true)) => "rolesanywhere:EnableProfile",
            (Self::Profile, Some(false)) => "rolesanywhere:DisableProfile",
        }
    }

    fn detail(self, said: &Value) -> Result<&Value, Failure> {
        let key = match self {
            Self::Anchor => "trustAnchor",
            Self::Profile => "profile",
        };
        let detail = said
            .get(key)
            .filter(|detail| detail.get("enabled").is_some_and(Value::is_boolean));
        detail.ok_or_else(|| {
            let text = format!("IAM Roles Anywhere answered no {key}");
            Failure::Lost(Why::new(Because::Garbled, text))
        })
    }
}

pub(super) async fn look(on: &Handle, what: What, place: &Place) -> Result<Looked, Failure> {
    let route = ("GET", format!("/{}/{}", what.word(), segment(&place.name)));
    let ask = Ask::rest(
        ROLES_ANYWHERE,
        what.permission(None),
        &place.region,
        route,
        None,
    );
    let said = send(on, &ask).await?;
    let detail = what.detail(&said)?;
    let told = [
        ("enabled", "/enabled"),
        ("title", "/name"),
        ("arn", "/trustAnchorArn"),
        ("arn", "/profileArn"),
        ("roles", "/roleArns"),
        ("created", "/createdAt"),
    ];
    let mut fields: Fields = told
        .into_iter()
        .filter_map(|(field, at)| Some((field.to_owned(), detail.pointer(at)?.clone())))
        .collect();
    if let Some(longest) = detail.get("durationSeconds").and_then(Value::as_i64) {
        fields.insert("longest_session".to_owned(), json!(format!("PT{longest}S")));
    }
    Ok(Looked {
        name: place.name.clone(),
        fields,
    })
}

/// The profiles with a role, and the trust anchors whose certificates may come in by them, in the regions that we look at.
pub(in super::super) async fn ways_into(
    on: &Handle,
    role: &str,
    account: Option<&str>,
) -> (Vec<Locator>, Vec<NotSeen>) {
    let (mut found, mut not_seen) = (Vec::new(), Vec::new());
    let mut blind = |what: &str, region: &str, why: Why| {
        not_seen.push(NotSeen {
            what: format!("the {what} of IAM Roles Anywhere in {region}"),
            why,
            withholds: false,
        });
    };
    let regions = match super::super::trail::regions(on).await {
        Ok(regions) => regions,
        Err(why) => {
            blind("profiles", "any region", why);
            Vec::new()
        }
    };
    for region in regions {
        let (profiles, anchors) = futures_util::join!(
            listed(on, What::Profile, &region),
            listed(on, What::Anchor, &region)
        );
        for (what, noun, listed) in [
            ("profiles", "roles-anywhere-profile", profiles),
            ("trust anchors", "trust-anchor", anchors),
        ] {
            let (all, is_whole) = match listed {
                Ok(listed) => listed,
                // Where the service is not offered nobody comes in by it.
                Err(failure) if failure.why().because == Because::NotImplemented => continue,
                Err(failure) => {
                    blind(what, &region, failure.why());
                    continue;
                }
            };
            if !is_whole {
                let why = Why::new(Because::Invalid, "only the first page was read");
                blind(what, &region, why);
            }
            let serves = |one: &Value| {
                let roles = one.get("roleArns").and_then(Value::as_array);
                roles.is_none_or(|roles| roles.iter().any(|arn| arn.as_str() == Some(role)))
            };
            let ids = all.iter().filter(|one| serves(one)).filter_map(|one| {
                let id = one.get("trustAnchorId").or_else(|| one.get("profileId"))?;
                Some(format!("{region}:{}", id.as_str()?))
            });
            found.extend(ids.map(|id| Locator::new(&kind(noun), &id, account)));
        }
    }
    (found, not_seen)
}

/// The first page of all there are in a region, and whether there is no other.
async fn listed(on: &Handle, what: What, region: &str) -> Result<(Vec<Value>, bool), Failure> {
    let (permission, key) = match what {
        What::Anchor => ("rolesanywhere:ListTrustAnchors", "trustAnchors"),
        What::Profile => ("rolesanywhere:ListProfiles", "profiles"),
    };
    let route = ("GET", format!("/{}s", what.word()));
    let ask = Ask::rest(ROLES_ANYWHERE, permission, region, route, None);
    let said = send(on, &ask).await?;
    let all = said.get(key).and_then(Value::as_array);
    let all = all.ok_or_else(|| Failure::Lost(super::super::failure::garbled(permission)))?;
    let more = said.get("nextToken").is_some_and(|token| !token.is_null());
    Ok((all.clone(), !more))
}

/// Switches it off or on, as the call says.
pub(in super::super) async fn switch(on: &Handle, call: &Call, what: What) -> Outcome {
    let Some(enabled) = call.value("enabled").and_then(Value::as_bool) else {
        let text = format!(
            "{} was not told whether to switch it on or off",
            call.action
        );
        return Outcome::Refused(Why::new(Because::Invalid, text));
    };
    let place = match Place::of(&call.target) {
        Ok(place) => place,
        Err(why) => return unsent(why),
    };
    let verb = if enabled { "enable" } else { "disable" };
    let route = (
        "POST",
        format!("/{}/{}/{verb}", what.word(), segment(&place.name)),
    );
    let permission = what.permission(Some(enabled));
    let ask = Ask::rest(ROLES_ANYWHERE, permission, &place.region, route, None);
    let sent = send(on, &ask).await;
    match sent.and_then(|said| what.detail(&said).map(drop)) {
        Ok(()) => Outcome::Done(Answer {
            applied: true,
            ..Answer::default()
        }),
        Err(failure) => failure.outcome(&on.link.clock),
    }
}
