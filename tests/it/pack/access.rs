//! How a pack proves who it is: what is signed, what is shown, which host is believed, and that no secret goes elsewhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use contain::domain::{Because, Clock, Duration, Fact, Locator, Probe, Secret, Why};
use contain::pack::{Packed, account_key, load};
use contain::provider::{Given, Provider as _, Settings};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use super::vendor::{Came, Said, Vendor, pki, silent};

/// A pack with one kind, and this way to authenticate.
fn pack(access: &str) -> String {
    format!(
        r#"pack: 1
provider: acme
title: Acme
docs: https://acme.example/docs
configuration:
  url: {{is: url, about: the address}}
  tenant: {{is: text, about: the tenant, default: t1}}
  client: {{is: text, about: the client, optional: true}}
  key_id: {{is: text, about: the key's id, optional: true}}
  token: {{is: secret, about: a token, optional: true}}
  key: {{is: secret, about: a key, optional: true}}
  shown: {{is: certificate, about: a certificate, optional: true}}
  roots: {{is: certificate, about: roots, optional: true}}
hosts: {{api: "${{url}}"}}
{access}
account: {{host: api}}
audit_lag: {{within: 15m, assumed: not published}}
kinds:
  key:
    title: key
    credential: true
    form: "^[a-z0-9/]+$"
    look:
      ask: {{get: "/keys/${{id}}", answers: [{{status: 404, when: has(body.error), is: gone}}]}}
      present: {{status: body.status}}
    by_hand: {{steps: [Delete it.], evidence: it is gone}}
"#
    )
}

fn given(text: &str) -> Given {
    let text = text.to_owned();
    Arc::new(move || Ok(Secret::new(text.clone())))
}

/// A pack set up with these settings.
fn packed(yaml: &str, base: &str, texts: &[(&str, &str)], secrets: &[(&str, &str)]) -> Packed {
    let pack = load("acme.yaml", yaml).map_err(|refused| refused.render(false));
    let pack = pack.unwrap_or_else(|told| panic!("{told}"));
    let url = [("url", base)];
    let texts = texts.iter().chain(&url);
    let texts = texts.map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let secrets = secrets.iter();
    let secrets = secrets.map(|(name, text)| ((*name).to_owned(), given(text)));
    let settings = Settings {
        texts: texts.collect(),
        secrets: secrets.collect(),
        deadline: Some(Duration::from_secs(10)),
        ..Settings::default()
    };
    Packed::new(Arc::new(pack), Some(settings), Clock::wall())
}

fn key(base: &str) -> Locator {
    let host = base.split_once("://").unwrap().1;
    Locator::new(&"acme:key".parse().unwrap(), "k1", Some(host))
}

async fn look(packed: &Packed, base: &str) -> Result<Value, Why> {
    let seen = packed.reader(None).observe(&[key(base)]).await.remove(0);
    match seen.fact {
        Fact::Present(fields) => Ok(json!(fields)),
        Fact::Gone => Ok(Value::Null),
        Fact::Unreadable(why) => Err(why),
    }
}

fn json_of(status: u16, body: &Value) -> Said {
    let kind = "content-type: application/json\r\n".to_owned();
    (status, kind, body.to_string())
}

const TOKEN: &str = "issued-canary-token";

/// Gives a token for what passes, and answers whoever has it.
fn vendor(passes: impl Fn(&Came) -> bool + Send + 'static) -> Vendor {
    Vendor::start(move |came| match came.line.split_once(' ').unwrap() {
        ("POST", "/t1/token") if passes(came) => json_of(
            200,
            &json!({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600}),
        ),
        ("POST", _) => json_of(400, &json!({"error": "invalid_grant"})),
        _ if came.header("authorization") == Some(&format!("Bearer {TOKEN}")) => {
            json_of(200, &json!({"status": "on"}))
        }
        _ => json_of(401, &json!({})),
    })
}

fn claims(signed: &str, key: &DecodingKey, algorithm: Algorithm, audience: &str) -> Value {
    let mut wanted = Validation::new(algorithm);
    wanted.set_audience(&[audience]);
    wanted.leeway = 0;
    decode::<Value>(signed, key, &wanted).unwrap().claims
}

const SIGNS: &str = "authentication: {app: {client_credentials: {post: \"/${config.tenant}/token\", id: client, key: key, key_id: key_id, certificate: shown, scope: all}}}";

#[tokio::test]
async fn a_client_signs_with_its_key_instead_of_sending_a_secret() {
    let rsa = DecodingKey::from_rsa_pem(pki("signer-rsa.pub").as_bytes()).unwrap();
    let ec = DecodingKey::from_ec_pem(pki("signer-ec.pub").as_bytes()).unwrap();
    let padded = SIGNS.replace("scope: all", "scope: all, rsa: PS256");
    for (access, file, public, algorithm) in [
        (SIGNS, "signer-rsa.key", &rsa, Algorithm::RS256),
        (&padded, "signer-rsa.key", &rsa, Algorithm::PS256),
        (SIGNS, "signer-ec.key", &ec, Algorithm::ES256),
    ] {
        let vendor = vendor(|_| true);
        let texts = [("client", "c-1"), ("key_id", "kid-1")];
        let secrets = [("key", &*pki(file)), ("shown", &pki("client.pem"))];
        let packed = packed(&pack(access), &vendor.base, &texts, &secrets);
        for _ in 0..2 {
            assert_eq!(look(&packed, &vendor.base).await.unwrap()["status"], "on");
        }
        let came = vendor.came();
        let lines = vendor.lines();
        assert_eq!(lines, ["POST /t1/token", "GET /keys/k1", "GET /keys/k1"]);
        assert_eq!(came[0].header("authorization"), None);
        assert_eq!(came[0].field("scope").as_deref(), Some("all"));
        assert_eq!(came[0].field("client_id").as_deref(), Some("c-1"));
        let sort = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        assert_eq!(
            came[0].field("client_assertion_type").as_deref(),
            Some(sort)
        );
        let signed = came[0].field("client_assertion").unwrap();
        let header = decode_header(&signed).unwrap();
        assert_eq!(
            (header.alg, header.kid.as_deref()),
            (algorithm, Some("kid-1"))
        );
        // openssl x509 -in client.pem -outform DER | openssl dgst -sha256 -binary | base64
        let sum = "1Nj6QD0aoBcFgskPMfupCQyOD_vo_ml8VSD5GBQ4Tvc";
        assert_eq!(header.x5t_s256.as_deref(), Some(sum));
        let audience = format!("{}/t1/token", vendor.base);
        let told = claims(&signed, public, algorithm, &audience);
        assert_eq!((&told["iss"], &told["sub"]), (&json!("c-1"), &json!("c-1")));
        let lasts = told["exp"].as_i64().unwrap() - told["iat"].as_i64().unwrap();
        assert_eq!(lasts, 300);
        assert!(told["jti"].as_str().unwrap().len() == 32);
    }
}

#[tokio::test]
async fn a_client_may_also_say_its_secret_in_the_body() {
    let vendor = vendor(|came| came.field("client_secret").as_deref() == Some("s-canary"));
    let access = "authentication: {app: {client_credentials: {post: \"/${config.tenant}/token\", id: client, secret: token, in_body: true}}}";
    let packed = packed(
        &pack(access),
        &vendor.base,
        &[("client", "c-1")],
        &[("token", "s-canary")],
    );
    assert_eq!(look(&packed, &vendor.base).await.unwrap()["status"], "on");
}

const ACCOUNT: &str = "authentication: {google: {service_account: {post: \"/${config.tenant}/token\", key: key, scope: cloud, audience: \"https://oauth2.example/token\"}}}";

#[tokio::test]
async fn a_service_account_signs_and_the_address_in_its_key_is_not_used() {
    let (elsewhere, hits) = silent();
    let vendor = vendor(|came| {
        came.field("grant_type").as_deref() == Some("urn:ietf:params:oauth:grant-type:jwt-bearer")
    });
    let rsa = pki("signer-rsa.key");
    let file = json!({
        "client_email": "sa@p.iam.gserviceaccount.com", "private_key_id": "k-77",
        "private_key": rsa, "project_id": "p", "token_uri": format!("{elsewhere}/token"),
    });
    let packed = packed(
        &pack(ACCOUNT),
        &vendor.base,
        &[],
        &[("key", &file.to_string())],
    );
    assert_eq!(look(&packed, &vendor.base).await.unwrap()["status"], "on");
    let signed = vendor.came()[0].field("assertion").unwrap();
    assert_eq!(decode_header(&signed).unwrap().kid.as_deref(), Some("k-77"));
    let public = DecodingKey::from_rsa_pem(pki("signer-rsa.pub").as_bytes()).unwrap();
    let audience = "https://oauth2.example/token";
    let told = claims(&signed, &public, Algorithm::RS256, audience);
    assert_eq!(told["iss"], "sa@p.iam.gserviceaccount.com");
    assert_eq!(told["scope"], "cloud");
    assert_eq!(*hits.lock().unwrap(), 0);
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_put_right_by_the_vendors_once() {
    let (sender, dates) = std::sync::mpsc::channel();
    let vendor = Vendor::start(move |came| {
        let there = jiff::Timestamp::now() - std::time::Duration::from_secs(7200);
        let date = there
            .strftime("date: %a, %d %b %Y %H:%M:%S GMT\r\n")
            .to_string();
        let Some(signed) = came.field("client_assertion") else {
            return (200, date, json!({"status": "on"}).to_string());
        };
        let public = DecodingKey::from_rsa_pem(pki("signer-rsa.pub").as_bytes()).unwrap();
        let mut wanted = Validation::new(Algorithm::RS256);
        wanted.validate_aud = false;
        wanted.validate_exp = false;
        let told = decode::<Value>(&signed, &public, &wanted).unwrap().claims;
        let ahead = told["iat"].as_i64().unwrap() - there.as_second();
        sender.send(ahead).unwrap();
        if ahead > 60 {
            return (400, date, json!({"error": "invalid_client"}).to_string());
        }
        (200, date, json!({"access_token": TOKEN}).to_string())
    });
    let texts = [("client", "c-1")];
    let secrets = [("key", &*pki("signer-rsa.key"))];
    let packed = packed(&pack(SIGNS), &vendor.base, &texts, &secrets);
    assert_eq!(look(&packed, &vendor.base).await.unwrap()["status"], "on");
    let ahead: Vec<i64> = dates.try_iter().collect();
    assert_eq!(ahead.len(), 2, "{ahead:?}");
    assert!(ahead[0] > 7000 && ahead[1].abs() < 60, "{ahead:?}");
}

#[tokio::test]
async fn a_key_that_cannot_be_read_is_told_without_it_and_nothing_is_sent() {
    let vendor = vendor(|_| true);
    for (access, text) in [
        (SIGNS, "canary-no-key"),
        (ACCOUNT, "{\"private_key\": \"canary-no-key\"}"),
        (
            "authentication: {tls: {certificate: {certificate: shown, key: key}}}",
            "canary-no-key",
        ),
    ] {
        let base = vendor.base.replace("http://", "https://");
        let texts = [("client", "c-1")];
        let secrets = [("key", text), ("shown", &*pki("client.pem"))];
        let packed = packed(&pack(access), &base, &texts, &secrets);
        let why = look(&packed, &base).await.unwrap_err();
        assert_eq!(why.because, Because::Unauthenticated, "{why:?}");
        assert!(!why.text.contains("canary"), "{why:?}");
    }
    assert_eq!(vendor.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_configured_decides_which_way_is_taken() {
    let access = "authentication: {one: {client_credentials: {post: \"/${config.tenant}/token\", id: client, key: key}}, two: {header: {name: x-key, secret: token}}}";
    let vendor = vendor(|_| true);
    let second = packed(&pack(access), &vendor.base, &[], &[("token", "t-canary")]);
    let why = look(&second, &vendor.base).await.unwrap_err();
    assert_eq!(why.because, Because::Unauthenticated);
    assert_eq!(vendor.came()[0].header("x-key"), Some("t-canary"));
    let none = packed(&pack(access), &vendor.base, &[], &[]);
    let why = look(&none, &vendor.base).await.unwrap_err();
    assert!(why.text.contains("client and key, or token"), "{why:?}");
    assert_eq!(vendor.lines().len(), 1);
}

const SHOWN: &str =
    "authentication: {tls: {certificate: {certificate: shown, key: key}}}\ntrust: {api: roots}";

#[tokio::test]
async fn a_certificate_of_ours_is_shown_and_a_ca_of_theirs_believed() {
    let on = |_: &Came| json_of(200, &json!({"status": "on"}));
    let wants = Vendor::secured(true, on);
    let roots = ("roots", &*pki("ca.pem"));
    let shown = [("shown", &*pki("client.pem")), ("key", &pki("client.key"))];
    let whole = [roots, shown[0], shown[1]];
    let known = packed(&pack(SHOWN), &wants.base, &[], &whole);
    assert_eq!(look(&known, &wants.base).await.unwrap()["status"], "on");
    assert_eq!(wants.came()[0].header("authorization"), None);
    // Who is not known by its certificate, or not believed by ours, gets nothing.
    let bearer = "authentication: {plain: {bearer: token}}\ntrust: {api: roots}";
    let unknown = packed(&pack(bearer), &wants.base, &[], &[roots, ("token", "t-1")]);
    assert!(look(&unknown, &wants.base).await.is_err());
    let unbelieved = packed(&pack(SHOWN), &wants.base, &[], &shown);
    let why = look(&unbelieved, &wants.base).await.unwrap_err();
    assert_eq!(why.because, Because::Unavailable, "{why:?}");
    assert_eq!(wants.lines().len(), 1);
    let plain = Vendor::secured(false, on);
    let believed = packed(&pack(bearer), &plain.base, &[], &[roots, ("token", "t-1")]);
    assert_eq!(look(&believed, &plain.base).await.unwrap()["status"], "on");
}

#[tokio::test]
async fn a_key_is_tried_by_what_it_signs() {
    let access = "authentication: {itself: {service_account: {post: /token, key: secret, scope: little}}, plain: {bearer: token}}";
    let probe = r#"    probe:
      post: /token
      with: nobody
      reads: true
      signs: itself
      only_if: signer.project == 'rehearsed'
      form: {grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: "${assertion}"}
      answers:
        - {status: 200, when: has(body.access_token), is: alive}
        - {status: 400, when: "was_alive && body.error == 'invalid_grant'", is: dead}
    by_hand:"#;
    let yaml = pack(access).replace("    by_hand:", probe);
    // It works, and then no more.
    let tried = AtomicU32::new(0);
    let vendor = Vendor::start(move |_| match tried.fetch_add(1, Ordering::Relaxed) {
        0 => json_of(200, &json!({"access_token": "minted-canary"})),
        _ => json_of(400, &json!({"error": "invalid_grant"})),
    });
    let packed_once = packed(&yaml, &vendor.base, &[], &[("token", "t-1")]);
    let held = Secret::new(account_key());
    for wanted in [Probe::Accepted, Probe::Refused] {
        let reader = packed_once.reader(None);
        let told = reader.probe(&key(&vendor.base), &held).await;
        assert_eq!(format!("{told:?}"), format!("{wanted:?}"));
    }
    for came in vendor.came() {
        let signed = came.field("assertion").unwrap();
        let header = decode_header(&signed).unwrap();
        assert_eq!(header.alg, Algorithm::EdDSA);
        assert_eq!(came.header("authorization"), None);
    }
    // The file of another key would be tried, and refused, in its place.
    let vendor = Vendor::start(|_| json_of(400, &json!({"error": "invalid_grant"})));
    let packed = packed(&yaml, &vendor.base, &[], &[("token", "t-1")]);
    let other = Secret::new(account_key().replace("\"rehearsed\"", "\"elsewhere\""));
    let told = packed.reader(None).probe(&key(&vendor.base), &other).await;
    assert!(matches!(told, Probe::Unclear(_)), "{told:?}");
    assert!(vendor.came().is_empty());
}

#[tokio::test]
async fn headers_of_a_pack_stand_in_every_request_that_does_not_say_them_itself() {
    let access = "authentication: {plain: {bearer: token}}\nheaders: {x-version: \"7\", accept: application/json}";
    let yaml = pack(access).replace(
        "ask: {get: \"/keys/${id}\",",
        "ask: {get: \"/keys/${id}\", headers: {accept: text/json}, query: {\"a[]\": \"${['x', 'y']}\", b: \"${id}\"},",
    );
    let vendor = Vendor::start(|_| json_of(200, &json!({"status": "on"})));
    let packed = packed(&yaml, &vendor.base, &[], &[("token", "t-1")]);
    look(&packed, &vendor.base).await.unwrap();
    let came = vendor.came().remove(0);
    assert_eq!(came.header("x-version"), Some("7"));
    assert_eq!(came.header("accept"), Some("text/json"));
    assert_eq!(came.line, "GET /keys/k1?a%5B%5D=x&a%5B%5D=y&b=k1");
}

#[tokio::test]
async fn one_part_of_an_id_may_hold_slashes() {
    let access = "authentication: {plain: {bearer: token}}";
    let yaml = pack(access)
        .replace("    form:", "    id: group/project*/key\n    form:")
        .replace(
            "/keys/${id}",
            "/groups/${part.group}/projects/${part.project}/keys/${part.key}",
        );
    let vendor = Vendor::start(|_| json_of(200, &json!({"status": "on"})));
    let packed = packed(&yaml, &vendor.base, &[], &[("token", "t-1")]);
    let host = vendor.base.split_once("://").unwrap().1;
    for (id, wanted) in [
        ("g/p/k1", Some("GET /groups/g/projects/p/keys/k1")),
        (
            "g/a/b/p/k1",
            Some("GET /groups/g/projects/a%2Fb%2Fp/keys/k1"),
        ),
        ("g/k1", None),
    ] {
        let target = Locator::new(&"acme:key".parse().unwrap(), id, Some(host));
        let seen = packed.reader(None).observe(&[target]).await.remove(0);
        let line = vendor.lines().pop();
        match wanted {
            Some(wanted) => assert_eq!(line.as_deref(), Some(wanted)),
            None => assert!(matches!(seen.fact, Fact::Unreadable(_)), "{id}"),
        }
    }
    assert_eq!(vendor.lines().len(), 2);
}

#[tokio::test]
async fn okta_knows_a_service_app_by_what_it_signs_and_never_takes_it_for_a_user() {
    let vendor = Vendor::start(|came| match came.line.as_str() {
        "POST /oauth2/v1/token" => json_of(200, &json!({"access_token": TOKEN})),
        _ => json_of(404, &json!({"errorCode": "E0000007"})),
    });
    let mut packs = contain::pack::shipped().into_iter();
    let okta = packs.find(|pack| pack.name() == "okta").unwrap();
    let texts = [
        ("url", vendor.base.as_str()),
        ("client", "0oaservice1"),
        ("key_id", "k1"),
    ];
    let texts = texts.map(|(name, text)| (name.to_owned(), text.to_owned()));
    let settings = Settings {
        texts: texts.into(),
        secrets: [("key".to_owned(), given(&pki("signer-ec.key")))].into(),
        ..Settings::default()
    };
    let packed = Packed::new(Arc::clone(&okta), Some(settings), Clock::wall());
    let own = packed.reader(None).whoami().await.unwrap();
    let host = vendor.base.split_once("://").unwrap().1;
    assert_eq!(own.len(), 1, "{own:?}");
    assert_eq!(own[0].to_string(), format!("okta:app/0oaservice1@{host}"));
    assert!(
        vendor.lines().is_empty(),
        "nothing had to be asked for that"
    );
    let gone = format!("okta:api-token/00Tleaked1@{host}").parse().unwrap();
    let seen = packed.reader(None).observe(&[gone]).await.remove(0);
    assert!(matches!(seen.fact, Fact::Gone), "{seen:?}");
    let scopes = vendor.came()[0].field("scope").unwrap();
    let mut needed = okta.actions().iter().flat_map(|spec| &spec.permissions);
    assert!(
        needed.all(|needed| scopes.split(' ').any(|scope| scope == needed)),
        "{scopes}"
    );
    let bearer = format!("Bearer {TOKEN}");
    assert_eq!(
        vendor.came()[1].header("authorization"),
        Some(bearer.as_str())
    );
}
