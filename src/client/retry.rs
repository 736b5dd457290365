//! When a request is sent again (client-go `rest/with_retry.go`), and where a redirect may lead.

use std::time::Duration;

use http::{HeaderMap, Method, StatusCode, Uri, header};

use super::failure::address;
use crate::error::Error;

/// How often one request is repeated.
pub const MOST_RETRIES: u32 = 10;

/// How many requests a redirected one may become, as in Go's HTTP client.
pub const MOST_REDIRECTS: u32 = 10;

/// The longest wait that a server may ask for. client-go waits for whatever it is told.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// How long to wait before a request that got this answer is repeated; `None` is not at all. Only a server that asks
/// for it, in whole seconds, is asked again.
pub fn after_answer(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    if status != StatusCode::TOO_MANY_REQUESTS && !status.is_server_error() {
        return None;
    }
    let seconds: i64 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    let wait = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
    (wait <= LONGEST_WAIT).then_some(wait)
}

/// The same for a request that got none: a GET on a connection that broke is repeated after a second.
pub fn after_failure(method: &Method, error: &Error) -> Option<Duration> {
    (method == Method::GET && matches!(error, Error::Broken { .. })).then_some(Duration::from_secs(1))
}

/// Where an answer sends the client; `None` where it stays.
///
/// # Errors
///
/// [`Error::Redirected`] for another server, which must not get the credentials.
pub fn redirect(
    from: &Uri,
    method: &Method,
    status: StatusCode,
    headers: &HeaderMap,
) -> Result<Option<Uri>, Error> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
        || !matches!(*method, Method::GET | Method::HEAD)
    {
        return Ok(None);
    }
    let Some(location) = headers.get(header::LOCATION) else { return Ok(None) };
    let answer = |problem: &str| Error::Answer { path: from.path().to_owned(), problem: problem.to_owned() };
    let location = location.to_str().map_err(|_| answer("it redirects to what is no address"))?;
    let origin = format!(
        "{}://{}",
        from.scheme_str().unwrap_or_default(),
        from.authority().map_or("", |authority| authority.as_str())
    );
    let absolute = if location.contains("://") {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{}:{location}", from.scheme_str().unwrap_or_default())
    } else if location.starts_with('/') {
        format!("{origin}{location}")
    } else {
        let directory = from.path().rsplit_once('/').map_or("", |(directory, _)| directory);
        format!("{origin}{directory}/{location}")
    };
    let to: Uri = absolute.parse().map_err(|_| answer("it redirects to what is no address"))?;
    let same_host = address(&to).eq_ignore_ascii_case(&address(from));
    if same_host && to.scheme() == from.scheme() {
        return Ok(Some(to));
    }
    let to = format!("{}://{}", to.scheme_str().unwrap_or_default(), address(&to));
    Err(Error::Redirected { server: address(from), to })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_server_that_asks_for_it_is_asked_again() {
        for (status, header, wait) in [
            (429, Some("3"), Some(3)),
            (500, Some("0"), Some(0)),
            (503, Some("7"), Some(7)),
            (503, Some("-7"), Some(0)),
            (503, None, None),
            (503, Some("60"), Some(60)),
            (503, Some("61"), None),
            (429, Some("Wed, 21 Oct 2026 07:28:00 GMT"), None),
            (404, Some("1"), None),
            (200, Some("1"), None),
        ] {
            let mut headers = HeaderMap::new();
            header.map(|value| headers.insert(header::RETRY_AFTER, value.parse().unwrap()));
            let found = after_answer(StatusCode::from_u16(status).unwrap(), &headers);
            assert_eq!(found, wait.map(Duration::from_secs), "{status} {header:?}");
        }
    }

    #[test]
    fn a_redirect_stays_on_its_server() {
        for (location, to) in [
            ("/b?c=1", Ok("https://a:6443/b?c=1")),
            ("b", Ok("https://a:6443/x/b")),
            ("https://A:6443/b", Ok("https://A:6443/b")),
            ("https://a/b", Err("https://a:443")),
            ("http://a:6443/b", Err("http://a:6443")),
            ("//evil/b", Err("https://evil:443")),
            ("https://a:6443@evil/b", Err("https://evil:443")),
        ] {
            let from = "https://a:6443/x/y".parse().unwrap();
            let mut headers = HeaderMap::new();
            headers.insert(header::LOCATION, location.parse().unwrap());
            match (redirect(&from, &Method::GET, StatusCode::FOUND, &headers), to) {
                (Ok(Some(found)), Ok(to)) => assert_eq!(found.to_string(), to),
                (Err(Error::Redirected { to: found, .. }), Err(to)) => assert_eq!(found, to),
                (found, _) => panic!("{location}: {found:?}"),
            }
        }
    }
}
