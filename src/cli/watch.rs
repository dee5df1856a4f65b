//! `contain status --watch`: where an incident stands, shown again whenever it changes.
//!
//! Redraws on a terminal and adds lines elsewhere; never takes a lock, and ends quietly.

use std::io::IsTerminal as _;

use super::failure::Failure;
use super::operation::interrupted;
use super::progress::Lines;
use super::session::Session;
use super::{Ended, is_told, status};
use crate::domain::{Duration, Time};
use crate::journal::Folder;
use crate::report::ending::headline;
use crate::report::human;
use crate::report::output::Output;
use crate::report::standing::Outcome;

/// How often the journal is looked at.
const PAUSE: Duration = Duration::from_millis(500);
/// How many such pauses lie between two looks at the place where it is shared.
const CAUGHT_UP: u64 = 10;
/// Puts the cursor to the top and clears the screen and what lies above it.
const CLEAR: &str = "\u{1b}[H\u{1b}[2J\u{1b}[3J";

/// Shows it until interrupted, or until nobody reads any more.
pub(super) async fn run(incident: Option<&str>, session: &Session) -> Result<Ended, Box<Failure>> {
    if session.json {
        let message = "`--watch` shows many times what `--json` would end with once";
        let failure = Failure::usage(message).hint("contain status --json");
        return Err(Box::new(failure));
    }
    let folder = session.folder(incident)?;
    let mut shown = Shown::default();
    for nth in 1_u64.. {
        if nth.is_multiple_of(CAUGHT_UP) {
            session.catch_up(&folder);
        }
        if !shown.show(session, &folder)? {
            break;
        }
        tokio::select! {
            () = session.clock.sleep(PAUSE) => {}
            () = interrupted() => break,
        }
    }
    let mut ended = Ended::told(Output::bare(Outcome::Done));
    ended.text = Some(String::new());
    Ok(ended)
}

/// What was shown last.
#[derive(Default)]
struct Shown {
    length: Option<u64>,
    /// How many entries were told.
    told: usize,
    lines: Lines,
    /// When it has to be shown again though nobody writes.
    due: Option<Time>,
    said: String,
}

impl Shown {
    /// Shows what changed; answers whether anybody still reads.
    fn show(&mut self, session: &Session, folder: &Folder) -> Result<bool, Box<Failure>> {
        let length = folder.length()?;
        let now = session.clock.now();
        let is_due = self.due.is_some_and(|due| now >= due);
        if self.length == Some(length) && !is_due {
            return Ok(true);
        }
        self.length = Some(length);
        let record = folder.read()?;
        let catalogue = super::drill::catalogue_of(session, folder);
        let present = status::now_of(session, folder, &record.case);
        let output = status::describe(&record, (&catalogue, present), session, folder);
        let deadline = output.as_ref().and_then(|output| output.deadline.as_ref());
        self.due = deadline.and_then(|deadline| deadline.at.parse().ok());
        let text = output.as_ref().map_or_else(
            || format!("Incident {} has no run yet.\n", folder.id()),
            human::ending,
        );
        if std::io::stdout().is_terminal() {
            return Ok(is_told(&format!("{CLEAR}{text}")));
        }
        let is_first = self.told == 0;
        let mut fresh = String::new();
        for line in record.lines.iter().skip(self.told) {
            let spelled = self.lines.spell(line).filter(|_| !is_first);
            fresh.extend(spelled.map(|line| line + "\n"));
        }
        self.told = record.lines.len();
        let said = output.as_ref().map_or(text.clone(), said);
        // Where it begins all is said; later what is new, and how it stands where that changed.
        match is_first {
            true => fresh.push_str(&text),
            false if said != self.said => fresh.push_str(&said),
            false => {}
        }
        self.said = said;
        Ok(is_told(&fresh))
    }
}

/// How it stands and what is overdue, in lines of their own.
fn said(output: &Output) -> String {
    let overdue = output.obligations.iter().filter(|owed| owed.overdue);
    let lines = std::iter::once(headline(output)).chain(overdue.map(|owed| owed.what.clone()));
    lines
        .map(|line| crate::domain::why::plain(&line) + "\n")
        .collect()
}
