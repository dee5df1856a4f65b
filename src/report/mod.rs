//! What people and programs are told: from the journal and plans only.
//!
//! Never reads a provider, and never says more than the record.

pub mod closing;
pub mod standing;

pub mod describe;
pub mod output;
pub mod owed;
pub mod page;

mod asked;
pub mod commands;
pub mod human;
pub mod markdown;

pub mod catalogue;
pub mod proven;
pub mod table;
