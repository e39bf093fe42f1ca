#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lowpoint_fuzz::targets::run("boxes", bytes));
