//! The `contain` binary.

fn main() {}
