//! Any bytes as a journal: see `contain::bench::fuzz`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    contain::bench::fuzz::journal(bytes);
});
