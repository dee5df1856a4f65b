//! What hangs on a user, what it may do, and what it does right now.
//!
//! Never claims to know which users it made: Redis does not note that.

use serde_json::{Value, json};

use super::adapter::Handle;
use super::client::Reader;
use super::kind;
use super::rules::{self, Client};
use super::user::{clients, may_make_users, resolve_user, run, user};
use crate::domain::{
    Because, Duration, Fields, Found, Locator, NotSeen, Query, ReadKind, Reading, Relation, Time,
    Why,
};

pub(super) async fn read(on: &Handle, query: &Query) -> Result<Reading, Why> {
    let (mut reader, user) = resolve_user(on, &query.target).await?;
    let now = on.clock().now();
    match query.read {
        ReadKind::Reach | ReadKind::Credentials if query.target.kind().noun() == "client" => {
            Ok(Reading::default())
        }
        ReadKind::Reach | ReadKind::Credentials => {
            let mut reading = reach(on, (&mut reader, &user), now).await?;
            let wanted = |found: &Found| {
                query.relations.is_empty()
                    || found
                        .relation
                        .is_none_or(|relation| query.relations.contains(&relation))
            };
            reading.found.retain(wanted);
            Ok(reading)
        }
        ReadKind::Activity => activity(&mut reader, &user, now).await,
        ReadKind::Permissions | ReadKind::Grants => permissions(&mut reader, &user).await,
        ReadKind::State => Err(Why::new(
            Because::NotImplemented,
            "Redis answers no such question",
        )),
    }
}

fn unseen(what: String, because: Because, text: &str, withholds: bool) -> NotSeen {
    NotSeen {
        what,
        why: Why::new(because, text),
        withholds,
    }
}

fn describe(one: &Client, fields: &mut Fields) {
    let host = one
        .address
        .rsplit_once(':')
        .map_or(one.address.as_str(), |(host, _)| host);
    for (name, value) in [
        ("source_ip", host),
        ("user_agent", &one.name),
        ("last_command", &one.last),
    ] {
        if !value.is_empty() {
            fields.insert(name.to_owned(), json!(value));
        }
    }
}

/// When a connection was opened, by our clock; the server tells whole seconds.
fn opened(one: &Client, now: Time) -> Option<Time> {
    now.checked_sub(Duration::from_secs(one.age)).ok()
}

async fn reach(
    on: &Handle,
    (reader, target): (&mut Reader, &Locator),
    now: Time,
) -> Result<Reading, Why> {
    let mut reading = Reading {
        requests: 6,
        ..Reading::default()
    };
    let run = run(reader).await?;
    for one in clients(reader, target.id()).await? {
        let mut fields = Fields::from([
            ("principal".to_owned(), json!(target)),
            ("status".to_owned(), json!("Active")),
            ("credential".to_owned(), json!(true)),
        ]);
        describe(&one, &mut fields);
        reading.found.push(Found {
            what: Locator::new(
                &kind("client"),
                &format!("{}-{run}", one.id),
                target.account(),
            ),
            relation: Some(Relation::Minted),
            evidence: "an open connection in CLIENT LIST".to_owned(),
            at: opened(&one, now),
            fields,
        });
    }
    let replication = reader.ask(&["INFO", "replication"]).await?;
    let count = |name| rules::info(&replication, name).and_then(|count| count.parse::<u64>().ok());
    let replicas = count("connected_slaves").unwrap_or_default();
    let is_replica = rules::info(&replication, "role").is_some_and(|role| role == "slave");
    if replicas > 0 || is_replica {
        let text = "users are not replicated: name each server under providers.redis.servers and isolate the user on each";
        let what = match is_replica {
            true => format!("the user {} on the primary of this server", target.id()),
            false => format!("the user {} on {replicas} replicas", target.id()),
        };
        reading
            .not_seen
            .push(unseen(what, Because::Denied, text, true));
    }
    let server = reader.ask(&["INFO", "server"]).await?;
    if rules::info(&server, "redis_mode").is_some_and(|mode| mode == "cluster") {
        let text = "each node of a cluster has users of its own: name each as a server";
        let what = format!("the user {} on the other nodes of the cluster", target.id());
        reading
            .not_seen
            .push(unseen(what, Because::Denied, text, true));
    }
    reading.not_seen.extend(made(on, (reader, target)).await?);
    Ok(reading)
}

/// What cannot be seen of the users that it made, where it ever could make any.
async fn made(
    on: &Handle,
    (reader, target): (&mut Reader, &Locator),
) -> Result<Option<NotSeen>, Why> {
    if let Some(user) = user(reader, target.id()).await?
        && may_make_users(reader, (target.id(), &user)).await
    {
        on.servers().listed.could_make(target);
    }
    // What it may do now is what it was left with: it could before.
    let is_maker = on.servers().listed.is_maker(target);
    let text = "it may set users, or could before, and Redis does not note who made one: look through ACL LIST for those nobody knows";
    let what = format!("which users {} made", target.id());
    Ok(is_maker.then(|| unseen(what, Because::Denied, text, true)))
}

async fn activity(reader: &mut Reader, target: &Locator, now: Time) -> Result<Reading, Why> {
    let mut reading = Reading {
        requests: 2,
        ..Reading::default()
    };
    for one in clients(reader, target.id()).await? {
        let mut fields = Fields::from([
            ("event".to_owned(), json!("connection")),
            ("accepted".to_owned(), json!(true)),
        ]);
        describe(&one, &mut fields);
        reading.found.push(Found {
            what: target.clone(),
            relation: None,
            evidence: "CLIENT LIST".to_owned(),
            at: opened(&one, now),
            fields,
        });
    }
    let text = "Redis keeps no log of what was done: only who is connected is known";
    let what = format!("what connections of {} did that have ended", target.id());
    reading
        .not_seen
        .push(unseen(what, Because::NotImplemented, text, false));
    Ok(reading)
}

async fn permissions(reader: &mut Reader, target: &Locator) -> Result<Reading, Why> {
    let user = user(reader, target.id()).await?;
    let user = user.ok_or_else(|| Why::new(Because::Missing, format!("there is no {target}")))?;
    let found = |service: &str, actions: Value| Found {
        what: target.clone(),
        relation: None,
        evidence: "ACL GETUSER".to_owned(),
        at: None,
        fields: Fields::from([
            ("service".to_owned(), json!(service)),
            ("actions".to_owned(), actions),
        ]),
    };
    let mut all = vec![
        found(
            "commands",
            json!(user.commands.split_whitespace().collect::<Vec<_>>()),
        ),
        found("keys", json!([user.keys])),
        found("channels", json!([user.channels])),
    ];
    all.extend(
        user.selectors
            .iter()
            .map(|one| found("selector", json!([one]))),
    );
    Ok(Reading {
        found: all,
        requests: 1,
        ..Reading::default()
    })
}
