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
