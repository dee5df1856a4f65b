//! What every verb that opens an incident says beside its result: reviews that are overdue.
//!
//! Never holds anything back.

use std::sync::{Arc, Mutex, PoisonError};

use super::aside;
use super::failure::Failure;
use super::session::Session;
use crate::domain::case::Case;
use crate::journal::{Folder, Record};
use crate::report::measure;

/// What was said so far; clones say into the same place.
#[derive(Clone, Debug, Default)]
pub(super) struct Reminders(Arc<Mutex<Vec<String>>>);

impl Reminders {
    /// What was said, each once.
    pub(super) fn said(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Says it, unless it was said already.
    pub(super) fn say(&self, text: String) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = !said.contains(&text);
        if is_new {
            said.push(text);
        }
        is_new
    }
}

impl Session {
    /// Reads the record of an incident, and says what is overdue in it.
    pub(super) fn read(&self, folder: &Folder) -> Result<Record, Box<Failure>> {
        let record = folder.read()?;
        self.remind(&record.case);
        Ok(record)
    }

    /// Says what is overdue in an incident that was opened: one line beside the result, and in the document.
    pub(super) fn remind(&self, case: &Case) {
        // A rehearsal's deadlines are in a time of its own.
        let reminder = measure::reminder(case, self.clock.now()).filter(|_| !case.drill);
        if let Some(text) = reminder
            && self.reminders.say(text.clone())
            && !self.json
        {
            aside(&format!("warning: {text}"));
        }
    }
}
