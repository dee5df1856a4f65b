//! Against a server of our own that says what a test wants, made by hand: tokens and answers that oidc-provider does not give,
//! and that the standards allow.

use std::io::Write as _;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use contain::domain::{Fact, Fields, Locator, Probe, Secret, Time};
use contain::provider::Provider;
use serde_json::{Value, json};

use super::fault::{call, named, whole};
use super::{App, OURS};
use crate::held::unseen;

/// A server whose every answer is what was last put into its mouth.
struct Said {
    at: String,
    body: Arc<Mutex<String>>,
}

impl Said {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap().to_string();
        let body = Arc::new(Mutex::new(String::new()));
        let said = Arc::clone(&body);
        std::thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                whole(&mut stream);
                let body = said.lock().unwrap().clone();
                let head = format!(
                    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                drop(stream.write_all(format!("{head}{body}").as_bytes()));
            }
        });
        Self { at, body }
    }

    /// What introspection says from now on.
    fn says(&self, body: &Value) {
        *self.body.lock().unwrap() = body.to_string();
    }

    fn provider(&self) -> Arc<dyn Provider> {
        let app = App {
            id: "app".to_owned(),
            secret: OURS.to_owned(),
            registration: Value::Null,
        };
        named(&format!("http://{}", self.at), &app)
    }

    fn token(&self) -> Locator {
        format!("oauth:token/leak@{}", self.at).parse().unwrap()
    }
}

/// A time at which every token of these tests still lives.
fn late() -> Time {
    "2099-01-01T00:00:00Z".parse().unwrap()
}

fn active(more: &Value) -> Value {
    let mut said = json!({"active": true, "client_id": "app", "exp": late().as_second()});
    let said_too = more.as_object().unwrap().clone();
    said.as_object_mut().unwrap().extend(said_too);
    said
}

async fn fields(provider: &dyn Provider, target: &Locator) -> Fields {
    let targets = std::slice::from_ref(target);
    let seen = provider.reader(None).observe(targets).await.remove(0);
    match seen.fact {
        Fact::Present(fields) => fields,
        other => panic!("{target}: {other:?}"),
    }
}

#[tokio::test]
async fn a_token_that_resource_servers_can_read_is_not_dead_before_it_lapses_whatever_its_algorithm()
 {
    let server = Said::start();
    let of = |header: &str, rest: &str| {
        let header = BASE64_URL_SAFE_NO_PAD.encode(header);
        Secret::new(format!("{header}{rest}"))
    };
    let signed = ["RS256", "ES512", "ES256K", "Ed25519", "ML-DSA-44"]
        .map(|name| of(&json!({ "alg": name }).to_string(), ".e30.c2ln"));
    let others = [
        of(r#"{"alg":"none"}"#, ".e30."),
        of(
            r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#,
            ".a2V5.aXY.dGV4dA.dGFn",
        ),
        of(r#"{"alg":"dir","enc":"A256GCM"}"#, "..aXY.dGV4dA.dGFn"),
        // Of PASETO the version and the purpose stand before everything.
        Secret::new("v4.public.eyJleHAiOiIyMDM5In0".to_owned()),
        Secret::new("v2.local.bm9uY2U.Zm9vdGVy".to_owned()),
        // Padded, which some encoders do.
        of(r#"{"alg":"ES512" }"#, "=.e30.c2ln"),
    ];
    for token in signed.into_iter().chain(others) {
        let (provider, target) = (server.provider(), server.token());
        provider.hold(&target, &token);
        server.says(&active(&json!({})));
        assert_eq!(fields(provider.as_ref(), &target).await["active"], "yes");
        server.says(&json!({"active": false}));
        let probe = provider.reader(None).probe(&target, &token).await;
        assert!(matches!(probe, Probe::Unclear(_)), "{}", token.expose());
        let seen = fields(provider.as_ref(), &target).await;
        let told = seen["active"].as_str().unwrap();
        assert!(
            told.starts_with("elsewhere until"),
            "{}: {told}",
            token.expose()
        );
    }
    // What only looks like one is known to the server alone.
    for opaque in [
        "opaque",
        "a.b.c",
        "MTIz.e30.c2ln",
        "e30.e30",
        "e30.b.c.d",
        "v.public.e30",
        "v4.secret.e30",
    ] {
        let (provider, target) = (server.provider(), server.token());
        let token = Secret::new(opaque.to_owned());
        server.says(&active(&json!({})));
        assert_eq!(
            provider.reader(None).probe(&target, &token).await,
            Probe::Accepted
        );
        server.says(&json!({"active": false}));
        assert_eq!(
            provider.reader(None).probe(&target, &token).await,
            Probe::Refused
        );
    }
}

#[tokio::test]
async fn other_tokens_of_the_grant_count_as_alive_unless_the_client_is_shown_to_act_for_itself() {
    let server = Said::start();
    let target = server.token();
    let token = Secret::new("opaque".to_owned());
    let spec = contain::provider::oauth::actions().remove(0);
    for (more, is_own) in [
        (json!({"sub": "app"}), true),
        (json!({"sub": "alice"}), false),
        (json!({}), false),
        (json!({"sub": ""}), false),
        (json!({"sub": null}), false),
        (json!({"sub": 7}), false),
    ] {
        let provider = server.provider();
        provider.hold(&target, &token);
        server.says(&active(&more));
        let before = provider
            .reader(None)
            .observe(std::slice::from_ref(&target))
            .await
            .remove(0);
        assert_eq!(
            unseen(provider.as_ref(), &target).await.is_empty(),
            is_own,
            "{more}"
        );
        // What was known while it lived is known when it is dead, to this process and to the next.
        server.says(&json!({"active": false}));
        assert_eq!(fields(provider.as_ref(), &target).await["active"], "no");
        assert_eq!(
            unseen(provider.as_ref(), &target).await.is_empty(),
            is_own,
            "{more}"
        );
        let next = server.provider();
        next.hold(&target, &token);
        next.recall(&call(&spec, &target), &before, None, Some(&token));
        assert_eq!(fields(next.as_ref(), &target).await["active"], "no");
        assert_eq!(
            unseen(next.as_ref(), &target).await.is_empty(),
            is_own,
            "{more}"
        );
        // The journal of one token tells nothing of another.
        let other = server.provider();
        other.hold(&target, &token);
        other.recall(&call(&spec, &target), &before, None, None);
        assert_eq!(fields(other.as_ref(), &target).await["active"], "unknown");
    }
}
