//! The one integration binary: laws and verbs, seen from outside of the crate.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests stop at what cannot be"
)]

mod laws;
mod simulated;
mod tidy;
