//! What a pasted secret tells by itself: provider, kind and id, with nobody asked and nothing of it shown.

use serde_json::{Value, json};

use super::secret::{UID, claims, jwt, key_file, legacy};
use crate::harness::Desk;

const WEBHOOK: &str =
    "https://hooks.slack.com/services/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";

fn desk() -> Desk {
    // Whoever asked anybody would wait for an answer here, and fail.
    Desk::at("http://127.0.0.1:9", ("AKIARZPUZDIKNAJLN7ON", "none"))
}

/// Each secret, its kind and its id.
fn telling() -> Vec<(String, &'static str, String)> {
    let bound = claims(json!({"pod": {"name": "web-1", "uid": UID}}));
    vec![
        (
            key_file(),
            "gcp:key",
            "ci@shop.iam.gserviceaccount.com/0a1b2c3d4e5f60718293a4b5c6d7e8f901234567".to_owned(),
        ),
        (
            jwt(&bound),
            "kubernetes:pod-token",
            format!("shop/web-1/{UID}"),
        ),
        (
            jwt(&claims(Value::Null)),
            "kubernetes:account-token",
            "shop/web".to_owned(),
        ),
        (
            WEBHOOK.to_owned(),
            "slack:webhook",
            "T024BE7LD/B024BE7LH".to_owned(),
        ),
    ]
}

/// The parts of a secret that may never be shown.
fn hidden(secret: &str) -> Vec<String> {
    let words = secret.split(['"', '/', '.', '\n']);
    let long = words.filter(|word| word.len() >= 24 && !word.starts_with("0a1b2c3d"));
    long.map(str::to_owned).collect()
}

fn identified(told: &Value) -> Vec<(String, String, bool)> {
    let rows = told["data"]["identified"].as_array().unwrap().iter();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    rows.map(|row| (text(row, "kind"), text(row, "id"), row["secret"] == true))
        .collect()
}

#[test]
fn what_a_secret_tells_by_itself_is_named_offline_and_nothing_of_it_is_shown() {
    for (secret, kind, id) in telling() {
        let wanted = [(kind.to_owned(), id.clone(), true)];
        let escaped = json!({"log": format!("started with {secret} and went on")}).to_string();
        for text in [
            secret.clone(),
            format!("# found in a log\nTHE_SECRET={secret}\n"),
            escaped,
        ] {
            let desk = desk().file("leak.txt", &text);
            let told = desk.run(&["identify", "--from", "leak.txt", "--json"]);
            assert_eq!(told.exit, 0, "{kind}: {told:?}");
            assert_eq!(identified(&told.json), wanted, "{kind}: {told:?}");
            let shown = desk.run(&["identify", "--from", "leak.txt"]);
            assert!(shown.out.contains(&format!("{kind}/{id}")), "{shown:?}");
            assert!(
                shown.out.contains("nothing else in it looks like a secret"),
                "{kind}: {shown:?}"
            );
            for hidden in hidden(&secret) {
                let all = format!("{told:?}{shown:?}");
                assert!(!all.contains(&hidden), "{kind}: {all}");
            }
        }
        let desk = desk().file("one", &secret);
        let told = desk.run(&["identify", "--secret", "file:one", "--json"]);
        assert_eq!(identified(&told.json), wanted, "{kind}: {told:?}");
        let shown = desk.run(&["identify", "--secret", "file:one"]);
        let next = format!("contain isolate {kind}/{id} --secret file:one");
        assert!(shown.out.contains(&next), "{shown:?}");
    }
}

#[test]
fn of_what_tells_nothing_the_way_to_find_it_is_told() {
    let word = "aB3dE6gH9jK2".repeat(8);
    for (secret, kind, next) in [
        (
            format!("sk-proj-{word}"),
            "openai:project-key",
            "contain inventory openai:project/PROJECT",
        ),
        (
            format!("AIza{}", &word[..35]),
            "gcp:api-key",
            "gcloud services api-keys list",
        ),
        (
            format!("sk-ant-oat01-{word}"),
            "anthropic:oauth-token",
            "contain isolate anthropic:member/ID",
        ),
        (
            format!("sk-ant-api03-{word}"),
            "anthropic:api-key",
            "only anthropic tells when it is asked with the secret",
        ),
        (
            // Its issuer is the same in every cluster, so the Secret that it names may be another cluster's.
            jwt(&legacy()),
            "kubernetes:legacy-token",
            "only kubernetes tells when it is asked with the secret",
        ),
    ] {
        let desk = desk().file("one", &secret);
        let shown = desk.run(&["identify", "--secret", "file:one"]);
        assert_eq!(shown.exit, 0, "{shown:?}");
        assert!(shown.out.contains(kind), "{shown:?}");
        assert!(shown.out.contains(next), "{kind}: {shown:?}");
        assert!(!format!("{shown:?}").contains(&word[..24]), "{shown:?}");
    }
}

#[test]
fn a_token_of_a_sort_that_nobody_here_knows_is_only_counted() {
    let other = jwt(&json!({"iss": "https://login.example", "sub": "user-1"}));
    let desk = desk().file("leak.txt", &other);
    let told = desk.run(&["identify", "--from", "leak.txt"]);
    assert!(told.out.contains("holds no credential"), "{told:?}");
    let told = desk.run(&["identify", "--secret", "file:leak.txt", "--json"]);
    assert_eq!(told.json["data"]["may_be"], json!([]), "{told:?}");
}
