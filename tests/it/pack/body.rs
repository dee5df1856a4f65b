//! What a request says: a member that has no value keeps the whole from being sent, save where the pack lets it lack one.

use std::sync::Arc;

use contain::domain::{Because, Call, Clock, Duration, Locator, Outcome, Secret, Tag};
use contain::pack::{Packed, load};
use contain::provider::{Given, Provider as _, Settings};
use serde_json::{Value, json};

use super::lint::WHOLE;
use super::vendor::Vendor;

const PUT: &str = r#"look_up: {get: "/keys/${id}", as: read}
    request:
      put: "/keys/${id}"
      BODY: {status: off, groups: "${read.groups.filter(one, one != id)[0]}", until: "${read.until}"MORE}
      optional: [until]
      answers: [{status: 204, is: done}]"#;

/// Switches a key off at a vendor that shows it so; answers what came of it and the bodies that arrived.
async fn switch_off(body: &str, more: &str, shown: Value) -> (Outcome, Vec<String>) {
    let request = r#"request: {post: "/keys/${id}/off", answers: [{status: 204, is: done}]}"#;
    let put = PUT.replace("BODY", body).replace("MORE", more);
    let yaml = WHOLE.replace(request, &put);
    assert_ne!(yaml, WHOLE);
    let vendor = Vendor::start(move |came| match came.line.starts_with("GET ") {
        true => (200, String::new(), shown.to_string()),
        false => (204, String::new(), String::new()),
    });
    let pack = load("acme.yaml", &yaml).map_err(|refused| refused.render(false));
    let pack = pack.unwrap_or_else(|told| panic!("{told}"));
    let token: Given = Arc::new(|| Ok(Secret::new("ours".to_owned())));
    let settings = Settings {
        texts: [("url".to_owned(), vendor.base.clone())].into(),
        secrets: [("token".to_owned(), token)].into(),
        deadline: Some(Duration::from_secs(10)),
        ..Settings::default()
    };
    let packed = Packed::new(Arc::new(pack), Some(settings), Clock::wall());
    let host = vendor.base.trim_start_matches("http://");
    let action = "acme.disable-key".parse().unwrap();
    let call = Call {
        action,
        target: Locator::new(&"acme:key".parse().unwrap(), "k1", Some(host)),
        with: Default::default(),
        secret: None,
        tag: Tag("contain-body-1".to_owned()),
    };
    let actor = packed.actor(None, &["keys".to_owned()]);
    let outcome = actor.perform(&[call]).await.remove(0);
    let sent = vendor.came().into_iter();
    let sent = sent.filter(|came| !came.line.starts_with("GET "));
    (outcome, sent.map(|came| came.body).collect())
}

#[tokio::test]
async fn a_member_without_a_value_keeps_the_request_from_being_sent() {
    let whole = json!({"groups": ["a"], "until": "2027", "by": "ci"});
    let by = ", note: {list: [\"${read.by}\"]}";
    for (body, more, lacks) in [
        ("json", by, "groups"),
        ("json", by, "note"),
        ("form", ", by: \"${read.by}\"", "groups"),
        ("form", ", by: \"${read.by}\"", "by"),
    ] {
        let (outcome, sent) = switch_off(body, more, whole.clone()).await;
        assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
        assert!(sent.len() == 1 && sent[0].contains("until"), "{sent:?}");
        let mut shown = whole.clone();
        let member = if lacks == "groups" { "groups" } else { "by" };
        shown.as_object_mut().unwrap().remove(member);
        let (outcome, sent) = switch_off(body, more, shown).await;
        let Outcome::Refused(why) = outcome else {
            panic!("{body} without {lacks}: {outcome:?}")
        };
        assert_eq!(why.because, Because::Invalid);
        assert!(why.text.contains(lacks), "{}", why.text);
        assert!(why.text.contains("nothing was sent"), "{}", why.text);
        assert!(sent.is_empty(), "{sent:?}");
    }
}

#[tokio::test]
async fn what_a_pack_calls_optional_is_left_out_where_it_has_no_value() {
    for body in ["json", "form"] {
        let (outcome, sent) = switch_off(body, "", json!({"groups": ["a"]})).await;
        assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
        assert!(sent.len() == 1 && !sent[0].contains("until"), "{sent:?}");
    }
}
