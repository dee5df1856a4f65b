//! On what we stand at each server, for whoever asks before an incident: what our user may do there.
//!
//! Changes nothing.

use super::adapter::Handle;
use super::{rules, user};
use crate::domain::Why;
use crate::provider::{Footing, Stands};

pub(super) async fn footing(on: &Handle) -> Vec<Footing> {
    let names = on.servers().listed.names().unwrap_or_default();
    let mut all = Vec::with_capacity(names.len());
    for name in names {
        let (stands, said) = match rights(on, &name).await {
            Ok(said) => said,
            Err(why) => (Stands::Not, why.to_string()),
        };
        all.push(Footing {
            what: format!("redis server {name}"),
            stands,
            said,
        });
    }
    all
}

async fn rights(on: &Handle, name: &str) -> Result<(Stands, String), Why> {
    let mut reader = on.servers().reader(name).await?;
    let ours = rules::text(&reader.ask(&["ACL", "WHOAMI"]).await?).ok_or_else(user::garbled)?;
    let mut lacks = Vec::new();
    for words in [
        &["ACL", "SETUSER", "contain-probe"][..],
        &["ACL", "GETUSER", "contain-probe"],
        &["CLIENT", "LIST"],
        &["CLIENT", "KILL", "USER", "contain-probe"],
    ] {
        // A server before Redis 7 cannot be asked; what it refuses is then seen when it matters.
        let asked = reader
            .ask(&[&["ACL", "DRYRUN", ours.as_str()], words].concat())
            .await;
        if asked.is_ok_and(|said| said != redis::Value::Okay) {
            lacks.push(words.iter().take(2).copied().collect::<Vec<_>>().join(" "));
        }
    }
    let file = reader.ask(&["CONFIG", "GET", "aclfile"]).await;
    let is_kept =
        file.is_ok_and(|said| rules::config(&said, "aclfile").is_some_and(|file| !file.is_empty()));
    Ok(match (lacks.is_empty(), is_kept) {
        (true, true) => (
            Stands::Well,
            format!("{ours} may switch users off and end their connections"),
        ),
        (true, false) => (
            Stands::Loosely,
            format!(
                "{ours} may do what is needed, and no ACL file keeps it over a restart, as far as can be read"
            ),
        ),
        (false, _) => (Stands::Not, format!("{ours} may not {}", lacks.join(", "))),
    })
}
