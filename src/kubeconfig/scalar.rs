//! What a plain YAML scalar means: YAML 1.1 as go-yaml v2 reads it, which is what kubectl reads kubeconfigs with.
//!
//! Source: `go.yaml.in/yaml/v2 resolve.go`. It decides whether `yes`, `0755` or `1_000` is a text.

use serde_json::{Number, Value};

/// The value of a plain scalar without a tag; `None` for what JSON can't hold (`.nan`, `.inf`).
pub(super) fn resolve(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Value::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Some(Value::Bool(true));
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Some(Value::Bool(false));
        }
        ".nan" | ".NaN" | ".NAN" => return None,
        _ => {}
    }
    if matches!(text.strip_prefix(['+', '-']).unwrap_or(text), ".inf" | ".Inf" | ".INF") {
        return None;
    }
    let number = match text.as_bytes().first() {
        Some(b'.') if !text.contains('_') => text.parse().ok().and_then(float),
        Some(b'0'..=b'9' | b'+' | b'-') => {
            let plain = text.replace('_', "");
            integer(&plain).or_else(|| is_float(&plain).then(|| plain.parse().ok().and_then(float)).flatten())
        }
        _ => None,
    };
    Some(number.map_or_else(|| Value::String(text.to_owned()), Value::Number))
}

/// A whole number is written without a point, as Go's encoding/json writes it.
#[expect(clippy::cast_possible_truncation, reason = "the bounds are checked")]
fn float(number: f64) -> Option<Number> {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return Some(Number::from(number as i64));
    }
    Number::from_f64(number)
}

/// `strconv.ParseInt` and `ParseUint` with base 0.
fn integer(text: &str) -> Option<Number> {
    let (is_negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    if !digits.starts_with(|c: char| c.is_ascii_hexdigit()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    match (is_negative, text.starts_with('+')) {
        (false, false) => Some(magnitude.into()),
        // A sign is for ParseInt alone.
        (false, true) => i64::try_from(magnitude).ok().map(Number::from),
        (true, _) => i64::try_from(-i128::from(magnitude)).ok().map(Number::from),
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    are_digits(whole)
        && are_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|digits| !digits.is_empty() && are_digits(digits))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_scalars_mean_what_they_mean_to_kubectl() {
        for (text, value) in [
            ("admin", json!("admin")),
            ("yes", json!(true)),
            ("y", json!(true)),
            ("Off", json!(false)),
            ("oN", json!("oN")),
            ("~", json!(null)),
            ("", json!(null)),
            ("nil", json!("nil")),
            ("12", json!(12)),
            ("-12", json!(-12)),
            ("+12", json!(12)),
            ("1_000", json!(1000)),
            ("0755", json!(493)),
            ("0o17", json!(15)),
            ("08", json!(8)),
            ("0x1F", json!(31)),
            ("0b11", json!(3)),
            ("18446744073709551615", json!(18_446_744_073_709_551_615_u64)),
            ("1.5", json!(1.5)),
            ("1e3", json!(1000)),
            (".5", json!(0.5)),
            ("1.2.3", json!("1.2.3")),
            ("1e", json!("1e")),
            ("10.0.0.1", json!("10.0.0.1")),
            ("2001-01-01", json!("2001-01-01")),
            ("-", json!("-")),
            (".", json!(".")),
            ("1:30", json!("1:30")),
            ("0x", json!("0x")),
        ] {
            assert_eq!(resolve(text), Some(value), "{text:?}");
        }
        for text in [".nan", ".inf", "-.Inf", "+.INF"] {
            assert_eq!(resolve(text), None, "{text}");
        }
    }
}
