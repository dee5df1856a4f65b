//! What is wrong with a workspace's file, told with its place.

use super::*;

fn told(text: &str) -> String {
    let refused = parse(Path::new("/w/contain.yaml"), text).err();
    refused.map(|failure| failure.render()).unwrap_or_default()
}

fn soc(notifier: &str) -> String {
    format!("notifiers:\n  soc: {notifier}\n")
}

#[test]
fn what_is_wrong_with_a_workspace_is_told_with_its_place_and_what_was_meant() {
    let aws = |rest: &str| format!("contain: 1\nproviders:\n  aws:\n    {rest}\n");
    for (text, parts) in [
        (
            "providrs: {}\n".to_owned(),
            vec![":1:1", "did you mean `providers`?"],
        ),
        (
            aws("endpoints: {imA: \"http://a\"}"),
            vec![":4:17", "did you mean `iam`?"],
        ),
        (
            aws("endpoints: {iam: \"127.0.0.1:4566\"}"),
            vec![":4:22", "http://HOST:PORT"],
        ),
        (aws("regions: x"), vec![":4:14: expected sequence"]),
        ("contain: x\n".to_owned(), vec![":1:10: invalid"]),
        (
            "protected:\n  - nope\n".to_owned(),
            vec![":2:5: `nope` is no locator"],
        ),
        ("contain: 2\n".to_owned(), vec!["write `contain: 1`"]),
        (
            soc("{webhok: \"https://a/canary\"}"),
            vec![":2:9", "did you mean `webhook`?"],
        ),
        (soc("{shape: json}"), vec!["webhook"]),
        (
            soc("{webhook: env:URL, shape: jsn}"),
            vec![":2:34", "did you mean `json`?"],
        ),
        (
            soc("{webhook: env:URL, header: {name: a, secret: canary}}"),
            vec![":2:53", "env:NAME or file:PATH"],
        ),
        (
            soc("{webhook: env:URL, header: {name: a, secret: stdin}}"),
            vec!["env:NAME or file:PATH"],
        ),
        (
            soc("{webhook: env:URL, header: \"Bearer canary\"}"),
            vec!["{name: NAME, secret: env:NAME}"],
        ),
        (
            soc("{webhook: env:URL, header: {nam: canary}}"),
            vec!["did you mean `name`?"],
        ),
        (
            "notifiers: {SOC: {webhook: env:URL}}\n".to_owned(),
            vec![":1:13", "a letter first"],
        ),
    ] {
        let told = told(&text);
        for part in parts {
            assert!(told.contains(part), "{part} in\n{told}");
        }
        assert!(told.contains("/w/contain.yaml"), "{told}");
        assert!(!told.contains("canary"), "{told}");
        assert_eq!(told.matches("error").count(), 1, "{told}");
        assert!(!told.contains("<input>"), "{told}");
    }
    assert_eq!(
        told(&aws("endpoints: {default: \"http://127.0.0.1:4566\"}")),
        ""
    );
    for good in [
        "{webhook: \"https://a.example/b\", private: false}",
        "{webhook: env:URL, header: {name: authorization, secret: file:token}, shape: text}",
    ] {
        assert_eq!(told(&soc(good)), "");
    }
}

#[cfg(feature = "http")]
#[test]
fn a_webhook_goes_where_it_may_and_is_never_shown() {
    for (webhook, part) in [
        (
            "http://a.example/canary",
            "plain http is for loopback alone",
        ),
        ("https://u:p@a.example/canary", "use `header`"),
        ("https://10.0.0.1/canary", "say `private: true`"),
        ("https://169.254.169.254/canary", "metadata"),
        ("canary", "https://HOST/PATH"),
    ] {
        let told = told(&soc(&format!("{{webhook: \"{webhook}\"}}")));
        assert!(told.contains(part) && told.contains(":2:18"), "{told}");
        assert!(!told.contains("canary"), "{told}");
    }
    let private = "{webhook: \"https://10.0.0.1/b\", private: true}";
    assert_eq!(told(&soc(private)), "");
    let config = parse(Path::new("c"), &soc("{webhook: \"https://a/canary\"}"));
    let debug = config
        .map(|config| format!("{config:?}"))
        .unwrap_or_default();
    assert!(
        debug.contains("Webhook(..)") && !debug.contains("canary"),
        "{debug}"
    );
}

#[test]
fn an_endpoint_has_a_scheme_and_a_host() {
    for good in [
        "http://a",
        "https://a.b:1/c",
        "http://[::1]:4566/",
        "http://127.0.0.1:4566",
    ] {
        assert_eq!(endpoint(good), Ok(()), "{good}");
    }
    for bad in [
        "",
        "a",
        "http://",
        "http:///x",
        "ftp://a",
        "http://a:b",
        "http://a:99999",
        "http://u:p@a",
        "http://a b",
    ] {
        assert!(endpoint(bad).is_err(), "{bad}");
    }
}

#[test]
fn what_is_told_of_aws_is_what_the_file_takes() {
    let keys = KEYS.iter().find(|(path, _)| *path == "providers.aws");
    let mut keys = keys.map(|(_, keys)| keys.to_vec()).unwrap_or_default();
    keys.sort_unstable();
    let told = crate::report::setting::Told::aws().rows;
    let mut told: Vec<&str> = told.iter().map(|row| row.name.as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, keys);
}
