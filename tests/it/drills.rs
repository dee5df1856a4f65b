//! The drills that ship, as a person runs them: their endings, what the world says, and that no secret is told.

use std::path::Path;
use std::process::Command;

use contain::drill;
use serde_json::Value;

/// Runs a drill, as the text of its file or by its name; answers the exit code and the document.
fn rehearse(state: &Path, name: &str) -> (i32, Value, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_contain"));
    let ended = command
        .args(["drill", name, "--json"])
        .env_clear()
        .env("CONTAIN_STATE", state)
        .env("RUST_LOG", "trace")
        .current_dir(state)
        .output()
        .unwrap();
    let out = String::from_utf8(ended.stdout).unwrap();
    let said = format!("{out}{}", String::from_utf8_lossy(&ended.stderr));
    let document = serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}: {said}"));
    (ended.status.code().unwrap(), document, said)
}

/// No simulated secret is in any file below a folder.
fn assert_untold(folder: &Path) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_untold(&path);
        } else {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            assert!(!text.contains("sim-secret"), "{}", path.display());
        }
    }
}

#[test]
fn every_drill_that_ships_ends_as_it_expects_and_tells_no_secret() {
    let state = tempfile::tempdir().unwrap();
    for (name, _) in drill::shipped() {
        let (exit, told, said) = rehearse(state.path(), name);
        assert_eq!(exit, 0, "{name}: {told:#}");
        assert_eq!(told["data"]["as_expected"], true, "{name}");
        assert!(!said.contains("sim-secret"), "{name} tells a secret");
    }
    assert_untold(state.path());
}

#[test]
fn the_whole_drill_breaks_its_consumer_and_gives_it_a_key_that_contain_made() {
    let state = tempfile::tempdir().unwrap();
    let (_, told, _) = rehearse(state.path(), "leaked-aws-access-key");
    let tries: Vec<&Value> = told["data"]["injects"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|inject| inject["what"].to_string().contains("nightly-report"))
        .collect();
    let worked: Vec<_> = tries.iter().map(|tried| &tried["worked"]).collect();
    assert_eq!(worked, [false, true], "{tries:?}");
    let world = told["data"]["world"].as_array().unwrap();
    let (new, known) = (world.last().unwrap(), told["data"]["world"].to_string());
    assert_eq!(new["lives"], true, "{known}");
    assert!(new["what"].as_str().unwrap().starts_with("aws:access-key/"));
    assert!(!new["what"].as_str().unwrap().contains("AKIA"), "{known}");
}

/// A drill that ships, changed.
fn changed(state: &Path, (of, name): (&str, &str), from: &str, to: &str) -> (i32, Value) {
    let mut shipped = drill::shipped().iter();
    let (_, whole) = shipped.find(|(shipped, _)| *shipped == of).unwrap();
    let text = whole.replacen(from, to, 1);
    assert_ne!(text, *whole);
    let file = format!("{name}.yaml");
    std::fs::write(
        state.join(&file),
        text.replacen(&format!("drill: {of}"), &format!("drill: {name}"), 1),
    )
    .unwrap();
    let (exit, told, _) = rehearse(state, &file);
    (exit, told)
}

#[test]
fn a_key_that_nobody_receives_is_not_made_and_the_rest_is_done() {
    let state = tempfile::tempdir().unwrap();
    let place = "inputs:\n  deliver_to: aws:secret/eu-central-1/ci-deploy-key@123456789012\n";
    let (_, told) = changed(state.path(), ("leaked-aws-access-key", "nobody"), place, "");
    assert_eq!(told["outcome"], "waiting", "{told:#}");
    assert!(told.to_string().contains("--input deliver_to=LOCATOR"));
    let world = told["data"]["world"].as_array().unwrap();
    let wrong: Vec<_> = world
        .iter()
        .filter(|judged| judged["lives"] != judged["should_live"])
        .map(|judged| judged["what"].as_str().unwrap())
        .collect();
    assert_eq!(wrong.len(), 2, "the consumer and its place: {wrong:?}");
}

/// Somebody switches the key back on after its cut has settled, and uses it.
fn used_again(state: &Path, of: &str) -> (i32, Value) {
    let (key, last) = (
        "aws:access-key/AKIARZPUZDIKPSVK5BNY@123456789012",
        "expect:\n  outcome: ",
    );
    let back = format!(
        "  - at: 920s\n    set: {{target: {key}, field: status, value: Active}}\n  - at: 920s\n    use: {{who: {key}, event: DeleteBucket}}\n"
    );
    let (exit, told) = changed(state, (of, "used"), last, &format!("{back}\n{last}"));
    let injects = told["data"]["injects"].as_array().unwrap();
    let is_use = |inject: &&Value| inject["what"].to_string().contains("DeleteBucket");
    assert_eq!(injects.iter().find(is_use).unwrap()["worked"], true);
    (exit, told)
}

#[test]
fn a_provider_that_throttles_us_holds_up_no_cut_of_another() {
    let state = tempfile::tempdir().unwrap();
    let busy = ("hint: 20s", "hint: 10m");
    let (exit, told) = changed(state.path(), ("bulk-leak", "busy"), busy.0, busy.1);
    let injects = told["data"]["injects"].as_array().unwrap();
    let is_use = |inject: &&Value| inject["what"].to_string().contains("ListBuckets");
    let used = injects.iter().find(is_use).unwrap();
    assert_eq!(used["worked"], false, "what was found next was cut in time");
    assert_eq!(
        (exit, &told["data"]["as_expected"]),
        (0, &true.into()),
        "{told:#}"
    );
}

#[test]
fn a_throttling_that_takes_longer_than_a_confirmation_is_worth_is_told_with_its_end() {
    let state = tempfile::tempdir().unwrap();
    let busy = ("hint: 20s", "hint: 2h");
    let (_, told) = changed(state.path(), ("bulk-leak", "shut"), busy.0, busy.1);
    let text = told.to_string();
    assert!(
        text.contains("the provider throttles us until 20"),
        "{told:#}"
    );
    assert!(text.contains("contain resume goes on then"), "{told:#}");
}

#[test]
fn a_use_that_is_accepted_after_the_cut_keeps_anything_from_being_made() {
    let state = tempfile::tempdir().unwrap();
    let (exit, told) = used_again(state.path(), "reissue");
    assert_eq!((exit, &told["outcome"]), (5, &Value::from("partly-done")));
    let place = told["data"]["world"].as_array().unwrap().last().unwrap();
    let wanted = "aws:secret/eu-central-1/ci-deploy-key@123456789012";
    assert_eq!(
        (place["what"].as_str(), place["lives"].as_bool()),
        (Some(wanted), Some(false)),
        "a key was made beside one that was used after its cut: {told:#}"
    );
}

#[test]
fn a_use_that_the_log_shows_only_later_is_told_in_the_end() {
    let state = tempfile::tempdir().unwrap();
    let (exit, told) = used_again(state.path(), "leaked-aws-access-key");
    assert_eq!((exit, &told["outcome"]), (5, &Value::from("partly-done")));
    assert!(told.to_string().contains("validate_use-after-cut"));
}

/// What an ending calls alive, by what it is.
fn alive(told: &Value) -> Vec<&str> {
    let all = told["still_alive"].as_array().unwrap().iter();
    all.map(|one| one["what"].as_str().unwrap()).collect()
}

#[test]
fn what_a_cut_of_its_holder_ended_is_not_called_alive_and_what_goes_on_is() {
    let state = tempfile::tempdir().unwrap();
    let (_, told, _) = rehearse(state.path(), "database-service-account");
    assert_eq!(alive(&told), [""; 0], "sessions end with the login");
    let (_, told, _) = rehearse(state.path(), "compromised-ai-agent");
    assert!(
        !alive(&told).iter().any(|what| what.contains("session")),
        "{told:#}"
    );
    let (_, told, _) = rehearse(state.path(), "validate");
    let sibling = "aws:access-key/AKIARZPUZDIKHV2D3SZ7@123456789012";
    let enterable = "aws:role/backup-reader@123456789012";
    assert_eq!(
        alive(&told),
        [sibling, enterable],
        "an earlier run cut the rest"
    );
    // Deleting a client ends none of its tokens.
    let (_, told, _) = rehearse(state.path(), "malicious-oauth-app");
    let token = "oauth:token/calendar-helper@login.example";
    assert!(alive(&told).contains(&token), "{told:#}");
}

#[tokio::test(start_paused = true)]
async fn a_report_is_held_against_the_world() {
    let shipped = drill::shipped().iter();
    let (_, text) = shipped
        .clone()
        .find(|(name, _)| *name == "isolate")
        .unwrap();
    let rehearsal = drill::Rehearsal::prepare(text).unwrap();
    let key = "aws:access-key/AKIARZPUZDIKPSVK5BNY@123456789012".parse();
    let session = "aws:session/ASIARZPUZDIKJ632MWPD@123456789012".parse();
    let both = [key.unwrap(), session.unwrap()];
    let wrong = |alive: &[_], dead: &[_], hours| {
        let at = rehearsal.scenario.start + contain::domain::Duration::from_hours(hours);
        let told = rehearsal.contradicted(alive, dead, at);
        let told = told.into_iter().map(|one| (one.what, one.told));
        told.collect::<Vec<_>>()
    };
    let [key, session] = both.clone();
    assert_eq!(wrong(&both, &[], 0), []);
    assert_eq!(
        wrong(&[], &both, 0),
        [(key.clone(), "dead"), (session.clone(), "dead")]
    );
    // The session has lapsed by then.
    assert_eq!(wrong(&both, &[], 24), [(session, "alive")]);
    assert_eq!(wrong(&[], &both, 24), [(key, "dead")]);
}

/// What a drill shows on a terminal.
fn shown(state: &Path, name: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_contain"));
    let command = command.args(["drill", name]).env_clear();
    let ended = command
        .env("CONTAIN_STATE", state)
        .current_dir(state)
        .output();
    let ended = ended.unwrap();
    let (aside, out) = (ended.stderr, ended.stdout);
    let both = [aside, out].map(|text| String::from_utf8(text).unwrap());
    both.concat()
}

#[test]
fn a_drill_says_what_one_would_type_with_the_secrets_that_can_be_tried() {
    let state = tempfile::tempdir().unwrap();
    for (name, typed) in [
        ("isolate", "--since 2h --secret env:LEAKED --wait"),
        (
            "bulk-leak",
            "contain run bulk-leak --from report.json --subject okta:",
        ),
        (
            "malicious-oauth-app",
            "--subject oauth:client/calendar-helper@login.example --since 3h --wait",
        ),
        (
            "compromised-ai-agent",
            "--subject aws:user/support-agent@123456789012 --subject anthropic:api-key/apikey_01Agent@org-example",
        ),
        (
            "compromised-ai-agent",
            "--secret slack:token/U0SUPPORTBOT@T0EXAMPLE=env:LEAKED1 --wait",
        ),
    ] {
        let shown = shown(state.path(), name);
        assert!(shown.contains(typed), "{name}: {shown}");
    }
    // A first plan that holds work for people alone is shown too.
    let shown = shown(state.path(), "leaked-github-app-key");
    let (_, after) = shown.split_once("This is the plan.").unwrap();
    let (plan, _) = after.split_once("blocked").unwrap();
    assert!(plan.contains("github:app/4711@github.com"), "{plan}");
    assert!(plan.contains("401. Then: contain"), "{plan}");
}

#[test]
fn the_tries_of_a_probe_add_up() {
    let state = tempfile::tempdir().unwrap();
    let (_, told, _) = rehearse(state.path(), "database-service-account");
    let items = told["items"].as_array().unwrap().iter();
    let probe = items
        .map(|item| &item["probe"])
        .find(|probe| !probe.is_null());
    let of = |name: &str| probe.unwrap()[name].as_u64().unwrap();
    assert_eq!(of("sent"), of("refused") + of("accepted") + of("unclear"));
    assert!(of("accepted") > 0 && of("n") < of("refused"), "{probe:?}");
    let shown = shown(state.path(), "database-service-account");
    let (refused, n) = (of("refused"), of("n"));
    assert!(shown.contains(&format!("{refused} refused")), "{shown}");
    assert!(shown.contains(&format!("the last {n} in a row")), "{shown}");
}
