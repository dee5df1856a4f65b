//! What a provider is said to know, to need and to be guarded by, without asking it.

use contain::report::proven;
use serde_json::Value;

use crate::harness::Desk;

/// Nothing listens there, and nothing is asked.
fn desk() -> Desk {
    Desk::at("http://127.0.0.1:9", ("AKIARZPUZDIKNAJLN7ON", "none"))
}

fn permitted(document: &Value) -> Vec<(String, Vec<String>)> {
    let statements = document["Statement"].as_array().unwrap();
    let pairs = statements.iter().flat_map(|statement| {
        assert_eq!(statement["Effect"], "Allow");
        let list = |name: &str| -> Vec<String> {
            let list = statement[name].as_array().unwrap().iter();
            list.map(|one| one.as_str().unwrap().to_owned()).collect()
        };
        let on = list("Resource");
        list("Action")
            .into_iter()
            .map(move |action| (action, on.clone()))
    });
    pairs.collect()
}

#[test]
fn what_is_shown_of_a_provider_is_all_that_it_declares_and_by_what_it_was_proven() {
    let listed = desk().run(&["provider", "list", "--json"]);
    assert_eq!(listed.exit, 0, "{listed:?}");
    let row = &listed.json["data"]["providers"][0];
    assert_eq!(row["provider"], "aws");
    assert!(
        row["configured"]
            .as_str()
            .unwrap()
            .contains("AWS_ACCESS_KEY_ID")
    );
    assert_eq!(row["endpoints"][""], "http://127.0.0.1:9");
    let shown = desk().run(&["provider", "show", "aws"]);
    let data = desk().run(&["provider", "show", "aws", "--json"]).json["data"].clone();
    let specs = contain::provider::aws::actions();
    assert_eq!(data["actions"].as_array().unwrap().len(), specs.len());
    for (spec, told) in specs.iter().zip(data["actions"].as_array().unwrap()) {
        assert_eq!(told["spec"]["id"], spec.id.to_string());
        let by = proven::by(&spec.id);
        assert_eq!(told["proven_by"], serde_json::json!(by));
        let page = shown
            .out
            .split(&format!("\n  {}  ", spec.id))
            .nth(1)
            .unwrap();
        let page = page.split("\n  aws.").next().unwrap();
        for text in [
            &spec.title,
            &spec.hurts,
            &spec.docs,
            &proven::said(by),
            &spec.permissions.join(", "),
        ] {
            assert!(page.contains(text.as_str()), "{}: {text}\n{page}", spec.id);
        }
    }
    for kind in contain::provider::aws::kinds() {
        assert!(shown.out.contains(&kind.id.to_string()), "{}", kind.id);
        assert!(row["kinds"].to_string().contains(&kind.id.to_string()));
    }
}

#[test]
fn the_least_policy_is_what_the_actions_declare_and_never_a_wildcard_of_actions() {
    let printed = desk().run(&["provider", "permissions", "aws"]);
    let document: Value = serde_json::from_str(&printed.out).unwrap();
    let whole = permitted(&document);
    let reads = desk().run(&["provider", "permissions", "aws", "--reads"]);
    let reads = permitted(&serde_json::from_str(&reads.out).unwrap());
    for spec in contain::provider::aws::actions() {
        for permission in &spec.permissions {
            assert!(
                whole.iter().any(|(action, _)| action == permission),
                "{permission}"
            );
        }
    }
    for (action, on) in &whole {
        assert!(!action.contains('*'), "{action}");
        let only_reads = reads.iter().any(|(read, _)| read == action);
        // The reference gives this one no resource type.
        let has_none = action == "organizations:CreatePolicy";
        assert!(
            only_reads || has_none || !on.contains(&"*".to_owned()),
            "{action} changes anything anywhere"
        );
    }
    for (action, _) in &reads {
        let (_, operation) = action.split_once(':').unwrap();
        // The one that generates makes a report for its caller, and changes nothing of anybody's.
        let starts = ["Get", "List", "Describe", "Lookup", "GenerateServiceLast"];
        assert!(
            starts.iter().any(|start| operation.starts_with(start)),
            "{action}"
        );
    }
    let one = desk().run(&[
        "provider",
        "permissions",
        "aws",
        "--action",
        "aws.deny-role",
    ]);
    let one = permitted(&serde_json::from_str(&one.out).unwrap());
    let names: Vec<&str> = one.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(
        names,
        [
            "iam:GetRole",
            "iam:GetRolePolicy",
            "sts:GetCallerIdentity",
            "iam:PutRolePolicy"
        ]
    );
}

#[test]
fn a_guardrail_is_printed_alone_and_what_is_misspelt_is_named() {
    let printed = desk().run(&["provider", "guardrail", "aws"]);
    assert_eq!(printed.exit, 0, "{printed:?}");
    let document: Value = serde_json::from_str(&printed.out).unwrap();
    assert_eq!(document["Statement"][0]["Effect"], "Deny");
    assert!(printed.err.contains("note: "), "{printed:?}");
    for (arguments, near) in [
        (&["provider", "show", "asw"][..], "`aws`"),
        (
            &["provider", "permissions", "aws", "--action", "aws.deny-rol"],
            "`aws.deny-role`",
        ),
    ] {
        let told = desk().run(&[arguments, &["--json"]].concat());
        assert_eq!(told.exit, 2, "{told:?}");
        assert!(told.json["error"].to_string().contains(near), "{told:?}");
    }
}
