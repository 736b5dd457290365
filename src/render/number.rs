//! Numbers as text: the same in every locale, without unit or separator.

use jiff::SignedDuration;

use crate::amount::{Amount, Percent};

/// Digits after the point of a percent, where it is data.
const PERCENT_PLACES: u32 = 6;

/// The exact amount, without trailing zeros: `0.25`, `4`.
pub fn amount(amount: Amount) -> String {
    trimmed(fixed(amount.nanos(), 9))
}

/// The percent to a millionth, without trailing zeros: `33.333333`, `50`.
pub fn percent(percent: Percent) -> String {
    trimmed(fixed(percent.rounded(PERCENT_PLACES), PERCENT_PLACES as usize))
}

/// The duration in seconds, exact, without trailing zeros.
pub fn seconds(duration: SignedDuration) -> String {
    trimmed(fixed(duration.as_nanos(), 9))
}

/// A number of units of 10^-`places` with that many digits after the point: 305 with one place is `30.5`.
pub fn fixed(units: i128, places: usize) -> String {
    let digits = format!("{:0width$}", units.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let sign = if units < 0 { "-" } else { "" };
    match fraction {
        "" => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{fraction}"),
    }
}

fn trimmed(mut number: String) -> String {
    number.truncate(number.trim_end_matches('0').trim_end_matches('.').len());
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_and_short() {
        for (quantity, text) in [
            ("0", "0"),
            ("10", "10"),
            ("250m", "0.25"),
            ("1n", "0.000000001"),
            ("-1500m", "-1.5"),
            ("1Ti", "1099511627776"),
        ] {
            assert_eq!(amount(Amount::from_quantity(&quantity.parse().unwrap()).unwrap()), text);
        }
    }

    #[test]
    fn percents_have_six_places_at_most() {
        let amount = |text: &str| Amount::from_quantity(&text.parse().unwrap()).unwrap();
        for (used, of, text) in
            [("1", "3", "33.333333"), ("0", "3", "0"), ("10", "10", "100"), ("-1", "8", "-12.5")]
        {
            assert_eq!(percent(Percent::of(amount(used), amount(of)).unwrap()), text);
        }
    }
}
