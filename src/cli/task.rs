//! What people answer about items: a manual task is done, an open item is waived.
//!
//! Writes it down with who said so; calls no provider.

use std::path::PathBuf;

use super::Ended;
use super::closing::refuse_closed;
use super::declare;
use super::failure::Failure;
use super::session::Session;
use super::work::{self, Work};
use crate::domain::case::About;
use crate::domain::event::{Decision, Does, Event};
use crate::domain::shell::quoted;
use crate::domain::state::Life;
use crate::domain::why::plain;
use crate::domain::{Digest, ItemRef};

/// Notes that a manual task was done, with the files that show it.
pub(super) async fn done(
    session: &Session,
    incident: Option<&str>,
    item: &str,
    note: Option<String>,
    evidence: &[PathBuf],
) -> Result<Ended, Box<Failure>> {
    declare::require(
        session,
        &["lead", "responder", "approver", "recovery", "owner"],
    )?;
    let work = work::open(session, session.folder(incident)?, false)?;
    refuse_closed(&work)?;
    let id = work.folder.id().to_owned();
    let (named, wants) = find(&work, item, |life| {
        life.planned.does == Does::Manual && life.state.is_open()
    })
    .map(|(named, life)| {
        (
            named,
            life.planned
                .asked
                .as_ref()
                .is_some_and(|asked| asked.evidence),
        )
    })?;
    if wants && evidence.is_empty() {
        let failure = Failure::usage(format!("`{}` counts only with evidence", named.key));
        return Err(Box::new(failure.hint(format!(
            "contain incident done {} --evidence FILE --incident {id}",
            quoted(&named.key.to_string())
        ))));
    }
    let mut events = Vec::new();
    let mut kept = Vec::new();
    for path in evidence {
        let bytes = super::workspace::bytes(path)?;
        let from = path.file_name().unwrap_or_default().to_string_lossy();
        let about = About {
            what: named.key.to_string(),
            from: format!("file {from}"),
            item: Some(named.clone()),
            complete: None,
            state: None,
        };
        let name = format!("{}.file", Digest::of(&bytes));
        let (path, digest) = work.folder.keep("evidence", &name, &bytes)?;
        events.push(Event::Attached {
            path,
            digest,
            about: Some(Box::new(about)),
        });
        kept.push(digest);
    }
    let decision = Decision {
        passed: true,
        by: session.actor().to_owned(),
        why: note.unwrap_or_else(|| "done".to_owned()),
        evidence: kept.clone(),
    };
    let key = named.key.to_string();
    events.push(Event::Decided {
        item: named,
        decision,
    });
    work.journal.append(events).await?;
    let kept: Vec<String> = kept.iter().map(ToString::to_string).collect();
    let mut ended = Ended::data(
        serde_json::json!({"item": key, "evidence": kept}),
        format!(
            "Noted in incident {id} that {} is done.\n\nNext:\n  contain resume --incident {id}\n",
            plain(&key)
        ),
    );
    ended.output.incident = Some(id);
    Ok(ended)
}

/// Notes that an open item holds back nothing any more.
pub(super) async fn waive(
    session: &Session,
    incident: Option<&str>,
    item: &str,
    why: String,
) -> Result<Ended, Box<Failure>> {
    declare::require(session, &["responder", "lead"])?;
    let work = work::open(session, session.folder(incident)?, false)?;
    refuse_closed(&work)?;
    let id = work.folder.id().to_owned();
    let (item, _) = find(&work, item, |life| life.state.is_open())?;
    let (key, by) = (item.key.to_string(), session.actor().to_owned());
    let event = Event::Waived { item, by, why };
    work.journal.append(vec![event]).await?;
    let mut ended = Ended::data(
        serde_json::json!({ "item": key }),
        format!(
            "Noted in incident {id} that {} is waived; nothing was changed.\n\nNext:\n  contain resume --incident {id}\n",
            plain(&key)
        ),
    );
    ended.output.incident = Some(id);
    Ok(ended)
}

/// The last life of an item in the latest run that has it and where it is so; else says which there are.
fn find(
    work: &Work,
    typed: &str,
    is_so: impl Fn(&Life) -> bool,
) -> Result<(ItemRef, Life), Box<Failure>> {
    work.journal.with_case(|case| {
        let runs = case.runs.keys().rev();
        let all: Vec<_> = runs
            .flat_map(|run| case.last_lives(*run).into_values())
            .filter(|(_, life)| is_so(life))
            .collect();
        let found = all.iter().find(|(item, _)| item.key.to_string() == typed);
        if let Some((item, life)) = found {
            return Ok(((*item).clone(), (*life).clone()));
        }
        let names: Vec<String> = all.iter().map(|(item, _)| item.key.to_string()).collect();
        let id = work.folder.id();
        let message = format!("incident `{id}` has no such open item `{}`", plain(typed));
        let mut failure = Failure::usage(message);
        if let Some(near) = crate::domain::nearest(typed, names.iter().map(String::as_str)) {
            failure = failure.hint(format!("did you mean `{near}`?"));
        }
        Err(Box::new(
            failure.hint(format!("contain status --incident {id}")),
        ))
    })
}
