//! Any bytes as a report of what leaked: see `contain::bench::fuzz`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    contain::bench::fuzz::report(bytes);
});
