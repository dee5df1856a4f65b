//! A role through the whole program, and each action by itself.

use contain::domain::{
    Arg, Call, Duration, Fact, Fields, Outcome, Probe, Secret, Spec, Tag, Time, Undo,
};
use contain::provider::{Provider, postgres};
use serde_json::Value;

use super::{Database, LEAKED, OURS, provider};
use crate::harness::{Desk, Told};
use crate::held;

const ROLE: &str = "postgres:role/svc@main";

fn isolate(desk: &Desk) -> Told {
    let told = desk.run(&["isolate", ROLE, "--secret", "env:LEAKED", "--yes", "--json"]);
    assert_eq!(told.exit, 0, "{told:?}");
    // What settled while it was probed is contained already.
    assert!(
        ["isolated", "contained"].contains(&told.outcome()),
        "{told:?}"
    );
    told
}

/// A playbook of the one cut, which does not look for its effect for long.
const ONE_CUT: &str = "contain: 1\nplaybook: one-cut\nsummary: One cut\ninputs:\n  subject: {type: locator, required: true}\nphases:\n  isolate:\n    - id: stop\n      do: suspend\n      target: \"${subject}\"\n      verify: {within: 3s}\n";

#[test]
fn a_role_is_contained_verified_and_given_back_for_real() {
    let database = Database::start(&[]);
    let mut open = database.session("svc", LEAKED);
    let healthy = database.session("healthy", "canary-healthy");
    let desk = database.desk();
    let told = isolate(&desk);
    let item = told.item("role/svc", "postgres.block-login");
    assert_eq!(item["verdict"], "probed-dead", "{told:?}");

    // What the attacker sees: the session is ended, and no other is opened with the right password.
    let ended = open.wait().unwrap();
    assert!(!ended.success());
    let refused = database.says(("svc", LEAKED), "SELECT 1").unwrap_err();
    assert!(refused.contains("is not permitted to log in"), "{refused}");
    assert!(
        database
            .says(("healthy", "canary-healthy"), "SELECT 1")
            .is_ok()
    );
    // A member keeps the rights, and is told; so is the group that it could become.
    told.alive("postgres:role/healthy@main");
    told.alive("postgres:role/reports@main");

    let verified = desk.run(&["verify", "--wait", "--json"]);
    verified.assert(0, "contained");
    desk.assert_journal_verifies();

    // It comes back only by its code, exactly as it was, and with the password that it had.
    let held = desk.run(&["restore", "--yes", "--json"]);
    assert!(
        held.out.contains("what is compromised stays off"),
        "{held:?}"
    );
    let asked = desk.run(&["restore", ROLE, "--yes", "--json"]);
    asked.assert(3, "waiting");
    let code = asked.json["confirm"].as_str().unwrap();
    desk.run(&["apply", code, "--confirm", code, "--json"])
        .assert(0, "restored");
    assert_eq!(
        database.says(("svc", LEAKED), "SELECT current_user"),
        Ok("svc".to_owned())
    );
    let kept =
        "SELECT rolconnlimit, rolvaliduntil AT TIME ZONE 'UTC' FROM pg_roles WHERE rolname = 'svc'";
    assert_eq!(database.admin(kept), "7|2090-05-06 07:08:09.123");
    drop(healthy);
    assert_untold(desk.path());
}

/// No secret is in any file below a folder.
fn assert_untold(folder: &std::path::Path) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_untold(&path);
        } else {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            assert!(
                !text.contains(LEAKED) && !text.contains(OURS),
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn a_login_that_is_blocked_while_a_session_lives_is_not_called_isolated() {
    let database = Database::start(&[]);
    // Without this membership nobody's sessions can be ended.
    database.admin("REVOKE pg_signal_backend FROM contain");
    let mut open = database.session("svc", LEAKED);
    let desk = database.desk().file("one-cut.yaml", ONE_CUT);
    let told = desk.run(&["run", "one-cut.yaml", "--subject", ROLE, "--yes", "--json"]);
    assert_eq!(told.exit, 5, "{told:?}");
    assert!(
        !["isolated", "contained"].contains(&told.outcome()),
        "{told:?}"
    );
    let refused = database.says(("svc", LEAKED), "SELECT 1").unwrap_err();
    assert!(
        refused.contains("is not permitted to log in"),
        "the login was blocked all the same: {refused}"
    );
    let kept = desk
        .journal()
        .iter()
        .map(Value::to_string)
        .collect::<String>();
    assert!(kept.contains("its sessions were not ended"), "{kept}");
    let verified = desk.run(&["verify", "--json"]);
    assert_eq!(verified.exit, 5, "{verified:?}");
    // With it, going on finds the session and ends it.
    database.admin("GRANT pg_signal_backend TO contain");
    let told = desk.run(&["resume", "--yes", "--json"]);
    assert_eq!(told.exit, 0, "{told:?}");
    assert!(!open.wait().unwrap().success());
}

#[test]
fn a_session_is_named_too_and_our_own_role_is_refused() {
    let database = Database::start(&[]);
    let mut open = database.session("svc", LEAKED);
    let desk = database.desk();
    let told = desk.run(&["inventory", ROLE, "--json"]);
    let document = told.json.to_string();
    assert!(document.contains("postgres:session/"), "{told:?}");
    let own = desk.run(&["isolate", "postgres:role/contain", "--yes", "--json"]);
    assert_eq!(own.kind(), "own-branch", "{own:?}");
    assert_eq!(
        database.says(("contain", OURS), "SELECT 1"),
        Ok("1".to_owned())
    );
    open.kill().unwrap();
    open.wait().unwrap();
}

#[tokio::test]
async fn each_password_is_refused_for_the_right_reason_or_it_proves_nothing() {
    let database = Database::start(&[]);
    let provider = provider(&database.url(), Duration::from_secs(10));
    let reader = provider.reader(None);
    let target = ROLE.parse().unwrap();
    let (right, wrong) = (
        Secret::new(LEAKED.to_owned()),
        Secret::new("guess".to_owned()),
    );
    assert!(matches!(
        reader.probe(&target, &wrong).await,
        Probe::Unclear(_)
    ));
    assert_eq!(reader.probe(&target, &right).await, Probe::Accepted);
    database.admin("REVOKE CONNECT ON DATABASE postgres FROM PUBLIC");
    assert_eq!(reader.probe(&target, &right).await, Probe::Forbidden);
    database.admin("GRANT CONNECT ON DATABASE postgres TO PUBLIC; ALTER ROLE svc NOLOGIN");
    assert_eq!(reader.probe(&target, &right).await, Probe::Refused);
    assert!(matches!(
        reader.probe(&target, &wrong).await,
        Probe::Unclear(_)
    ));
    // What was right and is not any more has been changed; what pg_hba.conf refuses says nothing.
    database.admin("ALTER ROLE svc LOGIN PASSWORD 'another'");
    assert_eq!(reader.probe(&target, &right).await, Probe::Refused);
    database.admin("ALTER ROLE svc PASSWORD 'canary-leaked-5f2b'");
    admits(&database, "host all all 127.0.0.1/32 reject");
    let mut told = reader.probe(&target, &right).await;
    for _ in 0..100 {
        if told != Probe::Accepted {
            break;
        }
        tokio::task::yield_now().await;
        told = reader.probe(&target, &right).await;
    }
    assert!(matches!(told, Probe::Unclear(_)), "{told:?}");
}

/// Lets the server admit whoever is none of the administrators as a line of `pg_hba.conf` says.
fn admits(database: &Database, line: &str) {
    let ours = "host all contain,admin 127.0.0.1/32 scram-sha-256";
    database.admin(&format!(
        "COPY (SELECT unnest(ARRAY['{ours}', '{line}'])) TO PROGRAM 'cat > pg_hba.conf'"
    ));
    database.admin("SELECT pg_reload_conf()");
}

#[tokio::test]
async fn a_password_that_nobody_asked_for_is_not_known_as_right() {
    let database = Database::start(&[]);
    let provider = provider(&database.url(), Duration::from_secs(10));
    let reader = provider.reader(None);
    let target = ROLE.parse().unwrap();
    let guess = Secret::new("guess".to_owned());
    // Where the server trusts, it lets anybody in, and keeps everybody out who may not log in.
    admits(&database, "host all all 127.0.0.1/32 trust");
    let mut told = reader.probe(&target, &guess).await;
    for _ in 0..100 {
        if told == Probe::Accepted {
            break;
        }
        tokio::task::yield_now().await;
        told = reader.probe(&target, &guess).await;
    }
    assert_eq!(told, Probe::Accepted);
    database.admin("ALTER ROLE svc NOLOGIN");
    assert_eq!(reader.probe(&target, &guess).await, Probe::Refused);
    // Neither showed that it was ever the role's.
    database.admin("ALTER ROLE svc LOGIN");
    admits(&database, "host all all 127.0.0.1/32 scram-sha-256");
    let mut told = reader.probe(&target, &guess).await;
    for _ in 0..100 {
        if told != Probe::Accepted {
            break;
        }
        tokio::task::yield_now().await;
        told = reader.probe(&target, &guess).await;
    }
    assert!(matches!(told, Probe::Unclear(_)), "{told:?}");
}

/// The call of an action, as a plan makes it: an inverse is fed by what was seen before.
pub(super) fn call(spec: &Spec, target: &str, before: &Fields) -> Call {
    let with = spec
        .arguments(&Fields::new())
        .into_iter()
        .map(|(name, arg)| match arg {
            Arg::Before(field) => (
                name,
                Arg::Is(before.get(&field).cloned().unwrap_or(Value::Null)),
            ),
            other => (name, other),
        });
    Call {
        action: spec.id.clone(),
        target: target.parse().unwrap(),
        with: with.collect(),
        secret: None,
        tag: Tag("contain-test-1".to_owned()),
    }
}

pub(super) async fn fields(provider: &dyn Provider, target: &str) -> Fields {
    let targets = [target.parse().unwrap()];
    let seen = provider.reader(None).observe(&targets).await.remove(0);
    match seen.fact {
        Fact::Present(fields) => fields,
        other => panic!("{target}: {other:?}"),
    }
}

/// What is held against the server here: all there is.
const ALL: [&str; 7] = [
    "postgres.block-login",
    "postgres.allow-login",
    "postgres.limit-connections",
    "postgres.lift-connection-limit",
    "postgres.expire-password",
    "postgres.restore-password-expiry",
    "postgres.rotate-password",
];

#[tokio::test]
async fn every_cut_shows_twice_is_once_and_is_given_back_exactly() {
    let database = Database::start(&[]);
    let provider = provider(&database.url(), Duration::from_secs(10));
    let specs = postgres::actions();
    assert_eq!(
        specs
            .iter()
            .map(|spec| spec.id.to_string())
            .collect::<Vec<_>>(),
        ALL
    );
    let weird = "postgres:role/we\"ird';%20DROP%20ROLE%20healthy;%20--@main";
    let whole = "SELECT rolname, rolcanlogin, rolconnlimit, coalesce(rolvaliduntil, 'infinity') FROM pg_roles ORDER BY 1";
    for target in [ROLE, weird] {
        for spec in specs.iter().filter(|spec| spec.cut().is_some()) {
            let (world, before) = (
                database.admin(whole),
                fields(provider.as_ref(), target).await,
            );
            let act = call(spec, target, &before);
            for _ in 0..2 {
                let outcome = provider
                    .actor(None, &spec.permissions)
                    .perform(std::slice::from_ref(&act))
                    .await
                    .remove(0);
                assert!(
                    matches!(&outcome, Outcome::Done(answer) if answer.applied),
                    "{}: {outcome:?}",
                    spec.id
                );
                let present = fields(provider.as_ref(), target).await;
                assert!(
                    spec.is_done(&present, &Fields::new(), Time::MAX),
                    "{}: {present:?}",
                    spec.id
                );
            }
            assert_ne!(database.admin(whole), world, "{}", spec.id);
            let Undo::By(inverse) = &spec.undo else {
                panic!("{} is not given back", spec.id);
            };
            let inverse = specs.iter().find(|other| other.id == *inverse).unwrap();
            let back = call(inverse, target, &before);
            let outcome = provider
                .actor(None, &inverse.permissions)
                .perform(&[back])
                .await
                .remove(0);
            assert!(
                matches!(outcome, Outcome::Done(_)),
                "{}: {outcome:?}",
                inverse.id
            );
            assert_eq!(database.admin(whole), world, "{}", inverse.id);
            assert_eq!(fields(provider.as_ref(), target).await, before);
        }
    }
}

#[tokio::test]
async fn a_new_password_reaches_the_store_and_never_the_servers_log() {
    // Every statement goes to the server's log, which the test reads through the server itself.
    let database = Database::start(&["logging_collector=on", "log_directory=written"]);
    let provider = provider(&database.url(), Duration::from_secs(10));
    let specs = postgres::actions();
    let spec = specs
        .iter()
        .find(|spec| spec.id.to_string() == "postgres.rotate-password")
        .unwrap();
    let act = call(spec, ROLE, &Fields::new());
    let outcome = provider
        .actor(None, &spec.permissions)
        .perform(&[act])
        .await
        .remove(0);
    let Outcome::Done(answer) = outcome else {
        panic!("{outcome:?}");
    };
    let pair: Value = serde_json::from_str(answer.secret.unwrap().expose()).unwrap();
    assert_eq!(pair["username"], "svc");
    let password = pair["password"].as_str().unwrap();
    assert_eq!(
        database.says(("svc", password), "SELECT 1"),
        Ok("1".to_owned())
    );
    assert!(database.says(("svc", LEAKED), "SELECT 1").is_err());
    let hash = database.admin("SELECT left(rolpassword, 13) FROM pg_authid WHERE rolname = 'svc'");
    assert_eq!(hash, "SCRAM-SHA-256");
    let log = database
        .admin("SELECT string_agg(pg_read_file('written/' || name), '') FROM pg_ls_logdir()");
    assert!(log.contains("PASSWORD 'SCRAM-SHA-256"), "{log}");
    assert!(!log.contains(password));
}

/// What could not be seen of what hangs on it, and that withholds.
async fn unseen(provider: &dyn Provider) -> Vec<String> {
    held::unseen(provider, &ROLE.parse().unwrap()).await
}

#[tokio::test]
async fn what_a_role_could_create_before_its_rights_were_taken_stays_unseen() {
    let database = Database::start(&[]);
    let begin = || provider(&database.url(), Duration::from_secs(10));
    let told = vec![format!("which roles {ROLE} created")];
    assert_eq!(unseen(begin().as_ref()).await, Vec::<String>::new());
    database.admin("ALTER ROLE svc CREATEROLE");
    let (asked, looked) = (begin(), begin());
    assert_eq!(unseen(asked.as_ref()).await, told);
    let targets = [ROLE.parse().unwrap()];
    let before = looked.reader(None).observe(&targets).await.remove(0);
    database.admin("ALTER ROLE svc NOCREATEROLE");
    // Whoever saw it once knows it, and so does whoever has the receipt.
    let recalls = begin();
    let spec = postgres::actions().remove(0);
    recalls.recall(&call(&spec, ROLE, &Fields::new()), &before, None, None);
    for knows in [asked, looked, recalls] {
        assert_eq!(unseen(knows.as_ref()).await, told);
    }
}

#[tokio::test]
async fn whom_we_act_as_is_our_own_under_every_name_of_its_server() {
    let (database, elsewhere) = (Database::start(&[]), Database::start(&[]));
    let (host, port) = database.at();
    let admin = format!("postgresql://admin:of-the-test@{host}:{port}/postgres");
    let servers = [
        ("one", database.url()),
        ("two", admin),
        ("far", elsewhere.url()),
    ];
    let servers = servers.each_ref().map(|(name, url)| (*name, url.as_str()));
    // Whether or not we may see which cluster it is.
    for statement in [
        "SELECT 1",
        "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC",
    ] {
        database.admin(statement);
        let provider = held::of_servers(&postgres::NATIVE, &servers, Duration::from_secs(10));
        let own = provider.reader(None).whoami().await.unwrap();
        let mut own: Vec<String> = own.iter().map(ToString::to_string).collect();
        own.sort();
        let ours = [
            "admin@one",
            "admin@two",
            "contain@far",
            "contain@one",
            "contain@two",
        ];
        let ours = ours.map(|one| format!("postgres:role/{one}"));
        assert_eq!(own, ours, "{statement}");
    }
}

#[tokio::test]
async fn of_an_answer_without_end_the_beginning_is_taken_and_that_is_said() {
    let database = Database::start(&[]);
    let provider = provider(&database.url(), Duration::from_secs(10));
    database.admin(
        "DO $$ BEGIN FOR nth IN 1..999 LOOP EXECUTE format('CREATE ROLE m%s LOGIN IN ROLE svc', nth); END LOOP; END $$",
    );
    // With `healthy` these are as many as are taken.
    assert_eq!(unseen(provider.as_ref()).await, Vec::<String>::new());
    database.admin("CREATE ROLE one_more LOGIN IN ROLE svc");
    let told = vec![format!("all members of {ROLE}")];
    assert_eq!(unseen(provider.as_ref()).await, told);
}
