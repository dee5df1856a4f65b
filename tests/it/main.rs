//! The one integration binary: laws, verbs and the repository itself, seen from outside of the crate.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "tests stop at what cannot be, write files and read the time"
)]

#[cfg(not(feature = "bench"))]
compile_error!("the laws stand on the bench: tests/run, or cargo test --features bench");

#[cfg(feature = "aws")]
mod bench;
mod bulk;
mod harness;
mod held;
mod simulated;

mod chromium;
#[cfg(feature = "aws")]
mod commands;
#[cfg(feature = "aws")]
mod contract;
mod cut;
mod drills;
#[cfg(feature = "aws")]
mod estate;
mod evidence;
mod fixture;
#[cfg(any(feature = "postgres", feature = "redis"))]
mod flood;
mod fuzz;
#[cfg(feature = "github")]
mod github;
mod google;
mod hint;
mod intake;
#[cfg(all(feature = "postgres", feature = "redis"))]
mod late;
mod laws;
mod ministack;
mod moto;
#[cfg(feature = "http")]
mod oidc;
mod pack;
mod playbook;
mod policy;
#[cfg(feature = "postgres")]
mod postgres;
mod prism;
#[cfg(feature = "aws")]
mod provider;
mod record;
#[cfg(feature = "redis")]
mod redis;
mod tidy;
