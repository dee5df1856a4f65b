//! What the workspace says to providers: told before it is said, and named where it is lacking.

use crate::harness::Desk;

#[test]
fn what_a_provider_can_be_told_is_shown_even_where_the_workspace_lacks_it() {
    let lacking = "contain: 1\nproviders:\n  anthropic: {}\n";
    let desk = Desk::bare().file("contain.yaml", lacking);
    assert_eq!(desk.run(&["provider", "list"]).exit, 2);
    let shown = desk.run(&["provider", "show", "anthropic"]);
    assert_eq!(shown.exit, 0, "{shown:?}");
    assert!(shown.err.contains("the workspace is left out"), "{shown:?}");
    for part in [
        "SETTINGS  under providers.anthropic in contain.yaml",
        "admin_key                reference; needed",
        "compliance_key           reference; may be left out",
        "anthropic: {admin_key: env:ANTHROPIC_ADMIN_KEY}",
    ] {
        assert!(shown.out.contains(part), "{part}: {shown:?}");
    }
    let shown = desk.run(&["provider", "show", "gitlab", "--json"]);
    assert_eq!(shown.exit, 0, "{shown:?}");
    let settings = shown.json["data"]["settings"].as_array().unwrap();
    let one = |name: &str| settings.iter().find(|row| row["name"] == name).unwrap();
    assert_eq!(one("url")["default"], "https://gitlab.com");
    assert_eq!(one("token")["needed"], true);
    let example = shown.json["data"]["example"].as_str().unwrap();
    // The example is a workspace that is understood, and those written in Rust have one too.
    assert_eq!(
        desk.file("contain.yaml", example)
            .run(&["provider", "list"])
            .exit,
        0
    );
    let natives = contain::provider::NATIVES.iter().map(|native| native.name);
    for name in natives.chain(["aws"]) {
        let desk = Desk::bare();
        let shown = desk.run(&["provider", "show", name, "--json"]);
        let example = shown.json["data"]["example"].as_str().unwrap();
        let listed = desk
            .file("contain.yaml", example)
            .run(&["provider", "list"]);
        assert_eq!(listed.exit, 0, "{example}: {listed:?}");
    }
}

#[test]
fn what_is_not_configured_or_not_set_is_named_and_nobody_is_sent_to_aws() {
    let bare = Desk::bare();
    for target in [
        "github:user/acme",
        "anthropic:api-key/apikey_01abcd",
        "postgres:role/app@main",
        "okta:api-token/00T1abc",
    ] {
        let provider = target.split(':').next().unwrap();
        let told = bare.run(&["isolate", target, "--yes", "--json"]);
        let settings = format!("contain provider show {provider}");
        assert_eq!(told.exit, 2, "{target}: {told:?}");
        assert!(told.hints().contains(&settings), "{target}: {told:?}");
        assert!(!told.hints().contains("aws"), "{target}: {told:?}");
        assert!(told.error().contains("is not configured"), "{told:?}");
    }
    let said = "contain: 1\nproviders:\n  okta: {url: \"https://a.example\", token: env:OKTA_TOKEN}\n  postgres: {servers: {main: env:PG_MAIN}}\n";
    let desk = bare.file("contain.yaml", said);
    for (target, place, variable) in [
        (
            "okta:api-token/00T1abc",
            "providers.okta.token",
            "env:OKTA_TOKEN",
        ),
        (
            "postgres:role/app@main",
            "providers.postgres.servers.main",
            "env:PG_MAIN",
        ),
    ] {
        let told = desk.run(&["isolate", target, "--yes", "--json"]);
        assert_eq!(told.exit, 4, "{told:?}");
        assert!(told.error().contains(place), "{told:?}");
        assert!(told.error().contains(variable), "{told:?}");
        assert!(!told.hints().contains("aws"), "{told:?}");
    }
}
