//! What secrets look like: every pattern has a sample, and no pack takes another vendor's secret for one of its own.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use contain::domain::{Clock, Kind, Secret};
use contain::pack::{Packed, shipped};
use contain::provider::Provider as _;
use regex::Regex;
use serde_json::{Value, json};

/// A token with these claims, which nobody signed.
pub(super) fn jwt(claims: &Value) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(&json!({"alg": "RS256", "kid": "a"}));
    format!("{head}.{}.{}", part(claims), "aB3dE6gH9jK2".repeat(20))
}

/// What a service account's token claims, bound to what `more` says.
pub(super) fn claims(more: Value) -> Value {
    let mut claims = json!({
        "iss": "https://kubernetes.default.svc", "sub": "system:serviceaccount:shop:web", "jti": "1",
        "kubernetes.io": {"namespace": "shop", "serviceaccount": {"name": "web", "uid": UID}},
    });
    let more = more.as_object().cloned().unwrap_or_default();
    claims["kubernetes.io"]
        .as_object_mut()
        .unwrap()
        .extend(more);
    claims
}

pub(super) const UID: &str = "3f0c1b2a-0000-4000-8000-000000000001";

/// What a token in a Secret claims.
pub(super) fn legacy() -> Value {
    json!({
        "iss": "kubernetes/serviceaccount", "sub": "system:serviceaccount:shop:web",
        "kubernetes.io/serviceaccount/namespace": "shop",
        "kubernetes.io/serviceaccount/secret.name": "web-token-x1",
        "kubernetes.io/serviceaccount/service-account.name": "web",
    })
}

/// A key's file, as Google hands it out.
pub(super) fn key_file() -> String {
    let key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n";
    let file = json!({
        "type": "service_account", "project_id": "shop", "private_key_id": "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
        "private_key": key, "client_email": "ci@shop.iam.gserviceaccount.com", "client_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
    });
    serde_json::to_string_pretty(&file).unwrap()
}

/// A secret of each sort, made up: the kind that it is of, and what it looks like.
fn samples() -> Vec<(&'static str, String)> {
    let word = |count: usize| "aB3dE6gH9jK2".repeat(count / 12 + 1)[..count].to_owned();
    let hex = |count: usize| "0a1b2c3d4e5f".repeat(count / 12 + 1)[..count].to_owned();
    vec![
        (
            "anthropic:api-key",
            format!("sk-ant-api03-{}-{}AA", word(40), word(40)),
        ),
        (
            "anthropic:admin-key",
            format!("sk-ant-admin01-{}-{}AA", word(40), word(40)),
        ),
        (
            "anthropic:compliance-key",
            format!("sk-ant-api01-{}-{}AA", word(40), word(40)),
        ),
        (
            "anthropic:oauth-token",
            format!("sk-ant-oat01-{}-{}AA", word(40), word(40)),
        ),
        (
            "cloudflare:account-token",
            format!("cfat_{}{}", word(40), hex(8)),
        ),
        (
            "cloudflare:user-token",
            format!("cfut_{}{}", word(40), hex(8)),
        ),
        (
            "cloudflare:global-api-key",
            format!("cfk_{}{}", word(40), hex(8)),
        ),
        ("entra:client-secret", format!("{}8Q~{}", word(3), word(34))),
        ("gcp:key", key_file()),
        (
            "kubernetes:account-token",
            jwt(&claims(json!({"node": {"name": "n1"}}))),
        ),
        (
            "kubernetes:pod-token",
            jwt(&claims(json!({"pod": {"name": "web-1", "uid": UID}}))),
        ),
        ("kubernetes:legacy-token", jwt(&legacy())),
        (
            "slack:webhook",
            "https://hooks.slack.com/services/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"
                .to_owned(),
        ),
        ("gcp:access-token", format!("ya29.a0{}", word(120))),
        ("gcp:api-key", format!("AIza{}", word(35))),
        (
            "gitlab:personal-access-token",
            format!("glpat-{}", word(20)),
        ),
        (
            "gitlab:personal-access-token",
            format!("glpat-{}.{}", word(27), "01a2b3c4d"),
        ),
        (
            "gitlab:personal-access-token",
            format!("glpat-{}.01.{}", word(40), "01a2b3c4d"),
        ),
        ("gitlab:project-deploy-token", format!("gldt-{}", word(20))),
        ("gitlab:trigger-token", format!("glptt-{}", hex(40))),
        ("gitlab:agent-token", format!("glagent-{}", word(50))),
        ("gitlab:runner", format!("glrt-{}", word(20))),
        ("gitlab:ci-job-token", format!("glcbt-64_{}", word(20))),
        (
            "hugging-face:token",
            format!("hf_{}", "aBcDeFgHiJ".repeat(4)),
        ),
        ("hugging-face:oauth-token", format!("hf_oauth_{}", word(90))),
        ("openai:project-key", format!("sk-proj-{}", word(150))),
        ("openai:project-key", format!("sk-svcacct-{}", word(150))),
        (
            "openai:project-key",
            format!("sk-{}T3BlbkFJ{}", word(20), word(20)),
        ),
        ("openai:admin-key", format!("sk-admin-{}", word(150))),
        (
            "slack:token",
            "xoxb-111111111111-222222222222-aB3dE6gH9jK2aB3dE6gH9jK2".to_owned(),
        ),
        (
            "slack:app-secret",
            format!("xapp-1-A0B1C2D3E4F-1111111111111-{}", hex(64)),
        ),
        ("slack:refresh-token", format!("xoxe-1-{}", word(140))),
        ("slack:token", format!("xoxe.xoxp-1-{}", word(140))),
    ]
}

fn kinds() -> Vec<Kind> {
    let packs = shipped();
    packs
        .iter()
        .flat_map(|pack| pack.kinds().to_vec())
        .collect()
}

/// The patterns for secrets of a kind.
fn patterns(kind: &Kind) -> impl Iterator<Item = Regex> {
    let secret = kind.recognise.iter().filter(|pattern| pattern.secret);
    secret.map(|pattern| Regex::new(&pattern.is).unwrap())
}

#[test]
fn a_secret_is_taken_for_one_of_its_own_kind_and_of_no_other() {
    let packs = shipped().into_iter();
    let packs: Vec<Packed> = packs
        .map(|pack| Packed::new(pack, None, Clock::wall()))
        .collect();
    for (of, sample) in samples() {
        let secret = Secret::new(sample.clone());
        // Many tokens have one form: what they hold tells them apart.
        let is_of = |pack: &Packed, kind: &Kind| {
            patterns(kind).any(|pattern| pattern.is_match(&sample)) && pack.is_of(&kind.id, &secret)
        };
        let kinds = packs.iter().flat_map(|pack| {
            let kinds = pack.kinds().iter();
            kinds.filter(move |kind| is_of(pack, kind))
        });
        let takes: Vec<String> = kinds.map(|kind| kind.id.to_string()).collect();
        assert_eq!(takes, [of], "{sample}");
    }
}

#[test]
fn every_pattern_for_a_secret_has_a_sample() {
    let samples = samples();
    for kind in kinds() {
        for pattern in patterns(&kind) {
            let mut own = samples.iter().filter(|(of, _)| *of == kind.id.to_string());
            let takes = own.any(|(_, sample)| pattern.is_match(sample));
            assert!(takes, "{}: {pattern}", kind.id);
        }
    }
}

#[test]
fn a_secret_is_no_id_of_anything() {
    // What is an id may be shown; so nothing that is a secret may be taken for one where ids are recognised alone.
    let kinds = kinds();
    for (of, sample) in samples() {
        let shown = kinds.iter().find(|kind| {
            let mut ids = kind.recognise.iter().filter(|pattern| !pattern.secret);
            ids.any(|pattern| Regex::new(&pattern.is).unwrap().is_match(&sample))
        });
        assert!(shown.is_none(), "{of}: {sample}");
    }
}

#[test]
fn a_token_of_somebody_else_is_nobodys_here() {
    let packs = shipped().into_iter();
    let packs: Vec<Packed> = packs
        .map(|pack| Packed::new(pack, None, Clock::wall()))
        .collect();
    for claims in [
        json!({"iss": "https://login.example", "sub": "user-1"}),
        json!({"sub": "system:serviceaccount:shop"}),
        json!({"sub": "system:serviceaccount:shop:web"}),
        claims(json!({"pod": {"name": "../x", "uid": UID}})),
        json!({"kubernetes.io": {"namespace": "shop", "serviceaccount": {"name": "web"}}}),
    ] {
        let secret = Secret::new(jwt(&claims));
        for pack in &packs {
            let jwts = pack.kinds().iter().filter(|kind| {
                let mut patterns = patterns(kind);
                patterns.any(|pattern| pattern.is_match(secret.expose()))
            });
            for kind in jwts {
                assert!(!pack.is_of(&kind.id, &secret), "{}: {claims}", kind.id);
                assert_eq!(pack.id_of(&kind.id, &secret), None, "{}", kind.id);
            }
        }
    }
}
