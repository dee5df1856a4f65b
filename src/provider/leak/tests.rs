//! The forms in which credentials leak, and that nothing is ever echoed.

#![expect(clippy::indexing_slicing, reason = "tests stop at what cannot be")]

mod report;

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::domain::Clock;
use crate::provider::aws::{Aws, Settings};

const KEY: &str = "AKIARZPUZDIKNAJLN7ON";
const OTHER: &str = "AKIARZPUZDIKLFSKO3FM";
const SESSION: &str = "ASIAQNZGKIQY56JQ7WML";
const SECRET: &str = "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";
const SECOND: &str = "8aQ3yTz/OtherSecretOfOtherKey0CANARYKEY2";
const TOKEN: &str = "IQoJb3JpZ2luX2VjEJr//////////CANARYTOKEN0wEaCXVzLWVhc3QtMSJHMEUCIQD==";

fn catalogue() -> Catalogue {
    let aws = Aws::new(Settings::default(), Clock::wall());
    Catalogue::new(vec![Arc::new(aws)])
}

fn of(bytes: &[u8]) -> Leak {
    read(&catalogue(), bytes).unwrap_or_else(|why| unreachable!("{why}"))
}

fn told(text: &str) -> Vec<(String, usize, Option<String>)> {
    let leak = of(text.as_bytes());
    let told = leak.found.into_iter().map(|found| {
        let secret = found.secret.map(|secret| secret.expose().to_owned());
        (found.id.unwrap_or_default(), found.seen.line(), secret)
    });
    told.collect()
}

fn alone(id: &str, line: usize, secret: &str) -> Vec<(String, usize, Option<String>)> {
    vec![(id.to_owned(), line, Some(secret.to_owned()))]
}

#[test]
fn every_common_form_gives_the_key_and_its_secret() {
    for (form, line) in [
        (
            format!("AWS_ACCESS_KEY_ID={KEY}\nAWS_SECRET_ACCESS_KEY={SECRET}\n"),
            1,
        ),
        (
            format!(
                "# mine\nexport AWS_SECRET_ACCESS_KEY='{SECRET}'\nexport AWS_ACCESS_KEY_ID=\"{KEY}\"\n"
            ),
            3,
        ),
        (
            format!(
                "[default]\r\naws_access_key_id = {KEY}\r\naws_secret_access_key = {SECRET}\r\nregion = eu-west-1\r\n"
            ),
            2,
        ),
        (
            format!(
                "{{\"AccessKey\": {{\"UserName\": \"bot\", \"AccessKeyId\": \"{KEY}\", \"Status\": \"Active\", \"SecretAccessKey\": \"{SECRET}\"}}}}"
            ),
            1,
        ),
        (
            format!(
                "level=error msg=\"{{\\\"accessKeyId\\\":\\\"{KEY}\\\",\\\"secretAccessKey\\\":\\\"{SECRET}\\\"}}\""
            ),
            1,
        ),
        (
            format!(
                "provider \"aws\" {{\n  access_key = \"{KEY}\"\n  secret_key = \"{SECRET}\"\n}}\n"
            ),
            2,
        ),
        (
            format!(
                "env:\n  - name: AWS_ACCESS_KEY_ID\n    value: {KEY}\n  - name: AWS_SECRET_ACCESS_KEY\n    value: {SECRET}\n"
            ),
            3,
        ),
        (
            format!("<AccessKeyId>{KEY}</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey>"),
            1,
        ),
        (format!("here you go: {KEY} / {SECRET}, thanks"), 1),
        (format!("User,{KEY},{SECRET}\n"), 1),
        (
            format!("$env:AWS_ACCESS_KEY_ID=\"{KEY}\"\n$env:AWS_SECRET_ACCESS_KEY=\"{SECRET}\""),
            1,
        ),
        (format!("{KEY}:{SECRET}"), 1),
    ] {
        assert_eq!(told(&form), alone(KEY, line, SECRET), "{form}");
        assert_eq!(of(form.as_bytes()).unknown, 0, "{form}");
    }
}

#[test]
fn a_paste_of_another_encoding_is_read() {
    let text = format!("{KEY} {SECRET}");
    let mut wide = vec![0xff, 0xfe];
    wide.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let leak = of(&wide);
    assert!(
        leak.found
            .iter()
            .any(|found| found.id.as_deref() == Some(KEY) && found.secret.is_some())
    );
}

#[test]
fn a_session_needs_all_three() {
    let form =
        format!("AccessKeyId: {SESSION}\nSecretAccessKey: {SECRET}\nSessionToken: {TOKEN}\n");
    let found = told(&form);
    let [(id, 1, Some(secret))] = found.as_slice() else {
        unreachable!("{} found", found.len())
    };
    assert_eq!(id, SESSION);
    let secret: serde_json::Value = serde_json::from_str(secret).unwrap_or_default();
    assert_eq!(secret["AccessKeyId"], SESSION);
    assert_eq!(secret["SecretAccessKey"], SECRET);
    assert_eq!(secret["SessionToken"], TOKEN);
    let half = format!("AccessKeyId: {SESSION}\nSecretAccessKey: {SECRET}\n");
    let leak = of(half.as_bytes());
    assert!(leak.found.iter().all(|found| found.secret.is_none()));
    assert_eq!(leak.unknown, 1);
}

#[test]
fn several_credentials_keep_their_order_and_their_own_secrets() {
    let profiles = format!(
        "[a]\naws_access_key_id={KEY}\naws_secret_access_key={SECRET}\n\n[b]\naws_access_key_id={OTHER}\naws_secret_access_key={SECOND}\n"
    );
    let both = [
        (KEY.to_owned(), 2, Some(SECRET.to_owned())),
        (OTHER.to_owned(), 6, Some(SECOND.to_owned())),
    ];
    assert_eq!(told(&profiles), both);
    let secrets_first = format!(
        "[a]\naws_secret_access_key={SECRET}\naws_access_key_id={KEY}\n[b]\naws_secret_access_key={SECOND}\naws_access_key_id={OTHER}\n"
    );
    let found = told(&secrets_first);
    assert_eq!(
        found
            .iter()
            .map(|(id, _, secret)| (id.as_str(), secret.as_deref()))
            .collect::<Vec<_>>(),
        [(KEY, Some(SECRET)), (OTHER, Some(SECOND))]
    );
    let without = format!("{KEY}\n\n[b]\n{OTHER}\n{SECOND}\n\nonce more {KEY} {KEY}");
    let expected = [
        (KEY.to_owned(), 1, None),
        (OTHER.to_owned(), 4, Some(SECOND.to_owned())),
    ];
    assert_eq!(told(&without), expected);
}

#[test]
fn what_is_no_id_is_left_out_and_what_looks_secret_is_counted() {
    let text = format!(
        "password = hunter2hunter2\ntoken: ${{TOKEN}}\napi_key=xxxxxxxxxxxx\nghp_16C7e42F292c6912E7710c838347Ae178B4a\n\
         -----BEGIN RSA PRIVATE KEY-----\nX{KEY}\nda39a3ee5e6b4b0d3255bfef95601890afd80709\n"
    );
    let leak = of(text.as_bytes());
    assert!(leak.found.is_empty());
    assert_eq!(leak.unknown, 3, "a password, a token and a private key");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_are_read_and_no_secret_is_ever_shown(
        before in proptest::collection::vec(any::<u8>(), 0..200),
        between in "[ -~\n\"'=:{}\\[\\]]{0,40}",
        after in proptest::collection::vec(any::<u8>(), 0..200),
        order in 0..3_u8,
    ) {
        let middle = match order {
            0 => format!("{KEY}{between}{SECRET}"),
            1 => format!("secret_key={SECRET}{between}{KEY}"),
            _ => format!("{SESSION}{between}{SECRET} session_token={TOKEN}"),
        };
        let bytes = [before.as_slice(), middle.as_bytes(), after.as_slice()].concat();
        let leak = of(&bytes);
        let shown = format!("{leak:?}");
        prop_assert!(!shown.contains("CANARY"), "{shown}");
        for found in &leak.found {
            prop_assert!(!found.id.as_ref().is_some_and(|id| id.contains("CANARY")));
        }
    }
}
