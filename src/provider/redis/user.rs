//! Looking at users and connections, and finding them by name.
//!
//! A user that is off is closed only once no connection of it is left.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::adapter::Handle;
use super::client::Reader;
use super::kind;
use super::rules::{self, Client, User};
use crate::domain::{Because, Fact, Fields, Locator, Named, Seen, Why};
use crate::provider::listed;

/// What stands in a field for how a user can be used.
pub(super) const OPEN: &str = "open";
const LINGERING: &str = "lingering";
const CLOSED: &str = "closed";

pub(super) fn garbled() -> Why {
    Why::new(
        Because::Garbled,
        "the server's answer could not be understood",
    )
}

pub(super) async fn observe(on: &Handle, targets: &[Locator]) -> Vec<Seen> {
    let asked = listed::by_server(targets)
        .into_iter()
        .map(|(server, targets)| of_server(on, server, targets));
    let facts = join_all(asked).await.into_iter().flatten().collect();
    listed::seen(targets, on.clock().now(), &facts)
}

async fn of_server(on: &Handle, server: &str, targets: Vec<&Locator>) -> BTreeMap<Locator, Fact> {
    let mut facts = BTreeMap::new();
    match on.servers().reader(server).await {
        Ok(mut reader) => {
            for target in targets {
                let fact = look(&mut reader, target).await;
                if let Ok(Fact::Present(fields)) = &fact
                    && makes_users(fields)
                {
                    on.servers().listed.could_make(target);
                }
                facts.insert(target.clone(), fact.unwrap_or_else(Fact::Unreadable));
            }
        }
        Err(why) => {
            let each = targets
                .iter()
                .map(|target| ((*target).clone(), Fact::Unreadable(why.clone())));
            facts.extend(each);
        }
    }
    facts
}

async fn look(reader: &mut Reader, target: &Locator) -> Result<Fact, Why> {
    match target.kind().noun() {
        "user" => match user(reader, target.id()).await? {
            Some(user) => {
                let clients = clients(reader, target.id()).await?.len();
                let fields = present(reader, (target.id(), &user), clients).await?;
                Ok(Fact::Present(principal(fields, target)))
            }
            None => Ok(Fact::Gone),
        },
        "client" => match connection(reader, target).await? {
            Some(client) => {
                let user = Locator::new(&kind("user"), &client.user, Some(&reader.name));
                let fields = Fields::from([("status".to_owned(), json!("Active"))]);
                Ok(Fact::Present(principal(fields, &user)))
            }
            None => Ok(Fact::Gone),
        },
        other => Err(Why::new(
            Because::Invalid,
            format!("redis knows no kind `{other}`"),
        )),
    }
}

fn principal(mut fields: Fields, user: &Locator) -> Fields {
    fields.insert("principal".to_owned(), json!(user));
    fields
}

/// A user by name; none where the server has none of that name.
pub(super) async fn user(reader: &mut Reader, name: &str) -> Result<Option<User>, Why> {
    let said = reader.ask(&["ACL", "GETUSER", name]).await?;
    User::read(&said).ok_or_else(garbled)
}

/// The connections that a user has open, ours aside.
pub(super) async fn clients(reader: &mut Reader, name: &str) -> Result<Vec<Client>, Why> {
    let ours: u64 =
        redis::from_redis_value(reader.ask(&["CLIENT", "ID"]).await?).map_err(|_| garbled())?;
    let all = rules::clients(&reader.ask(&["CLIENT", "LIST"]).await?).ok_or_else(garbled)?;
    Ok(all
        .into_iter()
        .filter(|one| one.user == name && one.id != ours)
        .collect())
}

async fn present(
    reader: &mut Reader,
    (name, user): (&str, &User),
    clients: usize,
) -> Result<Fields, Why> {
    let access = match (user.is_on, clients) {
        (true, _) => OPEN,
        (false, 0) => CLOSED,
        (false, _) => LINGERING,
    };
    let mut fields = Fields::from([
        ("access".to_owned(), json!(access)),
        ("connections".to_owned(), json!(clients)),
        ("commands".to_owned(), json!(user.commands)),
        ("selectors".to_owned(), json!(user.selectors)),
        ("passwords".to_owned(), json!(user.passwords())),
        (
            "makes_users".to_owned(),
            json!(may_make_users(reader, (name, user)).await),
        ),
    ]);
    if user.takes_any {
        fields.insert("takes_any_password".to_owned(), json!(true));
    }
    // What is not permitted to be asked is not known; that withholds nothing here.
    if let Ok(said) = reader.ask(&["CONFIG", "GET", "aclfile"]).await {
        let file = rules::config(&said, "aclfile").unwrap_or_default();
        fields.insert("survives_restart".to_owned(), json!(!file.is_empty()));
    }
    Ok(fields)
}

/// Whether a user may make others now; where the server cannot be asked (before Redis 7), its rules are read strictly.
pub(super) async fn may_make_users(reader: &mut Reader, (name, user): (&str, &User)) -> bool {
    let asked = reader
        .ask(&["ACL", "DRYRUN", name, "ACL", "SETUSER", "contain-probe"])
        .await;
    match asked {
        Ok(said) => said == redis::Value::Okay,
        Err(_) => {
            let selectors = user.selectors.iter().map(String::as_str);
            rules::may_set_users(&user.commands, selectors)
        }
    }
}

/// Whether a user that looks like this could make others; what an older receipt does not tell, its rules do.
pub(super) fn makes_users(fields: &Fields) -> bool {
    if let Some(told) = fields.get("makes_users").and_then(Value::as_bool) {
        return told;
    }
    let commands = fields.get("commands").and_then(Value::as_str);
    let selectors = fields.get("selectors").and_then(Value::as_array);
    let selectors = selectors.into_iter().flatten().filter_map(Value::as_str);
    commands.is_some_and(|commands| rules::may_set_users(commands, selectors))
}

/// The run of a server: connections are counted anew in each.
pub(super) async fn run(reader: &mut Reader) -> Result<String, Why> {
    let said = reader.ask(&["INFO", "server"]).await?;
    let run = rules::info(&said, "run_id").ok_or_else(garbled)?;
    Ok(run.chars().take(8).collect())
}

/// The connection of an id, while it is there.
async fn connection(reader: &mut Reader, target: &Locator) -> Result<Option<Client>, Why> {
    let parts = target
        .id()
        .split_once('-')
        .and_then(|(id, run)| Some((id.parse::<u64>().ok()?, run)));
    let (id, of_run) = parts.ok_or_else(|| {
        let text = "a connection is written ID-RUN, as contain lists it";
        Why::new(Because::Invalid, text)
    })?;
    if run(reader).await? != of_run {
        return Ok(None);
    }
    let all = rules::clients(&reader.ask(&["CLIENT", "LIST"]).await?).ok_or_else(garbled)?;
    Ok(all.into_iter().find(|one| one.id == id))
}

/// The user that something is about, with a connection to its server: of a connection, whose it is.
pub(super) async fn resolve_user(on: &Handle, target: &Locator) -> Result<(Reader, Locator), Why> {
    let mut reader = on
        .servers()
        .reader(target.account().unwrap_or_default())
        .await?;
    if *target.kind() == kind("user") {
        return Ok((reader, target.clone()));
    }
    match connection(&mut reader, target).await? {
        Some(client) => {
            let user = Locator::new(&kind("user"), &client.user, target.account());
            Ok((reader, user))
        }
        None => Err(Why::new(Because::Missing, format!("{target} has ended"))),
    }
}

/// Finds what was typed; without a server on all of them.
pub(super) async fn resolve(on: &Handle, named: &Named) -> Result<Locator, Why> {
    let candidates = on.servers().listed.candidates(named)?;
    listed::found(named, observe(on, &candidates).await)
}
