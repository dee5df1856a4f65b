//! The bench of the laws: small simulated worlds, a journal in memory, the real loop, and a checker that trusts nobody.

pub(crate) use contain::bench::{
    Bench, Ended, LEAK, Left, Wish, actions, around, check_authority, check_doubts, load, name,
    policy,
};
