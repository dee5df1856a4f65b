//! Against oidc-provider, a server library that others wrote: a token is revoked and shown dead for real; a 200 from revoking
//! proves nothing, and a deleted client whose token lives is never called isolated.

mod fault;
mod said;
mod secret;
mod token;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use contain::domain::{Clock, Duration, Secret};
use contain::provider::{Given, Provider, Settings, oauth};
use serde_json::{Value, json};

use crate::harness::{Desk, Server};

/// The secret of our own client.
pub(crate) const OURS: &str = "of-the-test-of-the-test-of-the-test";

/// A server, as an independent client sees it.
pub(crate) struct Issuer(Server);

/// A client that registered itself, as an attacker's app does.
pub(crate) struct App {
    id: String,
    secret: String,
    /// What the server answered when it was registered.
    registration: Value,
}

impl Issuer {
    pub(crate) fn start() -> Self {
        Self(Server::start("oidc", &[]))
    }

    pub(crate) fn url(&self) -> &str {
        self.0.endpoint()
    }

    pub(crate) fn account(&self) -> &str {
        self.url().trim_start_matches("http://")
    }

    /// One exchange; the status, and the body where it is JSON.
    fn exchange(&self, method: &str, path: &str, headers: &[&str], body: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(self.account()).unwrap();
        let mut asked = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n",
            self.account(),
            body.len()
        );
        for header in headers {
            asked.extend([header, "\r\n"]);
        }
        asked.extend(["\r\n", body]);
        stream.write_all(asked.as_bytes()).unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        let status = said.split(' ').nth(1).unwrap().parse().unwrap();
        let body = said.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let whole = body
            .find('{')
            .and_then(|begin| Some(&body[begin..=body.rfind('}')?]));
        let body = whole.and_then(|body| serde_json::from_str(body).ok());
        (status, body.unwrap_or(Value::Null))
    }

    /// Registers a client with the initial token.
    pub(crate) fn app(&self) -> App {
        self.registered("register")
    }

    /// Registers a client with an initial token.
    fn registered(&self, initial: &str) -> App {
        let wanted = json!({
            "client_name": "nice-app", "grant_types": ["client_credentials"], "redirect_uris": [], "response_types": [],
            "token_endpoint_auth_method": "client_secret_post",
        });
        let bearer = format!("authorization: Bearer {initial}");
        let headers = [bearer.as_str(), "content-type: application/json"];
        let (status, said) = self.exchange("POST", "/reg", &headers, &wanted.to_string());
        assert_eq!(status, 201, "{said}");
        App {
            id: said["client_id"].as_str().unwrap().to_owned(),
            secret: said["client_secret"].as_str().unwrap().to_owned(),
            registration: said,
        }
    }

    /// Asks for a token as a client: the answer to that.
    fn grant(&self, app: &App) -> (u16, Value) {
        let body = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            app.id, app.secret
        );
        self.form("/token", &body)
    }

    pub(crate) fn token(&self, app: &App) -> String {
        let (status, said) = self.grant(app);
        assert_eq!(status, 200, "{said}");
        said["access_token"].as_str().unwrap().to_owned()
    }

    /// A refresh token and an access token of one grant of a person.
    fn of_person(&self, app: &App) -> (String, String) {
        let (status, said) = self.exchange("POST", &format!("/grant?client={}", app.id), &[], "");
        assert_eq!(status, 200, "{said}");
        let text = |name: &str| said[name].as_str().unwrap().to_owned();
        (text("refresh_token"), text("access_token"))
    }

    fn form(&self, path: &str, body: &str) -> (u16, Value) {
        self.exchange(
            "POST",
            path,
            &["content-type: application/x-www-form-urlencoded"],
            body,
        )
    }

    /// Whether the server says that a token is active, to our own client.
    pub(crate) fn is_active(&self, token: &str) -> bool {
        let headers = [
            "content-type: application/x-www-form-urlencoded",
            "authorization: Basic YWRtaW46b2YtdGhlLXRlc3Qtb2YtdGhlLXRlc3Qtb2YtdGhlLXRlc3Q=",
        ];
        let body = format!("token={token}");
        let (status, said) = self.exchange("POST", "/token/introspection", &headers, &body);
        assert_eq!(status, 200, "{said}");
        said["active"] == true
    }

    /// A place to run the program from, with a workspace that names this issuer, and the registration of an app.
    fn desk(&self, app: &App, more: &str) -> Desk {
        let registration = json!({
            "registration_client_uri": app.registration["registration_client_uri"],
            "registration_access_token": app.registration["registration_access_token"],
        });
        let workspace = format!(
            "contain: 1\nproviders:\n  oauth:\n    issuer: {}\n    client: admin\n    client_secret: env:CLIENT_SECRET\n    registrations: {{{}: env:REGISTRATION}}\n{more}",
            self.url(),
            app.id
        );
        Desk::bare()
            .with("CLIENT_SECRET", OURS)
            .with("REGISTRATION", &registration.to_string())
            .file("contain.yaml", &workspace)
    }
}

/// The provider, for an issuer at an address.
fn provider(issuer: &str, app: Option<&App>, deadline: Duration) -> Arc<dyn Provider> {
    let given = |text: String| -> Given { Arc::new(move || Ok(Secret::new(text.clone()))) };
    let texts = [("issuer", issuer), ("client", "admin")];
    let registrations = app.map(|app| (app.id.clone(), given(app.registration.to_string())));
    let settings = Settings {
        texts: texts
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .into(),
        secrets: [("client_secret".to_owned(), given(OURS.to_owned()))].into(),
        several: [(
            "registrations".to_owned(),
            registrations.into_iter().collect(),
        )]
        .into(),
        deadline: Some(deadline),
        ..Settings::default()
    };
    (oauth::NATIVE.make)(Some(settings), Clock::wall())
}
