//! What changes things: checks, then the one request; never repeated here.
//!
//! Nothing leaves where a check fails. What is not certainly done is not called done.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::action::{self, Body, Done, Request, Who};
use super::adapter::Handle;
use super::client::Failed;
use super::exchange::{self, Answered, Carried};
use super::id::Id;
use super::{look, own, seal, token};
use crate::domain::{Answer, Because, Call, Effect, Fields, Outcome, Secret, Spec, Why};
use crate::provider::{Act, Soon};

impl Act for Handle {
    fn perform<'a>(&'a self, calls: &'a [Call]) -> Soon<'a, Vec<Outcome>> {
        Box::pin(perform(self, calls))
    }

    fn deliver<'a>(&'a self, call: &'a Call, what: &'a Secret) -> Soon<'a, Outcome> {
        Box::pin(async move {
            deliver(self, call, what)
                .await
                .unwrap_or_else(|outcome| outcome)
        })
    }
}

/// A call that passed all checks.
struct Ready {
    id: Id,
    request: Request,
    secret: Option<Secret>,
}

async fn perform(on: &Handle, calls: &[Call]) -> Vec<Outcome> {
    let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(calls.len());
    // What one request carries: calls of one owner, no more than it takes.
    let mut together: BTreeMap<String, Vec<(usize, Ready)>> = BTreeMap::new();
    for (at, call) in calls.iter().enumerate() {
        outcomes.push(match ready(on, call).await {
            Ok((spec, ready)) if spec.batch > 1 => {
                let owner = ready.id.owner().unwrap_or_default().to_owned();
                together.entry(owner).or_default().push((at, ready));
                None
            }
            Ok((_, ready)) => Some(one(on, call, ready).await),
            Err(outcome) => Some(outcome),
        });
    }
    for mut ready in together.into_values() {
        while !ready.is_empty() {
            let size = calls.first().and_then(|call| action::of(&call.action));
            let size = size.map_or(1, |action| (action.spec)().batch);
            let size = usize::try_from(size).unwrap_or(1).clamp(1, ready.len());
            let some: Vec<(usize, Ready)> = ready.drain(..size).collect();
            for (at, outcome) in several(on, calls, some).await {
                if let Some(slot) = outcomes.get_mut(at) {
                    *slot = Some(outcome);
                }
            }
        }
    }
    let lost = || Outcome::InDoubt(Why::new(Because::Garbled, "no outcome"));
    outcomes
        .into_iter()
        .map(|said| said.unwrap_or_else(lost))
        .collect()
}

/// Checks everything that can be checked without acting.
async fn ready(on: &Handle, call: &Call) -> Result<(Spec, Ready), Outcome> {
    let refused = |because, text: &str| Outcome::Refused(Why::new(because, text));
    let action = action::of(&call.action)
        .ok_or_else(|| refused(Because::NotImplemented, "GitHub has no such action"))?;
    let spec = (action.spec)();
    if !on.may(&spec.permissions) {
        let text = "this handle was not given the permissions of this action";
        return Err(refused(Because::Forbidden, text));
    }
    if spec.on != *call.target.kind() {
        return Err(refused(
            Because::Invalid,
            "the action is about another kind",
        ));
    }
    let id = look::ours(on, &call.target).map_err(Outcome::Refused)?;
    if call.target.kind().noun() == "ssh-key" {
        look::whose(&on.reading(), &id).await.map_err(unavailable)?;
    }
    let request = (action.request)(&id, call).map_err(Outcome::Refused)?;
    let wants = matches!(request.body, Body::Tokens | Body::Token) || request.who == Who::Itself;
    let secret = match wants {
        true => Some(look::held(on, &call.target).map_err(Outcome::Refused)?),
        false => None,
    };
    if let (true, Some(secret)) = (action::ends_grant(&spec.id), &secret) {
        let spared = own::spare_our_grant(&on.reading(), &id, secret).await;
        spared.map_err(unavailable)?;
    }
    let request = match request.body {
        Body::Tokens => by_value(on, request, secret.as_ref())?,
        Body::Nothing | Body::Json(_) | Body::Token | Body::Sealed => request,
    };
    Ok((
        spec,
        Ready {
            id,
            request,
            secret,
        },
    ))
}

/// What is revoked by its text: only what GitHub takes, for one text that it does not take has it refuse all of them. An
/// Enterprise Server wants to know who asks, and takes personal access tokens alone.
fn by_value(on: &Handle, request: Request, secret: Option<&Secret>) -> Result<Request, Outcome> {
    use token::Form;
    let refused = |because, text: &str| Outcome::Refused(Why::new(because, text));
    let base = on.link.base().map_err(Outcome::Refused)?;
    let is_server = base.path().trim_end_matches('/').ends_with("/api/v3");
    let form = secret.and_then(|secret| token::form(secret.expose()));
    match (form, is_server) {
        (None | Some(Form::Installation), _) => Err(refused(
            Because::Invalid,
            "this text has the form of no token that GitHub revokes by its text",
        )),
        (Some(Form::OAuth | Form::User | Form::Refresh), true) => Err(refused(
            Because::NotImplemented,
            "an Enterprise Server revokes only personal access tokens by their text",
        )),
        (Some(Form::Classic | Form::FineGrained), true) => Ok(request.by(Who::Owner)),
        (
            Some(Form::Classic | Form::FineGrained | Form::OAuth | Form::User | Form::Refresh),
            false,
        ) => Ok(request),
    }
}

async fn one(on: &Handle, call: &Call, ready: Ready) -> Outcome {
    let carried: Vec<Secret> = ready.secret.into_iter().collect();
    let (mut request, mut is_first) = (ready.request, true);
    loop {
        let sent = exchange::send(on, &request, Some(&ready.id), Carried(&carried)).await;
        let said = outcome(on, &request, call, sent.as_ref());
        let is_done = matches!(&said, Outcome::Done(_));
        match request.then.take() {
            Some(next) if is_done => (request, is_first) = (*next, false),
            _ if is_done || is_first => return said,
            // What came before it took effect.
            Some(_) | None => return half(said),
        }
    }
}

/// What came of an action of which one request was done and the next was not.
fn half(said: Outcome) -> Outcome {
    let why = match said {
        done @ (Outcome::Done(_) | Outcome::AlreadySo) => return done,
        Outcome::Refused(why) | Outcome::Unavailable(why) | Outcome::InDoubt(why) => why,
        Outcome::Throttled { .. } => Why::new(Because::Throttled, "GitHub wants fewer requests"),
    };
    Outcome::InDoubt(Why::new(
        why.because,
        format!("it is done in part: {}", why.text),
    ))
}

/// One request for many targets; what its answer means, it means for each.
async fn several(on: &Handle, calls: &[Call], some: Vec<(usize, Ready)>) -> Vec<(usize, Outcome)> {
    let Some((_, first)) = some.first() else {
        return Vec::new();
    };
    let mut request = first.request.clone();
    if let (true, Body::Json(_)) = (some.len() > 1, &request.body) {
        let ids = some
            .iter()
            .filter_map(|(_, ready)| ready.id.at(1).parse::<u64>().ok());
        let body = json!({ "action": "revoke", "pat_ids": ids.collect::<Vec<u64>>() });
        request = Request::post(&["orgs", first.id.at(0), "personal-access-tokens"])
            .json(body)
            .later(202);
    }
    let id = first.id.clone();
    let (places, carried): (Vec<usize>, Vec<Option<Secret>>) = some
        .into_iter()
        .map(|(at, ready)| (at, ready.secret))
        .unzip();
    let carried: Vec<Secret> = carried.into_iter().flatten().collect();
    let sent = exchange::send(on, &request, Some(&id), Carried(&carried)).await;
    let each = places.into_iter().filter_map(|at| {
        let call = calls.get(at)?;
        on.note_revoked(&call.target);
        Some((at, outcome(on, &request, call, sent.as_ref())))
    });
    each.collect()
}

/// What came of a request that changes something.
fn outcome(
    on: &Handle,
    request: &Request,
    call: &Call,
    sent: Result<&Answered, &Failed>,
) -> Outcome {
    let answered = match sent {
        Ok(answered) => answered,
        Err(Failed::Before(why)) => {
            return match why.because {
                Because::Unavailable | Because::Timeout | Because::Throttled => {
                    Outcome::Unavailable(why.clone())
                }
                Because::Missing
                | Because::Ambiguous
                | Because::Foreign
                | Because::Invalid
                | Because::Unauthenticated
                | Because::Denied
                | Because::Garbled
                | Because::NotImplemented
                | Because::Forbidden
                | Because::Conflict => Outcome::Refused(why.clone()),
            };
        }
        Err(Failed::Lost(why)) => return Outcome::InDoubt(why.clone()),
    };
    let (status, now) = (answered.status, on.clock().now());
    let is_done = match request.done {
        Done::At(statuses) => statuses.contains(&status).then_some(true),
        Done::Later(at) => (status == at).then_some(false),
        Done::Shown(shown) => (status == 200 && shown(&answered.body, call)).then_some(true),
    };
    if let Some(applied) = is_done.filter(|_| !answered.is_other) {
        let id = answered.headers.get("x-github-request-id");
        let id = id.map(|id| ("request_id".to_owned(), Value::from(id.as_str())));
        return Outcome::Done(Answer {
            applied,
            fields: Fields::from_iter(id),
            ..Answer::default()
        });
    }
    if let Some(until) = answered.throttled(now) {
        return Outcome::Throttled { until };
    }
    let why = answered.unread(now);
    match status {
        // Whoever is sent elsewhere with the same request has done nothing here.
        307 | 308 => Outcome::Refused(why),
        409 => {
            let text = "GitHub answered 409: the present state does not allow it";
            Outcome::Refused(Why::new(Because::Conflict, text))
        }
        408 => Outcome::InDoubt(why),
        400..=499 => Outcome::Refused(why),
        _ => Outcome::InDoubt(why),
    }
}

/// What came of an action whose question before it was not answered as it has to be.
fn unavailable(why: Why) -> Outcome {
    match why.because.may_pass() {
        true => Outcome::Unavailable(why),
        false => Outcome::Refused(why),
    }
}

/// Seals a new secret for whoever gets it, and puts it there.
async fn deliver(on: &Handle, call: &Call, what: &Secret) -> Result<Outcome, Outcome> {
    let (spec, ready) = ready(on, call).await?;
    if !matches!(spec.effect, Effect::Deliver) {
        let text = "the action delivers nothing";
        return Err(Outcome::Refused(Why::new(Because::Invalid, text)));
    }
    let Ready {
        id, mut request, ..
    } = ready;
    let (folder, _) = request.path.rsplit_once('/').unwrap_or_default();
    let asked = |path: String| Request {
        path,
        ..Request::get(&[])
    };
    let key = asked(format!("{folder}/public-key"));
    let key = exchange::ask(on, &key, Some(&id), Carried::default())
        .await
        .map_err(unavailable)?;
    let said = |name: &str| {
        let text = key.as_ref()?.body.get(name)?.as_str()?;
        Some(text.to_owned())
    };
    let (Some(key_id), Some(public)) = (said("key_id"), said("key")) else {
        let text = "GitHub gave no public key to seal the secret for";
        return Err(Outcome::Refused(Why::new(Because::Garbled, text)));
    };
    let sealed = seal::seal(&public, what).map_err(Outcome::Refused)?;
    let mut body = json!({ "encrypted_value": sealed, "key_id": key_id });
    if call.target.kind().noun() == "organization-secret" {
        let now = asked(request.path.clone());
        let seen = visibility(on, &now, &id).await.map_err(unavailable)?;
        if let Some(body) = body.as_object_mut() {
            body.extend(seen);
        }
    }
    request.body = Body::Json(body);
    let sent = exchange::send(on, &request, Some(&id), Carried::default()).await;
    Ok(outcome(on, &request, call, sent.as_ref()))
}

/// Who sees an organisation's secret now: nobody else is to see the new value.
async fn visibility(
    on: &Handle,
    now: &Request,
    id: &Id,
) -> Result<serde_json::Map<String, Value>, Why> {
    let found = exchange::ask(on, now, Some(id), Carried::default()).await?;
    let visibility = found
        .as_ref()
        .and_then(|found| found.body.get("visibility"));
    let missing = || {
        Why::new(
            Because::Missing,
            "GitHub does not tell who sees this secret",
        )
    };
    let visibility = visibility.cloned().ok_or_else(missing)?;
    let mut seen = serde_json::Map::new();
    if visibility == "selected" {
        let list = Request {
            path: format!("{}/repositories", now.path),
            ..Request::get(&[])
        };
        let listed =
            exchange::list(on, &list, (Some("repositories"), usize::MAX), Some(id)).await?;
        if listed.is_cut {
            return Err(Why::new(
                Because::Garbled,
                "the repositories that see it are too many",
            ));
        }
        let ids = listed
            .items
            .iter()
            .filter_map(|item| item.get("id")?.as_u64());
        seen.insert(
            "selected_repository_ids".to_owned(),
            json!(ids.collect::<Vec<u64>>()),
        );
    }
    seen.insert("visibility".to_owned(), visibility);
    Ok(seen)
}
