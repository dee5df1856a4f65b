//! The fault matrix: every action, every fault, at every message and in every answer; what the adapter says is held against
//! the server.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use contain::domain::{Call, Duration, Effect, Fact, Fields, Locator, Outcome, Secret, Spec, Tag};
use contain::provider::oauth;
use serde_json::json;

use super::{App, Issuer, OURS, provider};
use crate::cut::{Cut, FAULTS};

const MOST: usize = 20;

pub(super) fn call(spec: &Spec, target: &Locator) -> Call {
    Call {
        action: spec.id.clone(),
        target: target.clone(),
        with: spec.arguments(&Fields::new()),
        secret: None,
        tag: Tag("contain-test-1".to_owned()),
    }
}

/// Whether what the action is about still works.
fn lives(issuer: &Issuer, spec: &Spec, app: &App, token: &str) -> bool {
    match spec.on.noun() {
        "token" => issuer.is_active(token),
        _ => issuer.grant(app).0 == 200,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_fault_on_the_line_makes_an_action_claim_what_the_server_did_not_do() {
    let issuer = Issuer::start();
    let (mut cells, mut wrong) = (0, Vec::new());
    for spec in oauth::actions() {
        for fault in FAULTS {
            for nth in 0..MOST {
                let mut app = match spec.effect {
                    Effect::Issue(_) => issuer.registered("register-rotating"),
                    _ => issuer.app(),
                };
                let token = issuer.token(&app);
                let cut = Cut::before(issuer.account(), fault, nth);
                // The proxy stands for the issuer, whose metadata name itself: so its endpoints are named, and through it.
                let through = format!("http://127.0.0.1:{}", cut.port);
                let uri = app.registration["registration_client_uri"]
                    .as_str()
                    .unwrap();
                app.registration["registration_client_uri"] =
                    json!(uri.replace(issuer.url(), &through));
                let provider = named(&through, &app);
                let account = through.trim_start_matches("http://");
                let id = if spec.on.noun() == "token" {
                    "one"
                } else {
                    app.id.as_str()
                };
                let target = Locator::new(&spec.on, id, Some(account));
                provider.hold(&target, &Secret::new(token.clone()));
                let act = call(&spec, &target);
                let outcome = provider
                    .actor(None, &spec.permissions)
                    .perform(&[act])
                    .await
                    .remove(0);
                if !cut.has_struck() {
                    break;
                }
                cells += 1;
                drop(cut);
                let lives = lives(&issuer, &spec, &app, &token);
                let is_true = match &outcome {
                    Outcome::Done(answer) if answer.applied => !lives,
                    Outcome::Done(_) | Outcome::InDoubt(_) => true,
                    Outcome::AlreadySo => false,
                    Outcome::Refused(_) | Outcome::Throttled { .. } | Outcome::Unavailable(_) => {
                        lives
                    }
                };
                let said = format!("{outcome:?}");
                if !is_true || said.contains(OURS) || said.contains(&token) {
                    wrong.push(format!(
                        "{} under {fault:?} at {nth}: {said}; it lives: {lives}",
                        spec.id
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {cells}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(cells >= 2 * 5, "{cells} cells");
}

/// A provider whose endpoints are named by the workspace.
pub(super) fn named(through: &str, app: &App) -> Arc<dyn contain::provider::Provider> {
    use contain::domain::Clock;
    use contain::provider::{Given, Settings};
    let given = |text: String| -> Given { Arc::new(move || Ok(Secret::new(text.clone()))) };
    let texts = [
        ("issuer", through.to_owned()),
        ("client", "admin".to_owned()),
        ("introspection", format!("{through}/token/introspection")),
        ("revocation", format!("{through}/token/revocation")),
    ];
    let registration = (app.id.clone(), given(app.registration.to_string()));
    let settings = Settings {
        texts: texts.map(|(name, text)| (name.to_owned(), text)).into(),
        secrets: [("client_secret".to_owned(), given(OURS.to_owned()))].into(),
        several: [("registrations".to_owned(), [registration].into())].into(),
        deadline: Some(Duration::from_millis(1500)),
        ..Settings::default()
    };
    (oauth::NATIVE.make)(Some(settings), Clock::wall())
}

/// Answers that are none, each to every request.
const ANSWERS: [(&str, &str, &str); 19] = [
    ("429", "", "{}"),
    ("429", "retry-after: 7\r\n", "{}"),
    ("429", "retry-after: 99999999999999999999\r\n", "{}"),
    ("500", "", r#"{"error":"server_error"}"#),
    ("502", "", "<html>"),
    ("503", "retry-after: 1\r\n", "{}"),
    ("504", "", ""),
    ("408", "", ""),
    (
        "302",
        "location: http://127.0.0.1:9/\r\n",
        r#"{"active":false}"#,
    ),
    (
        "307",
        "location: http://127.0.0.1:9/\r\n",
        r#"{"active":false}"#,
    ),
    ("200", "", r#"{"active":fal"#),
    ("200", "", r#"["active",false]"#),
    ("200", "", r#"{"active":"false"}"#),
    ("200", "", r#"{"error":"invalid_client"}"#),
    ("200", "content-type: text/html\r\n", "<html>ok</html>"),
    ("200", "content-encoding: gzip\r\n", "\u{1f}\u{8b}"),
    ("202", "", "{}"),
    ("400", "", r#"{"error":"unsupported_token_type"}"#),
    ("401", "", r#"{"error":"invalid_client"}"#),
];

/// A server that gives one answer to everything.
fn stubborn((status, headers, body): (&str, &str, &str)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap().to_string();
    let said = format!(
        "HTTP/1.1 {status} X\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    );
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            whole(&mut stream);
            drop(stream.write_all(said.as_bytes()));
        }
    });
    at
}

/// Reads a request to its end.
pub(super) fn whole(stream: &mut TcpStream) {
    stream
        .set_read_timeout(Some(std::time::Duration::from_secs(5)))
        .unwrap();
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return;
            }
        }
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return,
            Ok(read) => bytes.extend_from_slice(&part[..read]),
        }
    }
}

#[tokio::test]
async fn no_answer_that_is_none_is_taken_for_done_or_for_dead() {
    let mut cells = 0;
    for answer in ANSWERS {
        let at = stubborn(answer);
        let through = format!("http://{at}");
        let registration = json!({"registration_client_uri": format!("{through}/reg/app"), "registration_access_token": "t-0123456789"});
        let app = App {
            id: "app".to_owned(),
            secret: String::new(),
            registration,
        };
        for spec in oauth::actions() {
            let provider = named(&through, &app);
            let id = if spec.on.noun() == "token" {
                "one"
            } else {
                "app"
            };
            let target = Locator::new(&spec.on, id, Some(&at));
            provider.hold(&target, &Secret::new("canary-itself-77aa".to_owned()));
            let outcome = provider
                .actor(None, &spec.permissions)
                .perform(&[call(&spec, &target)])
                .await
                .remove(0);
            let said = format!("{outcome:?}");
            // A 200 of whatever content acknowledges a revocation, and never more than that.
            let is_acknowledged = matches!(&outcome, Outcome::Done(done) if !done.applied)
                && spec.on.noun() == "token"
                && answer.0 == "200";
            let is_none = !matches!(outcome, Outcome::Done(_) | Outcome::AlreadySo);
            assert!(
                is_none || is_acknowledged,
                "{} under {answer:?}: {said}",
                spec.id
            );
            assert!(!said.contains("canary"), "{said}");
            let seen = provider
                .reader(None)
                .observe(std::slice::from_ref(&target))
                .await
                .remove(0);
            match &seen.fact {
                Fact::Unreadable(_) => {}
                other => panic!("{target} under {answer:?}: {other:?}"),
            }
            cells += 2;
        }
    }
    assert_eq!(cells, ANSWERS.len() * oauth::actions().len() * 2);
}

#[tokio::test]
async fn metadata_of_another_issuer_and_endpoints_elsewhere_are_refused() {
    for body in [
        r#"{"issuer":"https://evil.example","revocation_endpoint":"BASE/r","introspection_endpoint":"BASE/i"}"#,
        r#"{"issuer":"BASE","revocation_endpoint":"https://evil.example/r","introspection_endpoint":"https://evil.example/i"}"#,
        r#"{"issuer":"BASE"}"#,
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap().to_string();
        let said = body.replace("BASE", &format!("http://{at}"));
        std::thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                whole(&mut stream);
                let head = format!(
                    "HTTP/1.1 200 X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    said.len()
                );
                drop(stream.write_all(format!("{head}{said}").as_bytes()));
            }
        });
        let provider = provider(&format!("http://{at}"), None, Duration::from_secs(5));
        let specs = oauth::actions();
        let spec = specs.first().unwrap();
        let target = Locator::new(&spec.on, "one", Some(&at));
        provider.hold(&target, &Secret::new("canary-itself-77aa".to_owned()));
        let outcome = provider
            .actor(None, &spec.permissions)
            .perform(&[call(spec, &target)])
            .await
            .remove(0);
        assert!(
            matches!(outcome, Outcome::Refused(_)),
            "{body}: {outcome:?}"
        );
    }
}
