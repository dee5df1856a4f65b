//! Any bytes as a list of allowed signers: see `contain::bench::fuzz`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    contain::bench::fuzz::allowed_signers(bytes);
});
