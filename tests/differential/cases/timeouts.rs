//! `--request-timeout`.

use std::time::Duration;

use crate::{
    case::Case,
    recorder::{Answer, Kind, METRICS},
};

fn given(name: &str, timeout: &str) -> Case {
    Case::new(name).config(r#"server: "<url>""#, "").flags([&format!("--request-timeout={timeout}")])
}

fn slow(case: Case) -> Case {
    case.answer(METRICS, [Answer::samples().after(Duration::from_millis(1500))])
}

pub fn cases() -> Vec<Case> {
    vec![
        given("timeouts: in seconds", "5s"),
        given("timeouts: a bare number", "5"),
        given("timeouts: zero", "0"),
        given("timeouts: zero seconds", "0s"),
        given("timeouts: milliseconds", "1500ms"),
        given("timeouts: minutes and seconds", "1m30s"),
        given("timeouts: hours", "1h"),
        given("timeouts: a fraction", "2.5s"),
        given("timeouts: empty", ""),
        given("timeouts: words", "soon"),
        given("timeouts: a bare fraction", "1.5"),
        given("timeouts: negative", "-5s"),
        given("timeouts: a negative bare number", "-5"),
        given("timeouts: an unknown unit", "5d"),
        slow(given("timeouts: long enough", "10s")),
        slow(given("timeouts: none", "0")),
        slow(given("timeouts: too short", "1s")),
        given("timeouts: a server that never speaks", "1s").api(Kind::Silent),
        given("timeouts: a proxy that never speaks", "1s")
            .server("proxy", Kind::Silent)
            .flags(["--proxy-url=<proxy.url>"]),
    ]
}
