//! What servers answer: refusals, repetitions, redirections, warnings.

use super::{WITH_TOKEN, trusted};
use crate::{
    case::{Case, Verb},
    recorder::{Answer, GROUP, Kind, METRICS},
};

fn one<const N: usize>(name: &str, answers: [Answer; N]) -> Case {
    trusted(name, WITH_TOKEN).answer(METRICS, answers)
}

fn every(name: &str, answer: Answer) -> Case {
    trusted(name, WITH_TOKEN).answer("*", [answer]).verb(Verb::Raw(GROUP))
}

fn unavailable() -> Answer {
    Answer::status(503, "ServiceUnavailable", "the server is currently unable to handle the request")
}

fn busy() -> Answer {
    Answer::status(429, "TooManyRequests", "slow down")
}

fn at_once(answer: Answer) -> Answer {
    answer.with_header("Retry-After", "0")
}

fn moved(status: u16, to: &str) -> Answer {
    Answer::status(status, "", "moved").with_header("Location", to)
}

const FORBIDDEN: &str = r#"nodes.metrics.k8s.io is forbidden: User "jane" cannot list resource "nodes""#;

pub fn cases() -> Vec<Case> {
    vec![
        every("answers: 401", Answer::status(401, "Unauthorized", "Unauthorized")),
        every(
            "answers: 401 of a proxy in between",
            Answer::status(401, "", "").with_body("<html>log in</html>"),
        ),
        every("answers: 403", Answer::status(403, "Forbidden", FORBIDDEN)).says(FORBIDDEN),
        every(
            "answers: 404",
            Answer::status(404, "NotFound", "the server could not find the requested resource"),
        )
        .verb(Verb::Top),
        every("answers: 404 in words", Answer::status(404, "", "").with_body("404 page not found"))
            .verb(Verb::Top),
        every("answers: 500", Answer::status(500, "InternalError", "etcd is gone")).says("etcd is gone"),
        every("answers: 503", unavailable()),
        every("answers: 503 in words", unavailable().with_body("no endpoints")),
        every("answers: 504", Answer::status(504, "Timeout", "too slow")),
        every("answers: 429", busy()),
        every("answers: 400", Answer::status(400, "BadRequest", "what is this")).says("what is this"),
        one("answers: 401 on the samples", [Answer::status(401, "Unauthorized", "Unauthorized")]),
        one("answers: 403 on the samples", [Answer::status(403, "Forbidden", FORBIDDEN)]).says(FORBIDDEN),
        one("answers: 503 on the samples", [unavailable()]),
        one("answers: 500 on the samples", [Answer::status(500, "InternalError", "etcd is gone")])
            .says("etcd is gone"),
        one("answers: 429 without Retry-After", [busy(), Answer::samples()]),
        one("answers: 429 with Retry-After, once", [at_once(busy()), Answer::samples()]),
        one(
            "answers: 429 with Retry-After of a second",
            [busy().with_header("Retry-After", "1"), Answer::samples()],
        ),
        one("answers: 429 with Retry-After, for ever", [at_once(busy())]),
        one(
            "answers: 429 with a date in Retry-After",
            [busy().with_header("Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT"), Answer::samples()],
        ),
        one(
            "answers: 429 with a negative Retry-After",
            [busy().with_header("Retry-After", "-1"), Answer::samples()],
        ),
        one(
            "answers: 429 with words in Retry-After",
            [busy().with_header("Retry-After", "soon"), Answer::samples()],
        ),
        one(
            "answers: 503 with Retry-After, twice",
            [at_once(unavailable()), at_once(unavailable()), Answer::samples()],
        ),
        one("answers: 503 with Retry-After, for ever", [at_once(unavailable())]),
        one(
            "answers: 500 with Retry-After",
            [at_once(Answer::status(500, "InternalError", "etcd is gone")), Answer::samples()],
        ),
        one(
            "answers: 504 with Retry-After",
            [at_once(Answer::status(504, "Timeout", "too slow")), Answer::samples()],
        ),
        one(
            "answers: 401 with Retry-After",
            [at_once(Answer::status(401, "Unauthorized", "Unauthorized")), Answer::samples()],
        ),
        one(
            "answers: 403 with Retry-After",
            [at_once(Answer::status(403, "Forbidden", FORBIDDEN)), Answer::samples()],
        ),
        one("answers: a warning", [Answer::samples().with_header("Warning", r#"299 - "beta is old""#)])
            .says("beta is old"),
        one(
            "answers: two warnings",
            [Answer::samples()
                .with_header("Warning", r#"299 - "beta is old""#)
                .with_header("Warning", r#"299 - "alpha \"is\" older""#)],
        )
        .says("beta is old")
        .says(r#"alpha "is" older"#),
        one(
            "answers: a warning of another code",
            [Answer::samples().with_header("Warning", r#"199 - "beta is old""#)],
        )
        .says("beta is old"),
        one(
            "answers: a warning that is malformed",
            [Answer::samples().with_header("Warning", "beta is old")],
        )
        .says("beta is old"),
        one(
            "answers: a warning with a refusal",
            [Answer::status(403, "Forbidden", FORBIDDEN).with_header("Warning", r#"299 - "beta is old""#)],
        )
        .says("beta is old"),
        one("answers: 302 on the same server", [moved(302, "/apis/moved"), Answer::samples()])
            .answer("/apis/moved", [Answer::samples()]),
        one("answers: 307 on the same server", [moved(307, "/apis/moved"), Answer::samples()])
            .answer("/apis/moved", [Answer::samples()]),
        one("answers: 301 to a whole URL", [moved(301, "<url>/apis/moved")])
            .answer("/apis/moved", [Answer::samples()]),
        one("answers: 302 to another server", [moved(302, "<other.url>/apis/moved")])
            .server("other", Kind::Http)
            .answer("/apis/moved", [Answer::samples()]),
        one("answers: 302 to another name", [moved(302, "https://localhost:<port>/apis/moved")])
            .answer("/apis/moved", [Answer::samples()]),
        one("answers: 302 for ever", [moved(302, "<url>/apis/metrics.k8s.io/v1beta1/nodes")]),
        one("answers: 302 without a Location", [Answer::status(302, "", "moved")]),
        Case::new("answers: top nodes without a metrics API")
            .config(r#"server: "<url>""#, "")
            .verb(Verb::Top)
            .answer(
                "/apis",
                [Answer::samples().with_body(r#"{"kind":"APIGroupList","apiVersion":"v1","groups":[]}"#)],
            )
            .answer(GROUP, [Answer::status(404, "NotFound", "none")]),
    ]
}
