//! What people and programs are told: from the journal and plans only.
//!
//! Never reads a provider, and never says more than the record.

pub mod closing;
pub mod entry;
pub(crate) mod left;
mod not_higher;
pub mod outcome;
pub mod reckoning;
pub mod standing;
mod unproven;

pub mod describe;
pub mod measure;
pub mod output;
pub mod owed;
pub mod page;
pub mod phase;

mod asked;
pub mod commands;
pub mod dossier;
pub mod ending;
pub mod html;
pub mod human;
pub mod layout;
pub mod markdown;
pub mod names;
pub mod standards;

pub mod catalogue;
pub mod proven;
pub mod setting;
pub mod table;
