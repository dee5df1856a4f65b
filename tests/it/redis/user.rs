//! A user through the whole program, and each action by itself.

use contain::domain::{
    Arg, Call, Duration, Fact, Fields, Outcome, Probe, Secret, Spec, Tag, Time, Undo,
};
use contain::provider::{Provider, redis};
use serde_json::Value;

use super::{LEAKED, OURS, Store, Tap, provider};
use crate::held;

const USER: &str = "redis:user/svc@main";

/// A playbook of the one cut, which does not look for its effect for long.
const ONE_CUT: &str = "contain: 1\nplaybook: one-cut\nsummary: One cut\ninputs:\n  subject: {type: locator, required: true}\nphases:\n  isolate:\n    - id: stop\n      do: suspend\n      target: \"${subject}\"\n      verify: {within: 3s}\n";

#[test]
fn a_user_is_contained_verified_and_given_back_for_real() {
    let store = Store::start(&[]);
    let rules = store.rules("svc");
    let mut open = store.session("svc", LEAKED);
    let mut healthy = store.session("healthy", "canary-healthy");
    assert_eq!(open.say(&["SET", "cache:1", "x"]), "+OK\r\n");
    let desk = store.desk();
    let told = desk.run(&["isolate", USER, "--secret", "env:LEAKED", "--yes", "--json"]);
    assert_eq!(told.exit, 0, "{told:?}");
    // What settled while it was probed is contained already.
    assert!(
        ["isolated", "contained"].contains(&told.outcome()),
        "{told:?}"
    );
    let item = told.item("user/svc", "redis.disable-user");
    assert_eq!(item["verdict"], "probed-dead", "{told:?}");

    // What the attacker sees: the connection is gone, and AUTH is refused with the right password.
    assert_eq!(open.say(&["GET", "cache:1"]), "");
    assert!(
        store
            .line()
            .say(&["AUTH", "svc", LEAKED])
            .starts_with("-WRONGPASS")
    );
    assert_eq!(healthy.say(&["GET", "cache:1"]), "$1\r\nx\r\n");

    desk.run(&["verify", "--wait", "--json"])
        .assert(0, "contained");
    desk.assert_journal_verifies();
    let journal = desk
        .journal()
        .iter()
        .map(Value::to_string)
        .collect::<String>();
    assert!(!journal.contains(LEAKED) && !journal.contains(OURS));

    let asked = desk.run(&["restore", USER, "--yes", "--json"]);
    asked.assert(3, "waiting");
    let code = asked.json["confirm"].as_str().unwrap();
    desk.run(&["apply", code, "--confirm", code, "--json"])
        .assert(0, "restored");
    assert_eq!(store.rules("svc"), rules);
    assert_eq!(
        store.session("svc", LEAKED).say(&["GET", "cache:1"]),
        "$1\r\nx\r\n"
    );
}

#[test]
fn a_url_with_the_password_is_all_that_has_to_be_known() {
    for from in [true, false] {
        let store = Store::start(&[]);
        let mut open = store.session("svc", LEAKED);
        assert_eq!(open.say(&["SET", "cache:1", "x"]), "+OK\r\n");
        // Its host is what the program that leaked it calls the server.
        let url = format!(
            "redis://svc:{}@cache.internal/0",
            LEAKED.replace('-', "%2D")
        );
        let desk = store.desk();
        let told = match from {
            true => desk
                .file("leak.txt", &format!("REDIS_URL={url}\n"))
                .run(&["isolate", "--from", "leak.txt", "--yes", "--json"]),
            false => desk.with("LEAKED_URL", &url).run(&[
                "isolate",
                USER,
                "--secret",
                "env:LEAKED_URL",
                "--yes",
                "--json",
            ]),
        };
        let item = told.item("user/svc", "redis.disable-user");
        assert_eq!(item["verdict"], "probed-dead", "{told:?}");
        assert!(!told.out.contains(LEAKED) && !told.err.contains(LEAKED));
    }
}

#[test]
fn off_alone_is_not_called_isolated_while_a_connection_lives() {
    let store = Store::start(&[]);
    // Whom we act as may switch users off, and may not end their connections.
    let ours = [
        "ACL",
        "SETUSER",
        "responder",
        "on",
        ">canary-of-ours",
        "+@all",
        "-client|kill",
    ];
    assert_eq!(store.admin(&ours), "+OK\r\n");
    let mut open = store.session("svc", LEAKED);
    let url = format!("redis://responder:canary-of-ours@{}", store.0.endpoint());
    let desk = store
        .desk()
        .with("REDIS_URL", &url)
        .file("one-cut.yaml", ONE_CUT);
    let told = desk.run(&[
        "run",
        "one-cut.yaml",
        "--subject",
        USER,
        "--secret",
        "env:LEAKED",
        "--yes",
        "--json",
    ]);
    assert_eq!(told.exit, 5, "{told:?}");
    assert!(
        !["isolated", "contained"].contains(&told.outcome()),
        "{told:?}"
    );
    let kept = desk
        .journal()
        .iter()
        .map(Value::to_string)
        .collect::<String>();
    assert!(kept.contains("its connections were not ended"), "{kept}");
    // It is off, and the connection that was open goes on: that is what Redis does.
    assert!(
        store
            .line()
            .say(&["AUTH", "svc", LEAKED])
            .starts_with("-WRONGPASS")
    );
    assert_eq!(open.say(&["PING"]), "+PONG\r\n");
    let verified = desk.run(&["verify", "--json"]);
    assert_eq!(verified.exit, 5, "{verified:?}");
    // With the right it goes on, and ends the connection.
    assert_eq!(
        store.admin(&["ACL", "SETUSER", "responder", "+client|kill"]),
        "+OK\r\n"
    );
    let told = desk.run(&["resume", "--yes", "--json"]);
    assert_eq!(told.exit, 0, "{told:?}");
    assert_eq!(open.say(&["PING"]), "");
}

#[test]
fn what_an_acl_file_keeps_survives_a_restart_and_what_has_none_is_told() {
    let store = Store::start(&[]);
    let desk = store.desk();
    store.admin(&["ACL", "SETUSER", "intruder", "on", ">mine", "+@all"]);
    let plan = desk.run(&["plan", USER, "--json"]);
    let warned = "one that somebody set and never saved too";
    assert!(plan.out.contains(warned), "{plan:?}");
    let hurts = redis::actions().into_iter().map(|spec| spec.hurts);
    assert!(hurts.into_iter().all(|hurts| hurts.contains(warned)));
    let told = desk.run(&["isolate", USER, "--yes", "--json"]);
    assert_eq!(told.outcome(), "isolated", "{told:?}");
    // The server reads its own file again, as it does when it starts.
    assert_eq!(store.admin(&["ACL", "LOAD"]), "+OK\r\n");
    assert!(
        store
            .line()
            .say(&["AUTH", "svc", LEAKED])
            .starts_with("-WRONGPASS")
    );
    // It is true: what was in memory alone is kept as well.
    assert!(store.rules("intruder").contains(" on "));
    let bare = Store::start(&["ACLFILE=no"]);
    let desk = bare.desk();
    let told = desk.run(&["isolate", USER, "--yes", "--json"]);
    assert_eq!(told.outcome(), "isolated", "{told:?}");
    let kept = desk
        .journal()
        .iter()
        .map(Value::to_string)
        .collect::<String>();
    assert!(
        kept.contains("a restart brings back what its configuration says"),
        "{kept}"
    );
}

#[test]
fn a_user_of_a_server_with_replicas_is_never_called_contained() {
    let store = Store::start(&[]);
    let replica = Store::start(&["replicaof=127.0.0.1 0"]);
    let (host, port) = store.0.endpoint().split_once(':').unwrap();
    for words in [
        &["CONFIG", "SET", "masterauth", OURS][..],
        &["REPLICAOF", host, port],
    ] {
        assert_eq!(replica.admin(words), "+OK\r\n");
    }
    for _ in 0..500 {
        if redis_cli_info(&store).contains("connected_slaves:1") {
            break;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(20));
    }
    let desk = store.desk();
    desk.run(&["isolate", USER, "--yes", "--json"])
        .assert(0, "isolated");
    let told = desk.run(&["verify", "--wait", "--json"]);
    assert_ne!(told.outcome(), "contained", "{told:?}");
    assert!(told.out.contains("users are not replicated"), "{told:?}");
    assert_eq!(replica.line().say(&["AUTH", "svc", LEAKED]), "+OK\r\n");
}

fn redis_cli_info(store: &Store) -> String {
    super::redis_cli(store, &["INFO", "replication"])
}

#[tokio::test]
async fn a_wrong_password_proves_nothing_and_the_right_one_only_by_the_answer_to_auth() {
    let store = Store::start(&[]);
    let provider = provider(&store.url(), Duration::from_secs(10));
    let reader = provider.reader(None);
    let target = USER.parse().unwrap();
    let (right, wrong) = (
        Secret::new(LEAKED.to_owned()),
        Secret::new("guess".to_owned()),
    );
    assert!(matches!(
        reader.probe(&target, &wrong).await,
        Probe::Unclear(_)
    ));
    assert_eq!(reader.probe(&target, &right).await, Probe::Accepted);
    store.admin(&["ACL", "SETUSER", "svc", "off"]);
    assert_eq!(reader.probe(&target, &right).await, Probe::Refused);
    // Redis says the same of both.
    assert!(matches!(
        reader.probe(&target, &wrong).await,
        Probe::Unclear(_)
    ));
    store.admin(&["ACL", "SETUSER", "svc", "on", "resetpass", ">another"]);
    assert_eq!(reader.probe(&target, &right).await, Probe::Refused);
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
const ALL: [&str; 5] = [
    "redis.disable-user",
    "redis.enable-user",
    "redis.deny-commands",
    "redis.permit-commands",
    "redis.rotate-password",
];

#[tokio::test]
async fn every_cut_shows_twice_is_once_and_is_given_back_exactly() {
    let store = Store::start(&[]);
    let ids: Vec<String> = redis::actions()
        .iter()
        .map(|spec| spec.id.to_string())
        .collect();
    assert_eq!(ids, ALL);
    store.admin(&[
        "ACL",
        "SETUSER",
        "svc",
        "(+get ~shared:*)",
        "(-@all +publish &news)",
    ]);
    let provider = provider(&store.url(), Duration::from_secs(10));
    let specs = redis::actions();
    for target in [USER, "redis:user/healthy@main"] {
        let name = target
            .trim_start_matches("redis:user/")
            .trim_end_matches("@main");
        for spec in specs.iter().filter(|spec| spec.cut().is_some()) {
            let (world, before) = (store.rules(name), fields(provider.as_ref(), target).await);
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
            assert_ne!(store.rules(name), world, "{}", spec.id);
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
            assert_eq!(store.rules(name), world, "{}", inverse.id);
            assert_eq!(fields(provider.as_ref(), target).await, before);
        }
    }
}

#[tokio::test]
async fn what_is_given_back_is_rules_about_commands_and_a_missing_user_is_not_made() {
    let store = Store::start(&[]);
    let provider = provider(&store.url(), Duration::from_secs(10));
    let specs = redis::actions();
    let spec = |id: &str| specs.iter().find(|spec| spec.id.to_string() == id).unwrap();
    let permit = spec("redis.permit-commands");
    for evil in ["+@all >mine", "nopass", "+get ~*", "(on)"] {
        let before = Fields::from([
            ("commands".to_owned(), evil.into()),
            ("selectors".to_owned(), Value::Array(Vec::new())),
        ]);
        let rules = store.rules("svc");
        let outcome = provider
            .actor(None, &permit.permissions)
            .perform(&[call(permit, USER, &before)])
            .await
            .remove(0);
        assert!(
            matches!(outcome, Outcome::Refused(_)),
            "{evil}: {outcome:?}"
        );
        assert_eq!(store.rules("svc"), rules);
    }
    let disable = spec("redis.disable-user");
    let outcome = provider
        .actor(None, &disable.permissions)
        .perform(&[call(disable, "redis:user/nobody@main", &Fields::new())])
        .await
        .remove(0);
    assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
    assert_eq!(store.rules("nobody"), "");
}

#[tokio::test]
async fn a_new_password_is_the_only_one_and_the_server_never_hears_it() {
    let store = Store::start(&[]);
    store.admin(&["ACL", "SETUSER", "svc", ">a-second-one"]);
    let mut monitor = store.session("default", OURS);
    assert_eq!(monitor.say(&["MONITOR"]), "+OK\r\n");
    let provider = provider(&store.url(), Duration::from_secs(10));
    let specs = redis::actions();
    let spec = specs
        .iter()
        .find(|spec| spec.id.to_string() == "redis.rotate-password")
        .unwrap();
    let act = call(spec, USER, &Fields::new());
    let outcome = provider
        .actor(None, &spec.permissions)
        .perform(&[act])
        .await
        .remove(0);
    let Outcome::Done(answer) = outcome else {
        panic!("{outcome:?}");
    };
    let pair: Value = serde_json::from_str(answer.secret.unwrap().expose()).unwrap();
    let password = pair["password"].as_str().unwrap();
    assert!(!store.rules("svc").contains(password));
    assert_eq!(store.line().say(&["AUTH", "svc", password]), "+OK\r\n");
    for old in [LEAKED, "a-second-one"] {
        assert!(
            store
                .line()
                .say(&["AUTH", "svc", old])
                .starts_with("-WRONGPASS")
        );
    }
}

/// What could not be seen of what hangs on it, and that withholds.
async fn unseen(provider: &dyn Provider) -> Vec<String> {
    held::unseen(provider, &USER.parse().unwrap()).await
}

#[tokio::test]
async fn what_a_user_could_make_before_its_commands_were_taken_stays_unseen() {
    let store = Store::start(&[]);
    let begin = || provider(&store.url(), Duration::from_secs(10));
    let told = vec!["which users svc made".to_owned()];
    assert_eq!(unseen(begin().as_ref()).await, Vec::<String>::new());
    store.admin(&["ACL", "SETUSER", "svc", "+acl"]);
    let (asked, looked) = (begin(), begin());
    assert_eq!(unseen(asked.as_ref()).await, told);
    let targets = [USER.parse().unwrap()];
    let mut before = looked.reader(None).observe(&targets).await.remove(0);
    // Denying its commands is what contain itself does.
    let specs = redis::actions();
    let deny = specs
        .iter()
        .find(|spec| spec.id.to_string() == "redis.deny-commands");
    let (deny, none) = (deny.unwrap(), Fields::new());
    let outcome = looked
        .actor(None, &deny.permissions)
        .perform(&[call(deny, USER, &none)])
        .await
        .remove(0);
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    // Whoever saw it once knows it, and so does whoever has the receipt, also one that only tells its rules.
    let recalls = begin();
    recalls.recall(&call(deny, USER, &none), &before, None, None);
    let Fact::Present(fields) = &mut before.fact else {
        panic!("{before:?}");
    };
    fields.remove("makes_users").unwrap();
    let recalls_rules = begin();
    recalls_rules.recall(&call(deny, USER, &none), &before, None, None);
    for knows in [asked, looked, recalls, recalls_rules] {
        assert_eq!(unseen(knows.as_ref()).await, told);
    }
}

#[tokio::test]
async fn further_sets_of_rules_are_cleared_only_where_there_are_any() {
    let store = Store::start(&[]);
    store.admin(&["ACL", "SETUSER", "healthy", "(+get ~shared:*)"]);
    let tap = Tap::before(&store);
    let provider = provider(&tap.url(), Duration::from_secs(10));
    let before = Fields::from([
        ("commands".to_owned(), "-@all +get".into()),
        ("selectors".to_owned(), Value::Array(Vec::new())),
    ]);
    let deny = "redis.deny-commands";
    for (id, user, sent) in [
        // Redis 6 refuses all of a command that has a rule which it does not know.
        (deny, "svc", "ACL SETUSER svc -@all ACL"),
        (
            "redis.permit-commands",
            "svc",
            "ACL SETUSER svc -@all -@all +get",
        ),
        (deny, "healthy", "ACL SETUSER healthy clearselectors -@all"),
    ] {
        let specs = redis::actions();
        let spec = specs.iter().find(|spec| spec.id.to_string() == id).unwrap();
        let act = call(spec, &format!("redis:user/{user}@main"), &before);
        let outcome = provider
            .actor(None, &spec.permissions)
            .perform(&[act])
            .await
            .remove(0);
        assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
        let asked = tap.asked().replace("CONFIG GET aclfile", "");
        let asked = asked.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(asked.contains(sent), "{id}: {asked}");
    }
}

#[tokio::test]
async fn whom_we_act_as_is_our_own_under_every_name_of_its_server() {
    let (store, elsewhere) = (Store::start(&[]), Store::start(&[]));
    store.admin(&[
        "ACL",
        "SETUSER",
        "responder",
        "on",
        ">canary-of-ours",
        "+@all",
    ]);
    let responder = format!("redis://responder:canary-of-ours@{}", store.0.endpoint());
    let servers = [
        ("one", store.url()),
        ("two", responder),
        ("far", elsewhere.url()),
    ];
    let servers = servers.each_ref().map(|(name, url)| (*name, url.as_str()));
    let provider = held::of_servers(&redis::NATIVE, &servers, Duration::from_secs(10));
    let own = provider.reader(None).whoami().await.unwrap();
    let mut own: Vec<String> = own.iter().map(ToString::to_string).collect();
    own.sort();
    let ours = [
        "default@far",
        "default@one",
        "default@two",
        "responder@one",
        "responder@two",
    ];
    assert_eq!(own, ours.map(|one| format!("redis:user/{one}")));
}
