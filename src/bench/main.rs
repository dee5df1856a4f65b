//! Runs the bench: as many simulated incidents as asked, each from its seed.

fn main() {}
