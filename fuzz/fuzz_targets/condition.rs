#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| kubectl_nodeusage_fuzz::condition(input));
