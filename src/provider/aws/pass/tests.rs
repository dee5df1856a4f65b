//! How long a session is good, and what it permits.

use super::*;

#[test]
fn what_we_read_with_fits_into_a_session_and_tells_no_secret() {
    let entry = Entry::to_read("arn:aws:iam::1:role/r");
    assert!(fits(&entry.policy) && fits(&entry.shorter));
    assert!(entry.shorter.len() * 4 < entry.policy.len() * 3);
    for policy in [&entry.policy, &entry.shorter] {
        assert!(!policy.contains("GetSecretValue") && !policy.contains("ssm:Get"));
        assert!(!policy.contains("sts:AssumeRole"));
        let document: Value = serde_json::from_str(policy).unwrap_or_default();
        let listed = document.pointer("/Statement/0/Action");
        let listed = listed
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let wide: Vec<&Value> = listed
            .iter()
            .filter(|one| one.as_str().is_some_and(|one| one.contains('*')))
            .collect();
        assert!(wide.is_empty() || wide == [&json!("iam:Get*"), &json!("iam:List*")]);
    }
}

#[test]
fn a_session_is_named_as_aws_allows() {
    let remit = Remit {
        account: None,
        policy: permit(&["iam:GetUser"]),
        broader: None,
    };
    let entry = Entry::to_act("r", &remit, "a b/ü:c");
    assert_eq!(entry.name, "contain-a-b---c");
    assert_eq!(entry.source.as_deref(), Some("a-b---c"));
    assert_eq!(Entry::to_act("r", &remit, "x").source, None);
    let long = "i".repeat(300);
    let entry = Entry::to_act("r", &remit, &long);
    assert_eq!(entry.name.len(), LONGEST_NAME);
    assert_eq!(entry.source.map(|source| source.len()), Some(LONGEST_NAME));
}

#[test]
fn what_is_broader_permits_the_same_actions_and_no_other() {
    let exact = json!({"Statement": [
        {"Sid": "A", "Effect": "Allow", "Action": ["iam:GetUser"], "Resource": ["u"]},
        {"Sid": "B", "Effect": "Allow", "Action": ["iam:PutUserPolicy", "iam:GetUser"], "Resource": ["u", "v"]},
    ]});
    let short = compact(&exact);
    assert!(!short.contains("Sid"), "{short}");
    assert!(short.contains(r#""Effect":"Allow","Action":"iam:GetUser","Resource":"u""#));
    assert_eq!(
        broader(&short),
        permit(&["iam:GetUser", "iam:PutUserPolicy"])
    );
}

#[test]
fn a_session_is_taken_anew_once_two_thirds_of_its_time_are_over() {
    let at = |second: i64| Time::from_second(second).unwrap_or_default();
    let taken = Taken {
        credentials: Credentials::new("a", "b", None, None, "test"),
        at: at(0),
        until: at(900),
        wide_since: None,
    };
    for (second, good) in [(0, true), (599, true), (600, false), (2000, false)] {
        assert_eq!(taken.is_good(at(second)), good, "{second}");
    }
}
