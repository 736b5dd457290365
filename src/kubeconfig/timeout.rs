//! `--request-timeout`.

use std::time::Duration;

/// Nanoseconds, from seconds or a duration as Go writes it
/// (`client-go tools/clientcmd/helpers.go ParseTimeout`). The error is that it is neither.
pub(super) fn parse(text: &str) -> Result<i64, ()> {
    match text.parse::<i64>() {
        // As in Go, what does not fit wraps around.
        Ok(seconds) if seconds >= 0 => Ok(seconds.wrapping_mul(1_000_000_000)),
        _ => go_duration(text).ok_or(()),
    }
}

/// A duration as `--request-timeout` is one: seconds, or Go's words. `None` where it is neither, or no time at all.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    parse(text).ok().and_then(limit)
}

/// The limit that the nanoseconds are; `None` is no limit, which what is below zero is too.
pub(super) fn limit(nanoseconds: i64) -> Option<Duration> {
    u64::try_from(nanoseconds).ok().filter(|count| *count > 0).map(Duration::from_nanos)
}

/// `time.ParseDuration`, in nanoseconds.
fn go_duration(text: &str) -> Option<i64> {
    let (is_negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, tail) = rest.split_at(number_end);
        let unit_end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        total += amount(number, scale(unit)?)?;
        if total > i128::from(i64::MAX) + 1 {
            return None;
        }
        rest = tail;
    }
    i64::try_from(if is_negative { -total } else { total }).ok()
}

fn scale(unit: &str) -> Option<i128> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

fn amount(number: &str, scale: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()?.into() };
    // Digits beyond the eighteenth are below a nanosecond, even of an hour.
    let digits = &fraction[..fraction.len().min(18)];
    let fraction: i128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    let divisor = 10_i128.pow(u32::try_from(digits.len()).ok()?);
    whole.checked_mul(scale)?.checked_add(fraction * scale / divisor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_seconds_or_a_duration() {
        let milliseconds = |count| Ok(Some(Duration::from_millis(count)));
        for (text, expected) in [
            ("5", milliseconds(5000)),
            ("+5", milliseconds(5000)),
            ("0", Ok(None)),
            ("0s", Ok(None)),
            ("-5s", Ok(None)),
            ("5s", milliseconds(5000)),
            ("1m30s", milliseconds(90_000)),
            ("1.5h", milliseconds(5_400_000)),
            (".5s", milliseconds(500)),
            ("250ms", milliseconds(250)),
            ("-5", Err(())),
            ("5 s", Err(())),
            ("s", Err(())),
            (".s", Err(())),
            ("1d", Err(())),
            ("", Err(())),
            ("1.2.3s", Err(())),
            ("five", Err(())),
            ("9999999999h", Err(())),
        ] {
            assert_eq!(parse(text).map(limit), expected, "{text:?}");
        }
    }
}
