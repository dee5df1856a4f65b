//! octocrab over our one HTTP client: no redirects, no repeats, no proxy, one host.
//!
//! Never keeps a client: each is made for one request, with the authority for that one; connections are shared beneath.

use std::sync::Arc;

use octocrab::auth::AppAuth;
use octocrab::secrecy::SecretString;
use octocrab::service::middleware::base_uri::BaseUriLayer;
use octocrab::service::middleware::extra_headers::ExtraHeadersLayer;
use octocrab::service::middleware::reqwest_connector::ReqwestConnector;
use octocrab::{AuthState, Octocrab, OctocrabBuilder};
use reqwest::Url;
use reqwest::header::{ACCEPT, HeaderValue};
use serde_json::Value;

use super::action::{Method, Request};
use crate::domain::{Because, Secret, Why};
use crate::provider::http;

/// By what a request is made.
pub(super) enum Authority {
    /// By nothing.
    Nobody,
    /// A token.
    Bearer(Secret),
    /// An app, by its id and private key.
    App(u64, Secret),
    /// An OAuth app, by its client id and client secret.
    Client(String, Secret),
}

impl Authority {
    /// What of it no answer may repeat.
    pub(super) fn secret(&self) -> Option<&Secret> {
        match self {
            Self::Nobody => None,
            Self::Bearer(secret) | Self::App(_, secret) | Self::Client(_, secret) => Some(secret),
        }
    }

    fn state(&self) -> Result<AuthState, Why> {
        Ok(match self {
            Self::Nobody => AuthState::None,
            Self::Bearer(token) => AuthState::AccessToken {
                token: SecretString::from(token.expose()),
            },
            Self::App(id, key) => {
                let key = key.expose().as_bytes();
                let key = octocrab::EncodingKey::from_rsa_pem(key).map_err(|_| {
                    let text = "the private key of the app is no RSA key in PEM";
                    Why::new(Because::Unauthenticated, text)
                })?;
                let app_id = (*id).into();
                AuthState::App(AppAuth { app_id, key })
            }
            Self::Client(id, secret) => AuthState::BasicAuth {
                username: id.clone(),
                password: secret.expose().to_owned(),
            },
        })
    }
}

/// An exchange that came to no answer.
#[derive(Clone, Debug)]
pub(super) enum Failed {
    /// The request did not leave, or never reached anybody.
    Before(Why),
    /// It left; what it did is not known.
    Lost(Why),
}

impl Failed {
    pub(super) fn why(self) -> Why {
        match self {
            Self::Before(why) | Self::Lost(why) => why,
        }
    }
}

/// Sends one request, and gives the answer unread.
pub(super) async fn send(
    (client, base): (&reqwest::Client, &Url),
    authority: &Authority,
    request: &Request,
    body: Option<&Value>,
) -> Result<reqwest::Response, Failed> {
    let crab = crab(client, base, authority).map_err(Failed::Before)?;
    let mut uri = request.path.clone();
    if !request.query.is_empty() {
        let mut url = base.clone();
        url.set_query(None);
        url.query_pairs_mut().extend_pairs(&request.query);
        uri.push('?');
        uri.push_str(url.query().unwrap_or_default());
    }
    let sent = match request.method {
        Method::Get => crab._get(uri).await,
        Method::Post => crab._post(uri, body).await,
        Method::Put => crab._put(uri, body).await,
        Method::Patch => crab._patch(uri, body).await,
        Method::Delete => crab._delete(uri, body).await,
    };
    sent.map(|reply| reply.map(reqwest::Body::wrap).into())
        .map_err(|failed| lost(&failed))
}

fn crab(client: &reqwest::Client, base: &Url, authority: &Authority) -> Result<Octocrab, Why> {
    let unreadable = |_| Why::new(Because::Invalid, "the address of the API cannot be used");
    let uri = base.as_str().parse().map_err(unreadable)?;
    let accept = HeaderValue::from_static("application/vnd.github+json, application/json");
    let built = OctocrabBuilder::new_empty()
        .with_service(ReqwestConnector::new(client.clone()))
        .with_layer(&ExtraHeadersLayer::new(Arc::new(vec![(ACCEPT, accept)])))
        .with_layer(&BaseUriLayer::new(uri))
        .with_auth(authority.state()?)
        .build();
    match built {
        Ok(crab) => Ok(crab),
        Err(never) => match never {},
    }
}

/// What a failed exchange means: only a connection that never was did nothing.
fn lost(failed: &octocrab::Error) -> Failed {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(failed);
    while let Some(error) = cause {
        if let Some(failed) = error.downcast_ref::<reqwest::Error>() {
            return of_transport(failed);
        }
        cause = error.source();
    }
    let text = "no such request can be made: a part of it, or what it is to be signed with, cannot be used";
    Failed::Before(Why::new(Because::Invalid, text))
}

fn of_transport(failed: &reqwest::Error) -> Failed {
    if let Some(why) = http::refused(failed) {
        return Failed::Before(why);
    }
    let why = http::why(failed, "GitHub");
    if failed.is_connect() {
        Failed::Before(why)
    } else if failed.is_builder() {
        Failed::Before(Why::new(Because::Invalid, "no such request can be made"))
    } else {
        Failed::Lost(why)
    }
}
