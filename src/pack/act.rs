//! What changes things: checks, look-ups, then the one request; never repeated here.
//!
//! Nothing leaves where a check fails. What is not certainly done is not called done.

use serde_json::{Value, json};

use super::answer::{self, Told};
use super::ask::ask;
use super::budget::Budget;
use super::cel::{Expr, Scope};
use super::declare::is_before;
use super::draft::Held;
use super::engine::Handle;
use super::model::{ActionPart, Ends, Request};
use super::observe::{locator, ours};
use super::wire::{self, Page};
use crate::domain::{Answer, Because, Call, Effect, Fields, Locator, Outcome, Secret, Spec, Why};
use crate::provider::{Act, Soon, barred};

impl Act for Handle {
    fn perform<'a>(&'a self, calls: &'a [Call]) -> Soon<'a, Vec<Outcome>> {
        Box::pin(perform(self, calls))
    }

    fn deliver<'a>(&'a self, _: &'a Call, _: &'a Secret) -> Soon<'a, Outcome> {
        let why = Why::new(Because::NotImplemented, "a pack delivers no secrets");
        Box::pin(async move { Outcome::Refused(why) })
    }
}

/// A call that passed all checks.
struct Ready<'a> {
    scope: Scope,
    secret: Option<Secret>,
    /// What is to be sent.
    request: &'a Request,
}

pub(super) async fn perform(on: &Handle, calls: &[Call]) -> Vec<Outcome> {
    let Some((spec, part)) = calls.first().and_then(|call| find(on, call)) else {
        let why = || Why::new(Because::NotImplemented, "the pack has no such action");
        return calls.iter().map(|_| Outcome::Refused(why())).collect();
    };
    if spec.batch <= 1 {
        let mut outcomes = Vec::with_capacity(calls.len());
        for call in calls {
            outcomes.push(match ready(on, spec, part, call).await {
                Ok(ready) => one(on, spec, part, call, &ready).await,
                Err(outcome) => outcome,
            });
        }
        return outcomes;
    }
    let size = usize::try_from(spec.batch).unwrap_or(1).max(1);
    let mut outcomes = Vec::with_capacity(calls.len());
    for calls in calls.chunks(size) {
        outcomes.extend(batch(on, spec, part, calls).await);
    }
    outcomes
}

fn find<'a>(on: &'a Handle, call: &Call) -> Option<(&'a Spec, &'a ActionPart)> {
    let spec = on
        .pack()
        .actions
        .iter()
        .find(|spec| spec.id == call.action)?;
    Some((spec, on.pack().action(&call.action)?))
}

/// What is asked before, what has to hold, and what is sent.
type Way<'a> = (&'a [Request], Option<&'a Expr>, &'a Request);

/// By the credential itself, where the pack says how and it was seen to work; else by what we are let do.
fn way<'a>(on: &Handle, part: &'a ActionPart, target: &Locator) -> Way<'a> {
    let itself = part.itself.as_ref().filter(|_| on.was_alive(target));
    match itself {
        Some(one) => (&one.look_up, one.only_if.as_ref(), &one.request),
        None => (&part.look_up, part.only_if.as_ref(), &part.request),
    }
}

/// Everything that has to hold before the request may leave.
async fn ready<'a>(
    on: &Handle,
    spec: &Spec,
    part: &'a ActionPart,
    call: &Call,
) -> Result<Ready<'a>, Outcome> {
    let refused = |because, text: String| Outcome::Refused(Why::new(because, text));
    if let Some(why) = barred(spec, call, on.acts()) {
        return Err(Outcome::Refused(why));
    }
    let secret = on.held(&call.target);
    let (look_up, only_if, request) = way(on, part, &call.target);
    let mut requests = look_up.iter().chain([request]);
    let needs = requests.any(|request| request.carries_secret(on.file()));
    if needs && secret.is_none() {
        let text = "it needs the credential itself: give --secret REF".to_owned();
        return Err(refused(Because::Unauthenticated, text));
    }
    let (_, mut scope) = ours(on, &call.target).await.map_err(before)?;
    scope.set("with", json!(call.said()));
    scope.set("tag", json!(call.tag.0));
    let today = on.clock().now().strftime("%Y-%m-%d").to_string();
    scope.set("today", json!(today));
    if let Effect::Open = spec.effect {
        gives_back(part, call)?;
        let fields = part.gives.keys();
        let held = |field: &String| {
            (
                field.clone(),
                call.value(field).cloned().unwrap_or_default(),
            )
        };
        scope.set("before", Value::Object(fields.map(held).collect()));
    }
    let held = Held {
        one: secret.as_ref(),
        ..Held::default()
    };
    let budget = Budget::usual(on);
    match ask(on, look_up, &mut scope, held, &budget)
        .await
        .map_err(self::before)?
    {
        Told::Found => {}
        Told::Gone => {
            let text = format!("{} is not there", call.target);
            return Err(refused(Because::Missing, text));
        }
    }
    if let Some(only_if) = only_if
        && !only_if.holds(&scope)
    {
        let text = format!(
            "what has to hold before `{}` does not: {}",
            spec.id, only_if.source
        );
        return Err(refused(Because::Conflict, text));
    }
    Ok(Ready {
        scope,
        secret,
        request,
    })
}

/// A question before the request that failed: nothing happened.
fn before(why: Why) -> Outcome {
    if why.because == Because::Throttled {
        Outcome::Throttled { until: None }
    } else if why.because.may_pass() {
        Outcome::Unavailable(why)
    } else {
        Outcome::Refused(why)
    }
}

/// What gives back makes one state and no other; another one it does not pretend to make.
fn gives_back(part: &ActionPart, call: &Call) -> Result<(), Outcome> {
    match unlike(part, |field| call.value(field)) {
        Some(text) => Err(Outcome::Refused(Why::new(Because::Conflict, text))),
        None => Ok(()),
    }
}

/// What an inverse would make other than it was before.
pub(super) fn unlike<'a>(
    part: &ActionPart,
    before: impl Fn(&str) -> Option<&'a Value>,
) -> Option<String> {
    let mut set = part.gives.iter().filter(|(_, gives)| !is_before(gives));
    set.find_map(|(field, gives)| {
        let held = before(field).unwrap_or(&Value::Null);
        (held != gives)
            .then(|| format!("giving back makes `{field}` {gives}, and before it was {held}"))
    })
}

async fn one(
    on: &Handle,
    spec: &Spec,
    part: &ActionPart,
    call: &Call,
    ready: &Ready<'_>,
) -> Outcome {
    let held = Held {
        one: ready.secret.as_ref(),
        ..Held::default()
    };
    let request = ready.request;
    let answered = match wire::send(on, request, &ready.scope, held, Page::default()).await {
        Ok(answered) => answered,
        Err(failed) => return answer::unanswered(failed),
    };
    let mut scope = ready.scope.clone();
    answer::show(&mut scope, &answered);
    let ends = match answer::outcome(on, request, &answered, &scope) {
        Ok(ends) => ends,
        Err(outcome) => return outcome,
    };
    let mut answer = Answer {
        applied: ends == Ends::Done,
        fields: Fields::from([("status".to_owned(), json!(answered.status))]),
        ..Answer::default()
    };
    let Effect::Issue(_) = spec.effect else {
        return Outcome::Done(answer);
    };
    let account = call.target.account().unwrap_or_default();
    let made = part.made.as_ref().and_then(|made| {
        let mut raw = scope.clone();
        raw.set("body", answered.raw.0.clone());
        let secret = made.secret.value(&raw)?;
        let secret = Secret::new(secret.as_str()?.to_owned());
        Some((locator(on, &made.is, &scope, account)?, secret))
    });
    match made {
        Some((made, secret)) => {
            answer.made = vec![made];
            answer.secret = Some(secret);
            Outcome::Done(answer)
        }
        None => {
            let text = "something was made, and the answer does not say what";
            Outcome::InDoubt(Why::new(Because::Garbled, text))
        }
    }
}

/// One request for many targets; what its answer means, it means for each.
async fn batch(on: &Handle, spec: &Spec, part: &ActionPart, calls: &[Call]) -> Vec<Outcome> {
    let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(calls.len());
    let (mut ids, mut secrets) = (Vec::new(), Vec::new());
    let mut shared: Option<Scope> = None;
    for call in calls {
        outcomes.push(match ready(on, spec, part, call).await {
            Ok(ready) => {
                ids.push(json!(call.target.id()));
                secrets.extend(ready.secret);
                shared.get_or_insert(ready.scope);
                None
            }
            Err(outcome) => Some(outcome),
        });
    }
    let Some(mut scope) = shared else {
        return outcomes.into_iter().flatten().collect();
    };
    scope.set("ids", Value::Array(ids));
    let all: Vec<&Secret> = secrets.iter().collect();
    let held = Held {
        all: &all,
        ..Held::default()
    };
    let request = &part.request;
    let sent = wire::send(on, request, &scope, held, Page::default()).await;
    let sent = sent.inspect(|answered| answer::show(&mut scope, answered));
    let each = || match &sent {
        Ok(answered) => match answer::outcome(on, request, answered, &scope) {
            Ok(ends) => Outcome::Done(Answer {
                applied: ends == Ends::Done,
                fields: Fields::from([("status".to_owned(), json!(answered.status))]),
                ..Answer::default()
            }),
            Err(outcome) => outcome,
        },
        Err(failed) => answer::unanswered(failed.clone()),
    };
    outcomes
        .into_iter()
        .map(|said| said.unwrap_or_else(each))
        .collect()
}
