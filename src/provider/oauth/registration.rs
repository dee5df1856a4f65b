//! Registered clients (RFC 7592): whether one is there, deleting it, and asking for a new secret.
//!
//! A 401 means that the client is gone or that our registration token is not right; it counts as gone only after the server
//! said that it deleted it. What was issued to a deleted client may live: it is closed once the longest life has passed.

use reqwest::{Method, Url};
use serde::Deserialize;
use serde_json::{Value, json};

use super::adapter::Handle;
use super::client::before;
use super::{place, secret};
use crate::domain::{Answer, Because, Call, Fact, Fields, Locator, Outcome, Secret, Why};

/// What a server answers when a client is registered, as far as it matters here.
#[derive(Deserialize)]
struct Registration {
    registration_client_uri: String,
    registration_access_token: String,
}

/// Where a client is managed, and with which token.
pub(super) fn manages(on: &Handle, target: &Locator) -> Result<(Url, Secret), Why> {
    let settings = on.server().settings()?;
    let several = settings.several.get("registrations");
    let given = several.and_then(|several| several.get(target.id())).ok_or_else(|| {
        let text = format!(
            "contain.yaml names no registration of the client {}: its registration_client_uri and registration_access_token, as JSON, under providers.oauth.registrations",
            target.id()
        );
        Why::new(Because::Unauthenticated, text)
    })?;
    let secret = given().map_err(|why| Why::new(Because::Unauthenticated, why.text))?;
    let read: Registration = serde_json::from_str(secret.expose()).map_err(|_| {
        let text =
            "a registration is JSON with registration_client_uri and registration_access_token";
        Why::new(Because::Invalid, text)
    })?;
    let url = place::of_issuer(
        &on.server().issuer()?,
        &read.registration_client_uri,
        settings.private,
    )?;
    let managing = on.known().managing(target);
    let token = managing.unwrap_or_else(|| Secret::new(read.registration_access_token));
    Ok((url, token))
}

/// Takes the registration access token from an answer: a server may give a new one with each, and the former ends.
pub(super) fn keep(on: &Handle, target: &Locator, before: &Secret, body: &Value) -> bool {
    let given = body.get("registration_access_token");
    let given = given.and_then(Value::as_str).unwrap_or_default();
    let is_new = !given.is_empty() && given != before.expose();
    if is_new {
        on.known()
            .manages_with(target, Secret::new(given.to_owned()));
    }
    is_new
}

/// Looks at a client.
pub(super) async fn look(on: &Handle, target: &Locator) -> Result<Fact, Why> {
    let (url, token) = manages(on, target)?;
    let asked = on.server().manage(Method::GET, (url, &token), None);
    let answer = asked.await;
    let answer = answer.map_err(super::client::Failed::why)?;
    let of = |name: &str| answer.body.get(name);
    match answer.status {
        200 if of("client_id") == Some(&json!(target.id())) => {
            let mut fields = Fields::from([
                ("access".to_owned(), json!("open")),
                ("registered".to_owned(), json!(true)),
            ]);
            if keep(on, target, &token, &answer.body) || on.known().managing(target).is_some() {
                let note = "the server gave another registration access token, which contain.yaml does not name";
                fields.insert("note".to_owned(), json!(note));
            }
            for name in [
                "client_name",
                "scope",
                "grant_types",
                "redirect_uris",
                "token_endpoint_auth_method",
            ] {
                fields.extend(of(name).map(|value| (name.to_owned(), value.clone())));
            }
            Ok(Fact::Present(fields))
        }
        401 => match on.known().deleted(target) {
            Some(at) => {
                let lifetime = on.server().token_lifetime();
                let until = lifetime.and_then(|lifetime| at.checked_add(lifetime).ok());
                let is_over = until.is_some_and(|until| until <= on.server().clock().now());
                let access = if is_over { "closed" } else { "lingering" };
                let mut fields = Fields::from([
                    ("access".to_owned(), json!(access)),
                    ("registered".to_owned(), json!(false)),
                ]);
                let note = match until {
                    Some(until) => format!("deleted; tokens that it was issued may live until {until}"),
                    None => "deleted; tokens that it was issued may live, and contain.yaml says no providers.oauth.token_lifetime".to_owned(),
                };
                fields.insert("note".to_owned(), json!(note));
                Ok(Fact::Present(fields))
            }
            None if on.known().may_be_astray(target) => {
                Err(Why::new(Because::Unauthenticated, secret::ASTRAY))
            }
            None => {
                let text = "the client is gone, or the registration access token is not right: the server says the same of both";
                Err(Why::new(Because::Unauthenticated, text))
            }
        },
        _ => Err(answer.why()),
    }
}

/// Deletes a client.
pub(super) async fn delete(on: &Handle, call: &Call) -> Outcome {
    let (url, token) = match manages(on, &call.target) {
        Ok(manages) => manages,
        Err(why) => return before(why),
    };
    match on
        .server()
        .manage(Method::DELETE, (url, &token), None)
        .await
    {
        Ok(answer) if answer.status == 204 => {
            on.known()
                .was_deleted(&call.target, on.server().clock().now());
            // The client is gone; what it was issued is another matter.
            Outcome::Done(Answer::default())
        }
        Ok(answer) if answer.status == 401 && on.known().deleted(&call.target).is_some() => {
            Outcome::AlreadySo
        }
        Ok(answer) => answer.outcome(),
        Err(failed) => failed.outcome(),
    }
}
