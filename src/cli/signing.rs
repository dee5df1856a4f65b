//! What is signed without anybody being asked: the key, when, and what is said where it was not signed.
//!
//! Comes after all that a command did, waits a few seconds at most, and lets no command fail.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;

use super::checkpoint::{self, Made};
use super::failure::Failure;
use super::session::{Session, environment_path};
use super::sign::{sign, sign_alone};
use super::{Global, aside};
use crate::domain::event::Event;
use crate::domain::why::plain;
use crate::journal::{Journal, Line};

/// Names the key of whoever operates; stands before the workspace's, which all of its people share.
const KEY: &str = "CONTAIN_SIGNING_KEY";
/// How long one copy elsewhere may take where nobody asked for it.
const COPYING: Duration = Duration::from_secs(5);

/// What `contain.yaml` says.
#[derive(Deserialize, Default, Debug)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    /// What is signed with: a private key's file, or the `.pub` beside a key that an agent holds.
    #[serde(default)]
    key: Option<PathBuf>,
    /// Folders that checkpoints are copied into, out of reach of whoever can write here.
    #[serde(default)]
    copies: Vec<PathBuf>,
}

/// The incidents that this command wrote to; clones note into the same place.
#[derive(Clone, Debug, Default)]
pub(super) struct Touched(Arc<Mutex<BTreeSet<String>>>);

impl Touched {
    /// Notes one.
    pub(super) fn add(&self, incident: &str) {
        let mut touched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        touched.insert(incident.to_owned());
    }

    fn take(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Session {
    /// The key that is signed with unasked, where one is configured.
    pub(super) fn signing_key(&self) -> Option<PathBuf> {
        let own = environment_path(KEY).map(|key| std::path::absolute(&key).unwrap_or(key));
        own.or_else(|| Some(self.beside_config(self.workspace.config.signing.key.as_ref()?)))
    }

    /// The folders that checkpoints are copied into.
    pub(super) fn checkpoint_copies(&self) -> Vec<PathBuf> {
        let copies = self.workspace.config.signing.copies.iter();
        copies.map(|copy| self.beside_config(copy)).collect()
    }

    /// Whether what is done here is signed unasked, for `doctor`.
    pub(super) fn signs_unasked(&self) -> Result<String, String> {
        let Some(key) = self.signing_key() else {
            return Err(format!(
                "nobody signs what is recorded, so whoever can write here can rewrite it: name a key under `signing` in contain.yaml, or in {KEY}"
            ));
        };
        let key_at = key.display();
        match sign_alone(b"contain doctor\n", &key) {
            Ok(_) => Ok(format!(
                "{key_at} signs the record at the end of whatever acted; further places for its checkpoints: {}",
                self.checkpoint_copies().len()
            )),
            Err(why) => Err(format!("{key_at} signs nothing unasked: {}", why.message)),
        }
    }

    fn beside_config(&self, path: &Path) -> PathBuf {
        let beside = self.workspace.folder.clone().unwrap_or_default();
        beside.join(path)
    }

    /// Signs with whoever sits at the terminal, and without waiting for anybody where nobody does.
    pub(super) fn sign(&self, message: &[u8], key: &Path) -> Result<String, Box<Failure>> {
        match self.is_attended() {
            true => sign(message, key),
            false => sign_alone(message, key),
        }
    }
}

/// Signs what the journals are now in which something was done since they were signed last.
pub(super) async fn after(global: &Global) {
    let touched = global.touched.take();
    if touched.is_empty() {
        return;
    }
    let Ok(session) = Session::open(global) else {
        return;
    };
    let Some(key) = session.signing_key() else {
        return;
    };
    for incident in touched {
        match anchor(&session, &incident, &key).await {
            Ok(None) => {}
            Ok(Some(made)) => made.tell(&session),
            Err(why) => warn(
                &session,
                &format!(
                    "nobody vouches for what incident {incident} is now{}: {}; contain journal sign --key FILE --incident {incident}",
                    since(&session, &incident),
                    plain(&why.message)
                ),
            ),
        }
    }
}

async fn anchor(
    session: &Session,
    incident: &str,
    key: &Path,
) -> Result<Option<Made>, Box<Failure>> {
    let folder = session.folder(Some(incident))?;
    if !is_due(&folder.read()?.lines) {
        return Ok(None);
    }
    let (sink, _) = session.sink(&folder)?;
    let (journal, _) = Journal::open(sink, session.clock.clone(), session.actor())?;
    let (copies, on) = (session.checkpoint_copies(), (&folder, &journal));
    let copies = (copies.as_slice(), COPYING);
    let made = checkpoint::make(session, on, copies, |said| sign_alone(said, key)).await?;
    Ok(Some(made))
}

/// How much of a journal nobody signed, in words; nothing where that cannot be read.
fn since(session: &Session, incident: &str) -> String {
    let folder = session.folder(Some(incident)).ok();
    let record = folder.and_then(|folder| folder.read().ok());
    record.map_or_else(String::new, |record| {
        match unsigned(&record.lines).count() {
            1 => " (1 entry)".to_owned(),
            many => format!(" ({many} entries)"),
        }
    })
}

/// What was written since a journal was signed last.
fn unsigned(lines: &[Line]) -> impl Iterator<Item = &Event> {
    let events = lines.iter().rev().map(|line| &line.event);
    events.take_while(|event| !matches!(event, Event::Checkpoint { .. }))
}

/// Whether something was done, ended or closed since the journal was signed last; somebody may have signed it in the middle
/// of a run.
fn is_due(lines: &[Line]) -> bool {
    let has_acted = lines.iter().any(|line| line.event.lets_a_call_leave());
    let is_of_a_run =
        |event: &Event| matches!(event, Event::Answered { .. } | Event::RunClosed { .. });
    unsigned(lines).any(|event| {
        let is_closed = matches!(event, Event::Closed { .. });
        is_closed || event.lets_a_call_leave() || has_acted && is_of_a_run(event)
    })
}

impl Made {
    /// Says it beside the result; what could not be copied is a warning.
    fn tell(&self, session: &Session) {
        if !session.json {
            aside(&format!(
                "Signed entry {} as a checkpoint; copies: {}.",
                self.checkpoint.entries,
                self.copies.len()
            ));
        }
        for failed in &self.failed {
            warn(session, &format!("the checkpoint was not copied: {failed}"));
        }
    }
}

fn warn(session: &Session, text: &str) {
    if session.reminders.say(text.to_owned()) && !session.json {
        aside(&format!("warning: {}", plain(text)));
    }
}

/// Does something that may hang, and answers nothing where it takes longer than this.
pub(super) fn in_time<T: Send + 'static>(
    within: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || drop(tell.send(work())));
    told.recv_timeout(within).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Digest;
    use crate::journal::{self, MemorySink, Record, Sink as _};

    #[test]
    fn wherever_in_a_run_it_was_signed_it_is_signed_again_at_the_end() {
        let whole = include_bytes!("../../tests/fixtures/journal/1.jsonl");
        let mut sink = MemorySink::default();
        assert!(sink.append(whole).is_ok());
        let Ok(Record { lines, .. }) = journal::read(&mut sink) else {
            unreachable!("it is whole")
        };
        let signed_at = |at: usize, until: usize| {
            let mut lines: Vec<Line> = lines.iter().take(until).cloned().collect();
            let mut line = lines.first().cloned().unwrap_or_else(|| unreachable!());
            line.event = Event::Checkpoint {
                entries: 1,
                head: Digest::ZERO,
                path: "checkpoints/1.json".to_owned(),
                digest: Digest::ZERO,
                signature: Digest::ZERO,
                to: Vec::new(),
            };
            lines.insert(at, line);
            is_due(&lines)
        };
        let is = |of: fn(&Event) -> bool| lines.iter().position(|line| of(&line.event));
        let left = is(Event::lets_a_call_leave).unwrap_or_default();
        let ended = is(|event| matches!(event, Event::RunClosed { .. })).unwrap_or_default();
        assert!(0 < left && left < ended, "{left} {ended}");
        // A plan alone is signed for by nobody.
        assert!((1..left).all(|at| !signed_at(at, left)));
        for at in 1..=ended {
            assert!(signed_at(at, ended + 1), "signed after {at} entries");
        }
        assert!(!signed_at(ended + 1, ended + 1));
    }
}
