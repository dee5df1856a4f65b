//! Whether somebody is at work on a shared incident: signs of life in the place where it lives, and how old they are.
//!
//! Decides nothing that safety needs: who performs stands in the journal, and whoever was taken over is refused there.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::error::Error;
use super::lock::Holder;
use super::mirror::Mirror;
use super::shared::ask;
use crate::domain::Term;

/// How often a sign of life is given within a lease.
const SIGNS: u32 = 4;
const ALIVE: &[u8] = b"alive\n";
const ENDED: &[u8] = b"ended\n";

/// Whether whoever has a term is at work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// It gave a sign of life that long ago, by the clock of the place.
    There(Duration),
    /// It gave none for longer than its lease; it may have been stopped, and go on later.
    Silent(Option<Duration>),
    /// It said that it ended.
    Ended,
}

/// A term of this process.
#[must_use]
pub fn term(number: u32, by: String, sign: String, lease: crate::domain::Duration) -> Term {
    let Holder { pid, host, .. } = Holder::here();
    Term {
        number,
        by,
        host,
        process: pid,
        sign,
        lease,
    }
}

/// What the signs of life of a term are called.
fn name_of(term: &Term) -> String {
    format!("signs/{:010}-{}", term.number, term.sign)
}

/// Says whether whoever has a term is at work.
///
/// # Errors
/// The place did not answer.
pub fn presence(store: &mut Mirror, term: &Term) -> Result<Presence, Error> {
    let name = name_of(term);
    let heard = ask(store, "read", |store| {
        let name = name.clone();
        store.ask(move |place| place.heard(&name))
    })?;
    Ok(match heard {
        Some((said, _)) if said == ENDED => Presence::Ended,
        Some((_, age)) if age < term.lease.unsigned_abs() => Presence::There(age),
        Some((_, age)) => Presence::Silent(Some(age)),
        None => Presence::Silent(None),
    })
}

/// Gives the first sign of life of a term, before it begins.
///
/// # Errors
/// The place did not take it.
pub fn announce(store: &mut Mirror, term: &Term) -> Result<(), Error> {
    let name = name_of(term);
    ask(store, "write to", |store| {
        let name = name.clone();
        store.ask(move |place| place.say(&name, ALIVE))
    })
}

/// Signs of life, given until it is dropped; then it says that it ended.
#[derive(Debug)]
pub struct Lease {
    stop: Option<mpsc::Sender<()>>,
    signs: Option<JoinHandle<()>>,
}

impl Lease {
    /// Gives signs of life for a term, on a thread and a connection of their own: whoever waits for an answer of an
    /// operator or of a provider gives them too.
    #[must_use]
    pub fn keep(mut store: Mirror, term: &Term) -> Self {
        let (stop, stopped) = mpsc::channel();
        let pause = term.lease.unsigned_abs() / SIGNS;
        let name = name_of(term);
        let signs = std::thread::spawn(move || {
            let mut say = |what: &'static [u8]| {
                let name = name.clone();
                // One that does not come through costs nothing but that others may take over.
                drop(store.ask(move |place| place.say(&name, what)));
                store.forgive();
            };
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                say(ALIVE);
            }
            say(ENDED);
        });
        Self {
            stop: Some(stop),
            signs: Some(signs),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(signs) = self.signs.take() {
            drop(signs.join());
        }
    }
}
