//! kubectl and the plugin, with the same files, flags and environment, against servers that write down what is asked
//! of them: both must do the same.
//!
//! `DIFFERENTIAL_PRINT=1 cargo test --test differential -- --nocapture` prints what each of them did;
//! `DIFFERENTIAL_ONLY=TEXT` runs the cases whose names hold the text.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod case;
mod cases;
mod check;
mod class;
mod compare;
#[allow(dead_code, reason = "a hostile server writes more")]
#[path = "../hostile/encode.rs"]
mod encode;
mod observe;
mod pki;
mod recorder;
mod secrets;
#[path = "../support/server.rs"]
mod server;
#[path = "../support/mod.rs"]
mod support;
mod swap;

/// A test for each group of cases.
macro_rules! groups {
    ($($group:ident),+ $(,)?) => {
        $(
            #[test]
            fn $group() {
                check::check(&cases::$group::cases());
            }
        )+

        #[test]
        fn the_cases_are_many_and_have_names_of_their_own() {
            let names: Vec<_> = [$(cases::$group::cases()),+].into_iter().flatten().map(|case| case.name).collect();
            let unique: std::collections::BTreeSet<_> = names.iter().collect();
            assert_eq!(unique.len(), names.len());
            assert!(names.len() >= 150, "{}", names.len());
            check::assert_wanted_differences_are_of(&unique);
        }
    };
}

groups! {
    flags, merging, defaults, tls, certificates, tokens, basic, exec, exec_failures, impersonation, proxies,
    proxy_variables, timeouts, answers, pod, malformed, missing,
}
