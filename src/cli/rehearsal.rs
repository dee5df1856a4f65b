//! `contain provider schema`, `lint` and `test`: what whoever writes a pack needs. Asks no provider.

use std::path::PathBuf;

use serde_json::json;

use super::Ended;
use super::failure::{Failure, exit};
use super::session::Session;
use crate::domain::shell::quoted;
use crate::domain::why::plain;
use crate::pack;
use crate::playbook::Refused;

/// Prints the JSON Schema of packs.
pub(super) fn schema() -> Result<Ended, Box<Failure>> {
    let schema = pack::schema();
    let text = serde_json::to_string_pretty(&schema).map_err(Failure::internal)?;
    Ok(Ended::data(schema, text + "\n"))
}

/// Lints files.
pub(super) fn lint(session: &Session, files: &[PathBuf]) -> Result<Ended, Box<Failure>> {
    let (mut text, mut rows) = (String::new(), Vec::new());
    for path in files {
        let name = path.display().to_string();
        let said = super::workspace::read(path).map_err(|failure| match path.extension() {
            Some(_) => failure,
            None => Box::new(failure.hint(format!(
                "a pack is named by its file here: contain provider lint {}",
                quoted(&format!("providers/{name}.yaml"))
            ))),
        })?;
        let fits = pack::load(&name, &said).and_then(|pack| {
            let why = super::pack::unfit(&session.workspace, path, &pack);
            why.map_or(Ok(()), |why| {
                Err(super::pack::at_provider(&name, &said, &why))
            })
        });
        match fits {
            Ok(()) => text.extend([format!("{}: no problems\n", plain(&name))]),
            Err(refused) => {
                rows.extend(problems(&refused));
                text.extend([format!("{}\n\n", refused.render(false).trim_end())]);
            }
        }
    }
    Ok(ended(text, rows, "problem"))
}

fn problems(refused: &Refused) -> impl Iterator<Item = serde_json::Value> + '_ {
    refused.problems.iter().map(|problem| {
        let (line, column) = refused.place(problem);
        json!({
            "file": refused.file, "line": line, "column": column, "code": problem.code,
            "message": problem.message, "nearest": problem.nearest, "hint": problem.hint,
        })
    })
}

fn ended(mut text: String, rows: Vec<serde_json::Value>, what: &str) -> Ended {
    let count = rows.len();
    if count > 0 {
        let ending = if count == 1 { "" } else { "s" };
        text.extend([format!("{count} {what}{ending}\n")]);
    }
    let mut ended = Ended::data(json!({ "problems": rows }), text);
    if count > 0 {
        ended.exit = Some(exit::USAGE);
        ended.output.outcome = crate::report::standing::Outcome::Failed;
    }
    ended
}

/// Runs the recorded conversations of packs.
#[cfg(feature = "http")]
pub(super) async fn test(session: &Session, names: &[String]) -> Result<Ended, Box<Failure>> {
    let (mut text, mut rows) = (String::new(), Vec::new());
    for name in names {
        let pack = super::pack::find(&session.workspace, name)?;
        let all = pack::rehearse(&pack).await.map_err(|error| {
            let message = format!("failed to start a server on loopback: {error}");
            Box::new(Failure::usage(message))
        })?;
        for one in &all {
            let mark = if one.problems.is_empty() {
                "ok    "
            } else {
                "FAILS "
            };
            text.extend([format!("{mark} {}: {}\n", pack.name(), plain(&one.name))]);
            for problem in &one.problems {
                text.extend([format!("         {}\n", plain(problem))]);
                rows.push(json!({"pack": pack.name(), "test": one.name, "message": problem}));
            }
        }
        text.extend([format!("{}: {} conversations\n", pack.name(), all.len())]);
    }
    Ok(ended(text, rows, "problem"))
}

#[cfg(not(feature = "http"))]
pub(super) async fn test(_: &Session, _: &[String]) -> Result<Ended, Box<Failure>> {
    let message = "this build runs no packs (feature `http`)";
    Err(Box::new(Failure::usage(message)))
}
