//! An entry of the journal, as far as reports need it.
//!
//! The journal is a neighbour of what reports are made from, so its lines are handed over.

use crate::domain::Time;
use crate::domain::event::Event;

/// One entry of the journal.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its number.
    pub seq: u64,
    /// When it was written.
    pub at: Time,
    /// Who wrote it.
    pub actor: &'a str,
    /// What happened.
    pub event: &'a Event,
}
