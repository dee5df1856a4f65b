//! `contain playbook`: lint, document, list, show and begin playbooks.
//!
//! Reads files and the declarations of providers; sends nothing.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::Ended;
use super::failure::{Failure, exit};
use super::library::{self, FOLDER, Shelf};
use super::session::Session;
use super::wish::Text;
use crate::domain::why::plain;
use crate::journal::file;
use crate::playbook::{self, Playbook, Problem, Refused, Span};
use crate::report::page::Page;

/// Check playbooks, and show what the language and the shelf hold
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Check files, and report everything that is wrong with them; ends 2 on any problem
    Lint {
        /// The files
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Print the JSON Schema of a playbook, for editors
    Schema,
    /// Print the reference of the language, in Markdown
    Reference,
    /// List the playbooks that ship and those of the workspace
    List,
    /// Print a playbook
    Show {
        /// A playbook's name, or a file's path ending in .yaml
        #[arg(value_name = "PLAYBOOK")]
        name: String,
    },
    /// Begin a playbook in the workspace's playbooks/, with comments on what stands where
    New {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
}

pub(super) fn run(args: Args, session: &Session) -> Result<Ended, Box<Failure>> {
    match args.verb {
        Verb::Lint { files } => lint(session, &files),
        Verb::Schema => {
            let schema = playbook::schema();
            let text = serde_json::to_string_pretty(&schema).map_err(Failure::internal)?;
            Ok(Ended::data(schema, text + "\n"))
        }
        Verb::Reference => {
            let text = playbook::reference();
            Ok(Ended::data(json!({ "reference": text }), text.clone()))
        }
        Verb::List => list(session),
        Verb::Show { name } => {
            let text = Shelf::of(&session.workspace).text(&name)?;
            let data = json!({"file": text.name, "text": text.text});
            // What a file holds never moves the cursor.
            let shown: Vec<String> = text.text.lines().map(plain).collect();
            Ok(Ended::data(data, shown.join("\n") + "\n"))
        }
        Verb::New { name } => new(session, &name),
    }
}

fn told(refused: &Refused, into: &mut Vec<serde_json::Value>) {
    for problem in &refused.problems {
        into.push(row(&refused.file, refused.place(problem), problem));
    }
    for called in &refused.called {
        told(called, into);
    }
}

fn row(file: &str, (line, column): (usize, usize), problem: &Problem) -> serde_json::Value {
    json!({
        "file": file, "line": line, "column": column, "code": problem.code,
        "message": problem.message, "nearest": problem.nearest, "hint": problem.hint,
    })
}

fn lint(session: &Session, files: &[PathBuf]) -> Result<Ended, Box<Failure>> {
    let (mut text, mut problems, mut notes) = (Page::default(), Vec::new(), Vec::new());
    for path in files {
        let name = path.display().to_string();
        let read = super::workspace::read(path)?;
        let found = Text { name, text: read };
        match check(session, path, &found) {
            Ok(playbook) => {
                for note in &playbook.notes {
                    let refused = Refused::new(&found.name, &found.text, vec![note.clone()]);
                    let (line, column) = refused.place(note);
                    notes.push(row(&refused.file, (line, column), note));
                    text.add(&format!(
                        "note: {}:{line}:{column}: {}\n",
                        refused.file, note.message
                    ));
                }
                text.add(&format!("{}: no problems\n", plain(&found.name)));
            }
            Err(refused) => {
                told(&refused, &mut problems);
                text.add(&format!("{}\n\n", refused.render(false).trim_end()));
            }
        }
    }
    let count = problems.len();
    if count > 0 {
        text.add(&format!(
            "{count} {}\n",
            if count == 1 { "problem" } else { "problems" }
        ));
    }
    let mut ended = Ended::data(json!({"problems": problems, "notes": notes}), text);
    if count > 0 {
        ended.exit = Some(exit::USAGE);
        ended.output.outcome = crate::report::standing::Outcome::Failed;
    }
    Ok(ended)
}

/// Lints one file; one of the workspace's folder must be called as it says, and not as one that ships.
fn check(session: &Session, path: &std::path::Path, text: &Text) -> Result<Playbook, Refused> {
    let shelf = Shelf::of(&session.workspace);
    let vocabulary = library::vocabulary(&session.catalogue);
    let playbook = playbook::load_among(&text.name, &text.text, &vocabulary, &shelf)?;
    let is_own = shelf
        .own()
        .iter()
        .any(|(_, own)| own.canonicalize().ok() == path.canonicalize().ok());
    let why = if !is_own {
        None
    } else if library::is_shipped(&playbook.name) {
        Some(format!(
            "`{}` is the name of a playbook that ships, which always wins",
            playbook.name
        ))
    } else if path
        .file_stem()
        .is_none_or(|stem| stem != playbook.name.as_str())
    {
        Some(format!(
            "the file of `{0}` is called {0}.yaml",
            playbook.name
        ))
    } else {
        None
    };
    let Some(why) = why else {
        return Ok(playbook);
    };
    let at = text.text.find("playbook:").unwrap_or_default();
    let problem = Problem::new("name", Span::new(at, at + "playbook".len()), why);
    Err(Refused::new(&text.name, &text.text, vec![problem]))
}

fn list(session: &Session) -> Result<Ended, Box<Failure>> {
    let mut rows = Vec::new();
    let mut text = Page::default();
    let shelf = Shelf::of(&session.workspace);
    let vocabulary = library::vocabulary(&session.catalogue);
    for (name, source) in playbook::shipped() {
        let found = playbook::load_among(name, source, &vocabulary, &shelf)?;
        text.add(&format!("{name:<28} {}\n", found.summary));
        rows.push(
            json!({"name": name, "from": "shipped", "summary": found.summary, "problems": 0}),
        );
    }
    for (name, path) in shelf.own() {
        let read = Text {
            name: path.display().to_string(),
            text: super::workspace::read(&path)?,
        };
        let (summary, problems) = match check(session, &path, &read) {
            Ok(found) => (found.summary, 0),
            Err(refused) => (
                format!("REFUSED: contain playbook lint {}", path.display()),
                refused.problems.len(),
            ),
        };
        text.add(&format!("{:<28} {}\n", plain(&name), plain(&summary)));
        rows.push(json!({"name": name, "from": path, "summary": summary, "problems": problems}));
    }
    Ok(Ended::data(json!({ "playbooks": rows }), text))
}

fn new(session: &Session, name: &str) -> Result<Ended, Box<Failure>> {
    let Some(folder) = &session.workspace.folder else {
        let message = "there is no workspace here, so there is no place for a playbook";
        return Err(Box::new(
            Failure::usage(message)
                .hint("make an empty contain.yaml, or name one: --workspace DIR"),
        ));
    };
    if library::is_shipped(name) {
        let message = format!("`{name}` is the name of a playbook that ships");
        return Err(Box::new(
            Failure::usage(message).hint("choose another name"),
        ));
    }
    let text = SKELETON.replace("NAME", name);
    let folder = folder.join(FOLDER);
    let path = folder.join(format!("{name}.yaml"));
    // Invariant: nothing is written that lint would refuse, a name that is none included.
    let vocabulary = library::vocabulary(&session.catalogue);
    playbook::load(&format!("{name}.yaml"), &text, &vocabulary)?;
    if !folder.is_dir() {
        file::directory(&folder)?;
    }
    if path.symlink_metadata().is_ok() {
        let message = format!(
            "`{}` is there already, and is left as it is",
            path.display()
        );
        return Err(Box::new(
            Failure::usage(message).hint(format!("contain playbook show {name}")),
        ));
    }
    file::create(&path)?;
    file::store(&path, text.as_bytes())?;
    let shown = format!(
        "Made {0}\n\nNext: edit it, then\n  contain playbook lint {0}\n",
        path.display()
    );
    let mut ended = Ended::data(json!({"file": path, "text": text}), shown);
    ended.output.next = vec![format!("contain playbook lint {}", path.display())];
    Ok(ended)
}

/// What `new` writes.
const SKELETON: &str = r#"# What every line may say: contain playbook reference
contain: 1
playbook: NAME
summary: Say in one line what this contains
inputs:
  # What the operator names; `subject` in expressions.
  subject: {type: locator, required: true}
  # When a cut falls due for review; nothing is released by a timer.
  review: {type: duration, default: 4h, max: 24h}
phases:
  # Cut what is known. Nothing here waits, save for what it mentions.
  isolate:
    - id: stop
      do: suspend
      target: "${subject}"
      review: {after: "${inputs.review}", then: escalate}
  # Find what else there is, and cut it.
  inventory:
    - id: reach
      read: reach
      target: "${subject}"
      needs: []
    - id: stop-minted
      do: suspend
      for_each:
        in: "${steps.reach.items.filter(i, i.in_scope && i.relation == 'minted')}"
        as: found
        key: "${found.locator}"
      target: "${found.locator}"
  # Find out whether it worked.
  validate:
    - id: uses
      read: activity
      target: "${subject}"
      needs: [stop]
    - id: quiet
      check: "${steps.uses.items.filter(e, e.at > steps.stop.at && e.accepted).size() == 0}"
      needs: [uses, stop]
      evidence: required
  # Give back and replace: waits until the phases before have nothing open.
  reissue:
    - id: owner-agrees
      gate: {ask: "May ${subject} be replaced?", approvals: {owner: 1}, expires: 8h}
      needs: [quiet]
close:
  requires: [quiet.passed, nothing_in_doubt, no_overdue_reviews]
"#;
