//! Every request of every action and every read of GitHub's, against GitHub's own description of Enterprise Cloud.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use contain::domain::{
    Arg, Call, Clock, Effect, Fact, Fields, Locator, Named, NotSeen, Outcome, Probe, Query,
    ReadKind, Secret, Seen, Spec, Tag, Time,
};
use contain::provider::github::{GitHub, hashed};
use contain::provider::{Given, Need, Provider as _, Settings, Want};
use serde_json::json;

use crate::github::{APP, CLIENT, TOKEN, key, sample};

/// Where what npm installed is.
fn installed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/counterparties/prism/node_modules")
}

/// Prism with a slice of a description; it ends with this.
pub(crate) struct Prism {
    child: Child,
    pub(crate) base: String,
    lines: Arc<Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

impl Prism {
    /// Serves these paths of a description that lies below what npm installed.
    pub(crate) fn start(description: &str, paths: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let slice = folder.path().join("slice.json");
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let made = Command::new("node")
            .arg(here.join("tests/counterparties/slice.mjs"))
            .arg(installed().join(description))
            .arg(&slice)
            .args(paths)
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        // The keys of its examples are none; so that what is sealed for one is held against the description too, here is one.
        let text = std::fs::read_to_string(&slice).unwrap();
        let key = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=";
        let text = text
            .replace("2Sg8iYjAxxmI2LvUXpJjkYrMxURPc8r+dB7TJyvv1234", key)
            .replace("2Sg8iYjAxxmI2LvUXpJjkYrMxURPc8r+dB7TJy931234", key);
        std::fs::write(&slice, text).unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port().to_string();
        drop(free);
        let mut child = Command::new("node")
            .arg(installed().join("@stoplight/prism-cli/dist/index.js"))
            .args(["mock", "--host", "127.0.0.1", "--port", &port])
            .arg(&slice)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let is_ready = told.by_ref().map_while(Result::ok).any(|line| {
            let is_ready = line.contains("Prism is listening");
            lines.lock().unwrap().push(line);
            is_ready
        });
        assert!(is_ready, "{:?}", lines.lock().unwrap());
        let into = Arc::clone(&lines);
        std::thread::spawn(move || {
            for line in told.map_while(Result::ok) {
                into.lock().unwrap().push(line);
            }
        });
        Self {
            child,
            base: format!("http://127.0.0.1:{port}"),
            lines,
            _folder: folder,
        }
    }

    /// What was wrong with requests since the start.
    pub(crate) fn violations(&self) -> Vec<String> {
        let lines = self.lines.lock().unwrap();
        // Of what Prism says, what is about requests: its own examples do not always hold to the description.
        let wrong = lines.iter().filter(|line| {
            ["Request did not pass", "error     Request"]
                .iter()
                .any(|sign| line.contains(sign))
        });
        wrong.cloned().collect()
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) const DESCRIPTION: &str = "@octokit/openapi/generated/ghec.json";

/// All that the adapter may ask for; a request for anything else is answered 404.
pub(crate) const PATHS: [&str; 58] = [
    "/app",
    "/app/installations",
    "/app/installations/{installation_id}",
    "/app/installations/{installation_id}/access_tokens",
    "/app/installations/{installation_id}/suspended",
    "/applications/{client_id}/grant",
    "/applications/{client_id}/token",
    "/credentials/revoke",
    "/installation/repositories",
    "/installation/token",
    "/orgs/{org}",
    "/orgs/{org}/actions/permissions",
    "/orgs/{org}/actions/permissions/repositories",
    "/orgs/{org}/actions/runners",
    "/orgs/{org}/actions/runners/{runner_id}",
    "/orgs/{org}/actions/secrets",
    "/orgs/{org}/actions/secrets/public-key",
    "/orgs/{org}/actions/secrets/{secret_name}",
    "/orgs/{org}/actions/secrets/{secret_name}/repositories",
    "/orgs/{org}/audit-log",
    "/orgs/{org}/credential-authorizations",
    "/orgs/{org}/credential-authorizations/{credential_id}",
    "/orgs/{org}/hooks",
    "/orgs/{org}/hooks/{hook_id}",
    "/orgs/{org}/installation",
    "/orgs/{org}/installations",
    "/orgs/{org}/outside_collaborators",
    "/orgs/{org}/outside_collaborators/{username}",
    "/orgs/{org}/personal-access-tokens",
    "/orgs/{org}/personal-access-tokens/{pat_id}",
    "/repos/{owner}/{repo}",
    "/repos/{owner}/{repo}/actions/permissions",
    "/repos/{owner}/{repo}/actions/runners",
    "/repos/{owner}/{repo}/actions/runners/{runner_id}",
    "/repos/{owner}/{repo}/actions/runs",
    "/repos/{owner}/{repo}/actions/runs/{run_id}",
    "/repos/{owner}/{repo}/actions/runs/{run_id}/cancel",
    "/repos/{owner}/{repo}/actions/runs/{run_id}/rerun",
    "/repos/{owner}/{repo}/actions/secrets",
    "/repos/{owner}/{repo}/actions/secrets/public-key",
    "/repos/{owner}/{repo}/actions/secrets/{secret_name}",
    "/repos/{owner}/{repo}/actions/workflows",
    "/repos/{owner}/{repo}/actions/workflows/{workflow_id}",
    "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/disable",
    "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/enable",
    "/repos/{owner}/{repo}/environments/{environment_name}/secrets",
    "/repos/{owner}/{repo}/environments/{environment_name}/secrets/public-key",
    "/repos/{owner}/{repo}/environments/{environment_name}/secrets/{secret_name}",
    "/repos/{owner}/{repo}/hooks",
    "/repos/{owner}/{repo}/hooks/{hook_id}",
    "/repos/{owner}/{repo}/keys",
    "/repos/{owner}/{repo}/keys/{key_id}",
    "/user",
    "/user/keys",
    "/user/keys/{key_id}",
    "/users/{username}",
    "/users/{username}/installation",
    "/users/{username}/keys",
];

fn settings(prism: &Prism, names: &[&str]) -> Settings {
    let given = |text: &str| -> Given {
        let text = text.to_owned();
        Arc::new(move || Ok(Secret::new(text.clone())))
    };
    let mut settings = crate::github::settings(&prism.base);
    settings.secrets.clear();
    for name in names {
        match *name {
            "token" => drop(settings.secrets.insert("token".into(), given(TOKEN))),
            _ => {
                settings.texts.insert("app_id".into(), APP.into());
                settings.secrets.insert("private_key".into(), given(&key()));
            }
        }
    }
    settings
}

/// A target of each kind, with what is held of it.
fn targets(github: &GitHub, prism: &Prism) -> Vec<Locator> {
    let account = prism.base.trim_start_matches("http://");
    let each = github.kinds().iter().map(|kind| {
        let target = Locator::new(&kind.id, &sample(kind.id.noun()), Some(account));
        github.hold(&target, &Secret::new(TOKEN.to_owned()));
        target
    });
    each.collect()
}

/// What the receipt of a cut would have kept.
fn before() -> Fields {
    let kept = json!({
        "suspended": false, "active": true, "running": true, "state": "active", "enabled": true,
        "enabled_repositories": "all", "selected_repositories": [], "allowed_actions": "all",
    });
    serde_json::from_value(kept).unwrap()
}

fn call(spec: &Spec, target: &Locator) -> Call {
    let with = spec.arguments(&Fields::new()).into_iter();
    let with = with.map(|(name, arg)| match arg {
        Arg::Before(field) => (name, Arg::Is(before()[&field].clone())),
        other => (name, other),
    });
    Call {
        action: spec.id.clone(),
        target: target.clone(),
        with: with.collect(),
        secret: None,
        tag: Tag("contain-contract".to_owned()),
    }
}

#[tokio::test]
async fn every_request_of_every_github_action_is_of_the_published_form() {
    let prism = Prism::start(DESCRIPTION, &PATHS);
    let github = GitHub::new(Some(settings(&prism, &["token"])), Clock::wall());
    let targets = targets(&github, &prism);
    let mut done = 0;
    for spec in github.actions().to_vec() {
        let target = targets.iter().find(|target| *target.kind() == spec.on);
        let target = target.unwrap_or_else(|| panic!("no target of {}", spec.on));
        let call = call(&spec, target);
        let actor = github.actor(None, &spec.permissions);
        let outcome = match spec.effect {
            Effect::Deliver => {
                actor
                    .deliver(&call, &Secret::new("the new one".into()))
                    .await
            }
            _ => actor.perform(std::slice::from_ref(&call)).await.remove(0),
        };
        // Prism answers with an example whatever was sent: a webhook that it shows as active was not switched off, and one
        // that goes on being active was switched on.
        let is_as_asked = match spec.id.to_string().as_str() {
            "github.disable-repository-webhook" | "github.disable-organization-webhook" => {
                matches!(outcome, Outcome::InDoubt(_))
            }
            _ => matches!(outcome, Outcome::Done(_)),
        };
        assert!(
            is_as_asked,
            "{}: {outcome:?}; {:?}",
            spec.id,
            prism.violations()
        );
        done += 1;
    }
    // What an organisation selected is given back in two requests.
    let id = "github.allow-organization-actions";
    let spec = github
        .actions()
        .iter()
        .find(|spec| spec.id.to_string() == id);
    let spec = spec.unwrap();
    let target = targets.iter().find(|target| *target.kind() == spec.on);
    let mut chosen = call(spec, target.unwrap());
    for (field, value) in [
        ("enabled_repositories", json!("selected")),
        ("selected_repositories", json!([42])),
    ] {
        chosen.with.insert(field.to_owned(), Arg::Is(value));
    }
    let outcome = github
        .actor(None, &spec.permissions)
        .perform(&[chosen])
        .await
        .remove(0);
    assert!(
        matches!(outcome, Outcome::Done(_)),
        "{outcome:?}; {:?}",
        prism.violations()
    );
    // Many at once are one request of their own.
    for (noun, ids) in [("token-grant", ["acme/1", "acme/2"])] {
        let account = prism.base.trim_start_matches("http://");
        let spec = github
            .actions()
            .iter()
            .find(|spec| spec.on.noun() == noun)
            .unwrap();
        let calls = ids.map(|id| call(spec, &Locator::new(&spec.on, id, Some(account))));
        let outcomes = github.actor(None, &spec.permissions).perform(&calls).await;
        let all = |outcome: &Outcome| matches!(outcome, Outcome::Done(answer) if !answer.applied);
        assert!(
            outcomes.len() == 2 && outcomes.iter().all(all),
            "{outcomes:?}"
        );
    }
    assert_eq!(done, github.actions().len());
    assert_eq!(prism.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn every_question_to_github_is_of_the_published_form() {
    let prism = Prism::start(DESCRIPTION, &PATHS);
    let github = GitHub::new(Some(settings(&prism, &["token"])), Clock::wall());
    let targets = targets(&github, &prism);
    let reader = github.reader(None);
    reader.whoami().await.unwrap();
    for (kind, target) in github.kinds().to_vec().iter().zip(&targets) {
        // Only the user whose token is ours can look after their keys, and Prism's example is another.
        let seen = reader.observe(std::slice::from_ref(target)).await.remove(0);
        // Prism answers with an example whatever was asked: often about another thing, which is said.
        let is_seen = match &seen.fact {
            Fact::Unreadable(why) => why.text.contains("another"),
            Fact::Present(_) | Fact::Gone => true,
        };
        assert!(is_seen, "{target}: {seen:?}; {:?}", prism.violations());
        for read in [ReadKind::Reach, ReadKind::Activity] {
            if !kind.reads.contains(&read) {
                continue;
            }
            let query = Query {
                read,
                target: target.clone(),
                relations: Vec::new(),
                since: "2026-01-01T00:00:00Z".parse::<Time>().unwrap(),
                pages: 1,
                budget_ms: 60_000,
            };
            let reading = reader.read(&query).await.unwrap();
            // Prism's examples tell of a next page at GitHub itself, where nothing of this goes.
            let is_elsewhere = |one: &&NotSeen| {
                // Nor does GitHub tell of a user's keys.
                one.why.text.contains("on another host") || one.what.starts_with("ssh-key")
            };
            let mut unseen = reading.not_seen.iter().filter(|one| one.withholds);
            let unseen: Vec<_> = unseen.by_ref().filter(|one| !is_elsewhere(one)).collect();
            assert!(
                unseen.is_empty(),
                "{target} {read:?}: {unseen:?}; {:?}",
                prism.violations()
            );
        }
        if kind.probe {
            let probe = reader.probe(target, &Secret::new(TOKEN.into())).await;
            assert_eq!(probe, Probe::Accepted, "{target}");
        }
        if kind.id.noun() != "outside-collaborator" {
            let named = Named {
                kind: kind.id.clone(),
                id: target.id().to_owned(),
                account: None,
            };
            drop(reader.resolve(&[named]).await);
        }
    }
    assert_eq!(prism.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn what_our_app_asks_for_itself_is_of_the_published_form() {
    let prism = Prism::start(DESCRIPTION, &PATHS);
    let github = GitHub::new(Some(settings(&prism, &["app"])), Clock::wall());
    let own = github.reader(None).whoami().await.unwrap();
    assert!(
        own.iter()
            .any(|one| one.kind().noun() == "app-installation"),
        "{own:?}"
    );
    // Reading goes under a token of the installation, which is asked for and ended.
    let target = targets(&github, &prism)
        .into_iter()
        .find(|one| one.kind().noun() == "deploy-key");
    let seen = github
        .reader(None)
        .observe(&[target.unwrap()])
        .await
        .remove(0);
    assert!(
        matches!(seen.fact, Fact::Present(_)),
        "{seen:?}: the example is of the key 1"
    );
    assert_eq!(github.leave().await.len(), 1);
    assert_eq!(prism.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn the_keys_of_anothers_account_are_asked_for_in_the_published_form() {
    let prism = Prism::start(DESCRIPTION, &PATHS);
    let github = GitHub::new(Some(settings(&prism, &["token"])), Clock::wall());
    let mut targets = targets(&github, &prism).into_iter();
    let target = targets.find(|one| one.kind().noun() == "token").unwrap();
    // Prism's example is the user of every token: that this one is another's, the journal tells.
    let fields = serde_json::from_value(json!({"status": "active", "owner": "hubot"})).unwrap();
    let before = Seen {
        target: target.clone(),
        at: Clock::wall().now(),
        fact: Fact::Present(fields),
    };
    let mut specs = github.actions().iter();
    let spec = specs.find(|spec| spec.on == *target.kind()).unwrap();
    github.recall(&call(spec, &target), &before, None, None);
    let reader = github.reader(None);
    let query = Query {
        read: ReadKind::Reach,
        target,
        relations: Vec::new(),
        since: "2026-01-01T00:00:00Z".parse::<Time>().unwrap(),
        pages: 1,
        budget_ms: 60_000,
    };
    let reading = reader.read(&query).await.unwrap();
    // Prism's example tells of a next page at GitHub itself: that one was answered, and is of the published form.
    let mut unseen = reading.not_seen.iter();
    let is_listed = unseen
        .any(|one| one.what.starts_with("ssh-key") && one.why.text.contains("on another host"));
    assert!(is_listed, "{reading:?}; {:?}", prism.violations());
    assert_eq!(prism.violations(), Vec::<String>::new());
}

#[test]
fn every_permission_that_an_app_is_asked_to_have_is_one_that_github_knows() {
    let text = std::fs::read_to_string(installed().join(DESCRIPTION)).unwrap();
    let all: serde_json::Value = serde_json::from_str(&text).unwrap();
    let known = &all["components"]["schemas"]["app-permissions"]["properties"];
    let known: BTreeSet<&String> = known.as_object().unwrap().keys().collect();
    let github = GitHub::new(None, Clock::wall());
    let mut held = 0;
    for spec in github.actions() {
        for permission in &spec.permissions {
            if let Some((name, "read" | "write")) = permission.split_once(':') {
                assert!(
                    known.contains(&name.to_owned()),
                    "{}: {permission}",
                    spec.id
                );
                held += 1;
            }
        }
    }
    assert!(held > 10, "{held}");
    for permission in github.reads(None) {
        let name = permission.trim_end_matches(":read").to_owned();
        assert!(known.contains(&name), "{permission}");
    }
}

#[test]
fn a_session_of_our_app_permits_what_is_done_on_the_repositories_where_it_is_done() {
    let mut settings = crate::github::settings("http://127.0.0.1:9");
    settings.texts.insert("app_id".into(), APP.into());
    let given: Given = Arc::new(|| Ok(Secret::new(key())));
    settings.secrets.insert("private_key".into(), given);
    let github = GitHub::new(Some(settings), Clock::wall());
    let at = |noun: &str, id: &str| {
        let kind = format!("github:{noun}").parse().unwrap();
        Locator::new(&kind, id, Some("127.0.0.1:9"))
    };
    let targets = [
        at("deploy-key", "acme/app/1"),
        at("workflow-run", "acme/site/2"),
        at("organization-webhook", "acme/3"),
        at("oauth-token", &format!("{CLIENT}/{}", hashed(TOKEN))),
        at("deploy-key", "other/app/1"),
    ];
    let permissions = [
        "administration:write",
        "actions:write",
        "organization_hooks:write",
        "client secret of the app",
        "administration:write",
    ]
    .map(|permission| vec![permission.to_owned()]);
    let wants: Vec<Want<'_>> = targets
        .iter()
        .zip(&permissions)
        .map(|(target, permissions)| Want {
            named: true,
            account: target.account(),
            needs: vec![Need {
                permissions,
                target: Some(target),
                seen: None,
            }],
        })
        .collect();
    let remits = github.remits(&wants);
    let policy = |at: usize| {
        let remit = remits[at].as_ref()?;
        Some(serde_json::from_str::<serde_json::Value>(&remit.policy).unwrap())
    };
    let shared = json!({
        "owner": "acme", "permissions": {"administration": "write", "actions": "write"}, "repositories": ["app", "site"],
    });
    assert_eq!(policy(0), Some(shared.clone()));
    assert_eq!(policy(1), Some(shared));
    assert_eq!(
        policy(2).unwrap()["permissions"],
        json!({"organization_hooks": "write"})
    );
    assert_eq!(policy(3), None);
    assert_eq!(policy(4).unwrap()["owner"], "other");
    assert_eq!(github.remits(&wants), remits);
}
