//! `contain` contains compromised non-human identities, with proof.
//!
//! One loop, [`converge`]: fold the journal, read, plan, gate, execute, verify, again. Every verb and every drill is a
//! call of it. Modules stand in reading order, lowest first; imports point down, and nothing imports its neighbour.

pub mod domain;

pub mod yaml;

pub mod estate;
pub mod evidence;
pub mod journal;
pub mod playbook;
pub mod provider;
pub mod signature;

pub mod pack;
pub mod plan;

pub mod gate;

pub mod verify;

pub mod execute;
pub mod report;

pub mod converge;

pub mod drill;

#[cfg(feature = "bench")]
pub mod bench;

pub mod cli;
