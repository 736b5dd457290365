//! Amounts as Kubernetes writes them: `250m`, `16384256Ki`, `1e3`.

use std::{cmp::Ordering, error, fmt, str::FromStr};

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// An amount of a resource: bytes, cores or a count; the text says no more of the unit.
///
/// It is written as a decimal number and a suffix: `n`, `u`, `m`, none, `k`, `M`, `G`, `T`, `P`, `E` for powers
/// of 1000, `Ki`, `Mi`, `Gi`, `Ti`, `Pi`, `Ei` for powers of 1024, or `e` or `E` and a power of ten. It is held
/// exactly, to a billionth; what is smaller is rounded up to one, away from zero, and what is larger than
/// 2^63 - 1 is capped to that if it has a binary suffix. Nothing is ever a floating-point number.
///
/// The rule is that of Go's `resource.Quantity`, k8s.io/apimachinery `pkg/api/resource/quantity.go`, with its
/// oddities: the same texts are accepted, and [`value`](Self::value), [`milli_value`](Self::milli_value) and the
/// displayed text are the same. `tests/quantity.rs` asks both.
///
/// Time and memory are linear in the text at most, whatever its exponent, where Go writes out the power of ten.
/// So there is one bound that Go has not, see [`OutOfRange`](ParseQuantityError::OutOfRange).
///
/// Quantities compare by amount, as Go's `Cmp`: `1` equals `1000m`.
#[derive(Clone, Debug)]
pub struct Quantity {
    amount: Amount,
    notation: Notation,
}

/// Go has two representations, which round and overflow differently; the second one is two here.
#[derive(Clone, Debug)]
enum Amount {
    /// `value` times ten to the `scale`, which is at least [`NANO`]. Go's `int64Amount`.
    Scaled {
        value: i64,
        scale: i32,
        /// The text as it came, where it is not canonical and Go displays it all the same.
        written: Option<Box<str>>,
    },
    /// `digits` times ten to the `power`, which is at least [`NANO`]; there is no zero at either end of the
    /// digits. Go's `inf.Dec` of nine decimal places.
    Decimal { negative: bool, digits: Box<str>, power: i32 },
    /// 2^63 - 1, in place of something larger. Go's `inf.Dec` of no decimal places.
    Capped { negative: bool },
}

/// What kind of suffix the text has; the displayed one is of the same kind where possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Notation {
    Decimal,
    Exponent,
    Binary,
}

/// Why a text is not a [`Quantity`].
///
/// The first three are the errors of Go's `resource.ParseQuantity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseQuantityError {
    /// It is not a number and a suffix: empty, with a space, a second point, or a character that no suffix has.
    Format,
    /// The number has no digit, as in `Ei` or `.e-10`. In `Ki` or `+` it needs none: these are zero.
    Numeric,
    /// No such suffix, or its exponent has no digits or does not fit 64 bits.
    Suffix,
    /// The text is longer than 2^31 - 1 bytes; or it has more than 18 digits or more than nine decimal places, and
    /// the last digit that is not zero is worth more than ten to the 2147483638, or less than ten to the
    /// -2147483638. Go has no such error: its 32-bit scales wrap around, and it sets out to write 2^31 digits.
    OutOfRange,
}

/// The power of ten of a billionth, the least amount.
const NANO: i32 = -9;

/// One, in billionths.
const ONE: u32 = 1_000_000_000;

/// The largest power of ten that fits the scales of Go's `inf.Dec` in billionths too.
const LARGEST_POWER: i32 = i32::MAX + NANO;

impl Quantity {
    /// The amount in whole units, rounded up. Go's `Value`.
    ///
    /// It is rounded away from zero: 1.5 to 2, -1.5 to -2. But as in Go, one is added to the whole part of a
    /// negative amount if the text has a fraction and a binary suffix, more than 18 digits, or more than nine
    /// decimal places: `-0.0005Ki` is 1. And as in Go, an amount that does not fit 64 bits gives 0 or some of its
    /// bits; only [`nanos`](Self::nanos) tells.
    #[must_use]
    pub fn value(&self) -> i64 {
        self.scaled_value(0)
    }

    /// The amount in thousandths of the unit, rounded up as by [`value`](Self::value). Go's `MilliValue`.
    #[must_use]
    pub fn milli_value(&self) -> i64 {
        self.scaled_value(3)
    }

    /// The exact amount in billionths of the unit; none if it does not fit, from 1.7e29 units on.
    #[must_use]
    pub fn nanos(&self) -> Option<i128> {
        let power_of_ten = |power: u32| 10_i128.checked_pow(power);
        match &self.amount {
            Amount::Scaled { value: 0, .. } => Some(0),
            Amount::Scaled { value, scale, .. } => {
                power_of_ten(scale.abs_diff(NANO))?.checked_mul(i128::from(*value))
            }
            Amount::Decimal { negative, digits, power } => {
                // Downwards, as the least integer is one further from zero than the greatest.
                let digits = digits.bytes().try_fold(0_i128, |sum, digit| {
                    sum.checked_mul(10)?.checked_sub(i128::from(digit - b'0'))
                })?;
                let nanos = power_of_ten(power.abs_diff(NANO))?.checked_mul(digits)?;
                if *negative { Some(nanos) } else { nanos.checked_neg() }
            }
            Amount::Capped { negative } => Some(i128::from(cap(*negative)) * i128::from(ONE)),
        }
    }

    /// Whether the amount is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.signum() == 0
    }

    /// What an integer of at most 18 digits is without a suffix.
    const fn from_count(value: i64) -> Self {
        Self { amount: Amount::Scaled { value, scale: 0, written: None }, notation: Notation::Decimal }
    }

    fn signum(&self) -> i64 {
        match self.amount {
            Amount::Scaled { value, .. } => value.signum(),
            Amount::Decimal { negative, .. } | Amount::Capped { negative } => cap(negative).signum(),
        }
    }

    /// Go's `ScaledValue`: the amount in units of ten to the minus `places`.
    fn scaled_value(&self, places: u32) -> i64 {
        match &self.amount {
            Amount::Scaled { value, scale, .. } => {
                let shift = scale.wrapping_add_unsigned(places);
                match shift {
                    // Go multiplies once here, and gives what that comes to even if it does not fit.
                    1 | 2 | 3 | 6 | 9 => value.wrapping_mul(10_i64.pow(shift.unsigned_abs())),
                    0.. => 10_i64
                        .checked_pow(shift.unsigned_abs())
                        .and_then(|unit| value.checked_mul(unit))
                        .unwrap_or(0),
                    _ if *scale < 0 => {
                        let unit = 10_i64.pow(shift.unsigned_abs());
                        value / unit + (value % unit).signum()
                    }
                    // The sum wrapped around, and Go's loop then does not multiply at all.
                    _ => *value,
                }
            }
            Amount::Decimal { negative: false, digits, power } => {
                let shift = power.saturating_add_unsigned(places);
                if shift >= 0 {
                    low_bits(digits, shift.unsigned_abs())
                } else {
                    // The last digit is not zero, so there is something to round up.
                    let end = digits.len().saturating_sub(shift.unsigned_abs() as usize);
                    low_bits(&digits[..end], 0).wrapping_add(1)
                }
            }
            Amount::Decimal { negative: true, digits, power } => {
                // Go believes that the billionths of any negative amount fit, and adds the remainder's one to it.
                let nanos = low_bits(digits, power.abs_diff(NANO)).wrapping_neg();
                let unit = 10_i64.pow(NANO.unsigned_abs() - places);
                nanos / unit + i64::from(nanos % unit != 0)
            }
            Amount::Capped { negative } => cap(*negative).wrapping_mul(10_i64.pow(places)),
        }
    }

    /// The absolute amount, if not zero, as what orders it: how many digits are before the point, and all digits
    /// without the zeros at the end.
    fn magnitude(&self) -> (i64, String) {
        let (digits, power) = match &self.amount {
            Amount::Scaled { value, scale, .. } => (value.unsigned_abs().to_string(), *scale),
            Amount::Decimal { digits, power, .. } => (digits.to_string(), *power),
            Amount::Capped { .. } => (cap(false).to_string(), 0),
        };
        let before_point = i64::from(power).saturating_add_unsigned(digits.len() as u64);
        (before_point, digits.trim_end_matches('0').to_owned())
    }
}

const fn cap(negative: bool) -> i64 {
    if negative { -i64::MAX } else { i64::MAX }
}

/// The low 64 bits of the number that is `digits` and then `zeros` times `0`.
fn low_bits(digits: &str, zeros: u32) -> i64 {
    let bits =
        digits.bytes().fold(0_i64, |bits, digit| bits.wrapping_mul(10).wrapping_add(i64::from(digit - b'0')));
    bits.wrapping_mul(10_i64.wrapping_pow(zeros))
}

impl Default for Quantity {
    fn default() -> Self {
        Self::from_count(0)
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Some(nanos), Some(others)) = (self.nanos(), other.nanos()) {
            return nanos.cmp(&others);
        }
        self.signum().cmp(&other.signum()).then_with(|| {
            let order = self.magnitude().cmp(&other.magnitude());
            if self.signum() < 0 { order.reverse() } else { order }
        })
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Quantity {}

impl FromStr for Quantity {
    type Err = ParseQuantityError;

    fn from_str(text: &str) -> Result<Self, ParseQuantityError> {
        if text.is_empty() {
            return Err(ParseQuantityError::Format);
        }
        if i32::try_from(text.len()).is_err() {
            return Err(ParseQuantityError::OutOfRange);
        }
        let (whole, rest) = split_digits(text.strip_prefix(['+', '-']).unwrap_or(text));
        let (fraction, suffix) = rest.strip_prefix('.').map_or(("", rest), split_digits);
        let (notation, exponent) = read_suffix(suffix)?;
        let number = Number {
            text,
            length: text.len() - suffix.len(),
            negative: text.starts_with('-'),
            whole: whole.trim_start_matches('0'),
            fraction,
        };
        let amount = match number.scaled(notation, exponent) {
            Some(amount) => amount,
            None if whole.is_empty() && fraction.is_empty() => return Err(ParseQuantityError::Numeric),
            None if notation == Notation::Binary => number.binary(exponent),
            None => number.decimal(exponent)?,
        };
        Ok(Self { amount, notation })
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

/// What a suffix multiplies by: a power of two if it is binary, else a power of ten.
fn read_suffix(suffix: &str) -> Result<(Notation, i32), ParseQuantityError> {
    Ok(match suffix {
        "n" => (Notation::Decimal, -9),
        "u" => (Notation::Decimal, -6),
        "m" => (Notation::Decimal, -3),
        "" => (Notation::Decimal, 0),
        "k" => (Notation::Decimal, 3),
        "M" => (Notation::Decimal, 6),
        "G" => (Notation::Decimal, 9),
        "T" => (Notation::Decimal, 12),
        "P" => (Notation::Decimal, 15),
        "E" => (Notation::Decimal, 18),
        "Ki" => (Notation::Binary, 10),
        "Mi" => (Notation::Binary, 20),
        "Gi" => (Notation::Binary, 30),
        "Ti" => (Notation::Binary, 40),
        "Pi" => (Notation::Binary, 50),
        "Ei" => (Notation::Binary, 60),
        _ => (Notation::Exponent, read_exponent(suffix)?),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "Go keeps the low 32 bits of an exponent: 1e4294967296 is 1"
)]
fn read_exponent(suffix: &str) -> Result<i32, ParseQuantityError> {
    let rest = suffix.trim_start_matches(|letter| "eEinumkKMGTP".contains(letter));
    if !rest.strip_prefix(['+', '-']).unwrap_or(rest).bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ParseQuantityError::Format);
    }
    let exponent = suffix.strip_prefix(['e', 'E']).and_then(|exponent| exponent.parse::<i64>().ok());
    exponent.map(|exponent| exponent as i32).ok_or(ParseQuantityError::Suffix)
}

/// A text in its parts, before what is left of it is multiplied by its suffix.
struct Number<'a> {
    text: &'a str,
    /// How much of the text is not the suffix.
    length: usize,
    negative: bool,
    /// The digits before the point, without zeros at the beginning.
    whole: &'a str,
    fraction: &'a str,
}

impl Number<'_> {
    /// The amount in the representation that Go prefers, if it takes that one.
    fn scaled(&self, notation: Notation, exponent: i32) -> Option<Amount> {
        let digits = self.whole.len().max(1) + self.fraction.len();
        let (scale, fits) = match notation {
            Notation::Decimal | Notation::Exponent => {
                let scale = exponent.wrapping_sub(i32::try_from(self.fraction.len()).ok()?);
                (scale, digits <= 18 && scale >= NANO)
            }
            // Each 1024 takes three digits of what is left; from Pi on there are none.
            Notation::Binary => {
                let room = 14_usize.checked_sub(exponent.unsigned_abs() as usize / 10 * 3)?;
                (0, self.fraction.is_empty() && digits <= room)
            }
        };
        if !fits {
            return None;
        }
        let written = self
            .whole
            .bytes()
            .chain(self.fraction.bytes())
            .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        let value = if notation == Notation::Binary { written << exponent } else { written };

        // Where Go sees at a glance that a text is canonical it displays that. The glance does not take in a
        // plus sign, zeros at the beginning, the point, or how an exponent is written.
        let taken_for_canonical = match notation {
            Notation::Binary => written % 8 != 0,
            Notation::Decimal | Notation::Exponent => {
                !self.whole.is_empty() && scale % 3 == 0 && written % 1000 != 0
            }
        };
        let canonical =
            notation != Notation::Exponent && self.length == usize::from(self.negative) + self.whole.len();
        Some(Amount::Scaled {
            value: if self.negative { -value } else { value },
            scale,
            written: (taken_for_canonical && !canonical).then(|| self.text.into()),
        })
    }

    /// The amount with a suffix that is a power of ten.
    fn decimal(&self, exponent: i32) -> Result<Amount, ParseQuantityError> {
        let all = [self.whole, self.fraction].concat();
        let digits = all.trim_end_matches('0');
        let zeros = all.len() - digits.len();
        let mut digits = digits.trim_start_matches('0').to_owned();
        if digits.is_empty() {
            return Ok(Quantity::default().amount);
        }
        let mut power = i32::try_from(zeros.cast_signed() - self.fraction.len().cast_signed())
            .ok()
            .and_then(|places| exponent.checked_add(places))
            .filter(|power| power.unsigned_abs() <= LARGEST_POWER.unsigned_abs())
            .ok_or(ParseQuantityError::OutOfRange)?;
        if power < NANO {
            // The last digit is one of those cut off and not zero, so what remains is one too small.
            digits.truncate(digits.len().saturating_sub(power.abs_diff(NANO) as usize));
            power = NANO;
            while digits.ends_with('9') {
                digits.pop();
                power += 1;
            }
            let last = digits.pop().and_then(|last| last.to_digit(10)).unwrap_or(0);
            digits.extend(char::from_digit(last + 1, 10));
        }
        Ok(Amount::Decimal { negative: self.negative, digits: digits.into(), power })
    }

    /// The amount with a suffix that is a power of two.
    fn binary(&self, exponent: i32) -> Amount {
        let negative = self.negative;
        let one = u128::from(ONE);
        let most = u128::from(i64::MAX.unsigned_abs());

        let whole = self
            .whole
            .bytes()
            .try_fold(0_u64, |sum, digit| sum.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
            .map(|whole| u128::from(whole) << exponent)
            .filter(|whole| *whole <= most);
        let Some(whole) = whole else {
            return Amount::Capped { negative };
        };
        // From the last digit on, what was found so far is a tenth of what the digit itself is worth.
        let (mut nanos, mut inexact) = (0, false);
        for digit in self.fraction.bytes().rev() {
            let sum = u128::from(digit - b'0') * (one << exponent) + nanos;
            nanos = sum / 10;
            inexact |= !sum.is_multiple_of(10);
        }
        nanos += whole * one + u128::from(inexact);
        if nanos > most * one {
            return Amount::Capped { negative };
        }
        if nanos == 0 {
            return Quantity::default().amount;
        }
        let mut power = NANO;
        while nanos % 10 == 0 {
            nanos /= 10;
            power += 1;
        }
        Amount::Decimal { negative, digits: nanos.to_string().into(), power }
    }
}

impl fmt::Display for Quantity {
    /// Writes what Go's `String` gives: whole digits with the largest suffix of the text's own kind, or the text as
    /// it came where Go takes it for that (`+5` and `1.500` stay). It reads as the same amount, unless the suffix
    /// would have to be above `E`, which Go leaves out (`1000E` is displayed as `1`), or Go's 32-bit exponent
    /// wraps around.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("0");
        }
        if let Amount::Scaled { written: Some(written), .. } = &self.amount {
            return f.write_str(written);
        }
        let one = i128::from(ONE);
        if self.notation == Notation::Binary
            && let Some(nanos) = self.nanos()
            && nanos % one == 0
            && nanos.abs() >= 1024 * one
        {
            return write_binary(f, nanos / one);
        }
        match &self.amount {
            Amount::Scaled { value, scale, .. } => {
                let (mut digits, mut power) = (*value, *scale);
                while digits % 10 == 0 {
                    digits /= 10;
                    power = power.wrapping_add(1);
                }
                write!(f, "{digits}")?;
                write_power(f, self.notation, power)
            }
            Amount::Decimal { negative, digits, power } => {
                write!(f, "{}{digits}", if *negative { "-" } else { "" })?;
                write_power(f, self.notation, *power)
            }
            Amount::Capped { negative } => write!(f, "{}", cap(*negative)),
        }
    }
}

/// Writes an amount that is not zero and at most 2^63 - 1 with the largest suffix of which it is a multiple.
fn write_binary(f: &mut fmt::Formatter<'_>, amount: i128) -> fmt::Result {
    let factors = amount.trailing_zeros() as usize / 10;
    write!(f, "{}{}", amount >> (10 * factors), ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][factors])
}

/// What follows digits that do not end with a zero and are worth ten to the `power`: an exponent that is a multiple
/// of three, and the zeros that make it one.
fn write_power(f: &mut fmt::Formatter<'_>, notation: Notation, power: i32) -> fmt::Result {
    let zeros = power.rem_euclid(3);
    let exponent = power.wrapping_sub(zeros);
    f.write_str(&"00"[..zeros.unsigned_abs() as usize])?;
    if notation == Notation::Exponent {
        return if exponent == 0 { Ok(()) } else { write!(f, "e{exponent}") };
    }
    let suffix = exponent.abs_diff(NANO) as usize / 3;
    f.write_str(["n", "u", "m", "", "k", "M", "G", "T", "P", "E"].get(suffix).unwrap_or(&""))
}

impl fmt::Display for ParseQuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => {
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            }
            Self::Numeric => "unable to parse numeric part of quantity",
            Self::Suffix => "unable to parse quantity's suffix",
            Self::OutOfRange => "quantity out of range",
        })
    }
}

impl error::Error for ParseQuantityError {}

impl<'de> Deserialize<'de> for Quantity {
    /// Reads what Go's `UnmarshalJSON` reads: a string, with space around it or not, a number, or null, which is
    /// zero.
    ///
    /// Go reads the raw text, which is not to be had from serde. So a string with an escaped character is read here
    /// as what it means, and an error there. And a number with a point or an exponent, or beyond 64 bits, comes as
    /// an `f64`: it is taken for the shortest decimal that means that `f64`, written as Go and JavaScript write it.
    /// That is the same amount up to 15 significant digits and exponents of 22, but `1e3` is displayed as `1k`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(QuantityVisitor)
    }
}

struct QuantityVisitor;

impl Visitor<'_> for QuantityVisitor {
    type Value = Quantity;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a quantity, as a string or a number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Quantity, E> {
        text.trim().parse().map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Quantity, E> {
        if number.unsigned_abs() < 10_u64.pow(18) {
            return Ok(Quantity::from_count(number));
        }
        self.visit_str(&number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Quantity, E> {
        match i64::try_from(number) {
            Ok(number) => self.visit_i64(number),
            Err(_) => self.visit_str(&number.to_string()),
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Quantity, E> {
        let plain = number == 0.0 || (1e-6..1e21).contains(&number.abs());
        self.visit_str(&if plain { number.to_string() } else { format!("{number:e}") })
    }

    fn visit_unit<E: Error>(self) -> Result<Quantity, E> {
        Ok(Quantity::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Quantity {
        text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"))
    }

    #[test]
    fn amounts_are_those_of_go() {
        #[rustfmt::skip]
        let rows = [
            ("a count",                       "2",                      2,                    2000,        "2"),
            ("cores of a node",               "3920m",                  4,                    3920,        "3920m"),
            ("cores in use",                  "123456789n",             1,                    124,         "123456789n"),
            ("memory of a node",              "16384256Ki",             16_777_478_144,       16_777_478_144_000, "16384256Ki"),
            ("a larger suffix fits",          "1048576Ki",              1 << 30,              (1 << 30) * 1000, "1Gi"),
            ("a fraction",                    "1.5",                    2,                    1500,        "1500m"),
            ("a binary fraction",             "1.5Gi",                  1_610_612_736,        1_610_612_736_000, "1536Mi"),
            ("a binary amount below 1024",    "0.5Ki",                  512,                  512_000,     "512"),
            ("below a billionth",             "0.1n",                   1,                    1,           "1n"),
            ("below a binary billionth",      "0.0000000000001Ki",      1,                    1,           "1n"),
            ("nines round up to a one",       "0.9999999999",           1,                    1000,        "1"),
            ("negative, away from zero",      "-1.5",                   -2,                   -1500,       "-1500m"),
            ("negative, Go's remainder",      "-0.0005Ki",              1,                    -512,        "-512m"),
            ("negative zero",                 "-0",                     0,                    0,           "0"),
            ("a sign alone",                  "-",                      0,                    0,           "0"),
            ("a suffix alone",                "m",                      0,                    0,           "0"),
            ("no digit before the point",     ".5",                     1,                    500,         "500m"),
            ("a plus sign stays",             "+5",                     5,                    5000,        "+5"),
            ("zeros at the beginning stay",   "005Ki",                  5120,                 5_120_000,   "005Ki"),
            ("the point stays",               "5.",                     5,                    5000,        "5."),
            ("zeros at the end may stay",     "1.500",                  2,                    1500,        "1.500"),
            ("an exponent",                   "12e4",                   120_000,              120_000_000, "120e3"),
            ("an exponent stays",             "1E+03",                  1000,                 1_000_000,   "1E+03"),
            ("an exponent of 32 bits",        "10e4294967296",          10,                   10_000,      "10e4294967296"),
            ("exa, no exponent",              "1E",                     10_i64.pow(18),       0,           "1E"),
            ("above exa, no suffix",          "1000E",                  0,                    0,           "1"),
            ("Go multiplies and overflows",   "100000000000G",          7_766_279_631_452_241_920, 0,         "100E"),
            ("the binary cap",                "8Ei",                    i64::MAX,             -1000,       "9223372036854775807"),
            ("the negative binary cap",       "-8Ei",                   -i64::MAX,            1000,        "-9223372036854775807"),
            ("no decimal cap",                "9223372036854775808",    i64::MIN,             0,           "9223372036854775808"),
            ("the largest exponent",          "1e2147483647",           0,                    1,           "10e2147483646"),
            ("an exponent that wraps around", "1.5e-2147483648",        0,                    15,          "150e2147483646"),
        ];
        for (name, text, value, milli_value, displayed) in rows {
            let quantity = read(text);
            let found = (quantity.value(), quantity.milli_value(), quantity.to_string());
            assert_eq!(found, (value, milli_value, displayed.to_owned()), "{name}: {text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_rejected_with_the_reason() {
        use ParseQuantityError::{Format, Numeric, OutOfRange, Suffix};
        #[rustfmt::skip]
        let rows = [
            ("empty",                        "",                                 Format),
            ("space",                        " 1",                               Format),
            ("a second point",               "1.2.3",                            Format),
            ("a letter of no suffix",        "1x",                               Format),
            ("digits of another script",     "١",                                Format),
            ("a character after a suffix",   "1Kié",                             Format),
            ("an unknown suffix",            "1KM",                              Suffix),
            ("a binary suffix without i",    "1K",                               Suffix),
            ("digits after a suffix",        "1k5",                              Suffix),
            ("an exponent without digits",   "1e",                               Suffix),
            ("an exponent beyond 64 bits",   "1e9223372036854775808",            Suffix),
            ("no digits for a large suffix", "Pi",                               Numeric),
            ("no digits for a small power",  ".e-10",                            Numeric),
            ("19 digits and a huge power",   "1234567890123456789e2147483647",   OutOfRange),
            ("a tiny power that wraps",      "1e-2147483648",                    OutOfRange),
        ];
        for (name, text, error) in rows {
            assert_eq!(text.parse::<Quantity>(), Err(error), "{name}: {text}");
        }
    }

    #[test]
    fn nanos_are_exact_or_none() {
        #[rustfmt::skip]
        let rows = [
            ("zero",             "0e2147483647",                             Some(0)),
            ("a billionth",      "1n",                                       Some(1)),
            ("rounded up",       "-1.0000000001",                            Some(-1_000_000_001)),
            ("binary",           "1.5Ki",                                    Some(1_536_000_000_000)),
            ("capped",           "-9Ei",                                     Some(-i128::from(i64::MAX) * 1_000_000_000)),
            ("the greatest",     "170141183460469231731687303715884105727n", Some(i128::MAX)),
            ("one more",         "170141183460469231731687303715884105728n", None),
            ("the least",       "-170141183460469231731687303715884105728n", Some(i128::MIN)),
            ("one less",        "-170141183460469231731687303715884105729n", None),
            ("a huge exponent",  "1e2147483647",                             None),
        ];
        for (name, text, nanos) in rows {
            assert_eq!(read(text).nanos(), nanos, "{name}: {text}");
        }
    }

    #[test]
    fn quantities_are_ordered_by_amount() {
        let ascending = [
            "-1e2147483647",
            "-2e100",
            "-12345678901234567890123456789012345678901",
            "-9Ei",
            "-1n",
            "-0",
            "1n",
            "999m",
            "1",
            "1001m",
            "1Ki",
            "8Ei",
            "9223372036854775808",
            "1e99",
            "100000000000000000000000000000000000000000000000000000000000001e38",
            "1e2147483647",
        ];
        for (place, text) in ascending.iter().enumerate() {
            for (others, other) in ascending.iter().enumerate() {
                assert_eq!(read(text).cmp(&read(other)), place.cmp(&others), "{text} and {other}");
            }
        }
        for (text, same) in [("1", "1000m"), ("0", "-0e99"), ("1e60", "10e59"), ("1Ki", "1.024k")] {
            assert_eq!(read(text), read(same));
        }
        assert_eq!(read("1e60"), read("1000000000000000000000000000000000000000000000000000000000000"));
        assert!(Quantity::default().is_zero() && read("0.000Ei").is_zero() && !read("-0.1n").is_zero());
    }

    #[test]
    fn json_is_read_as_go_reads_it() {
        #[rustfmt::skip]
        let rows = [
            ("a string",            r#""250m""#,               Some("250m")),
            ("space in a string",   r#"" 1Gi ""#,             Some("1Gi")),
            ("an integer",          "2",                       Some("2")),
            ("a negative integer",  "-1000",                   Some("-1k")),
            ("19 digits",           "1000000000000000001",     Some("1000000000000000001")),
            ("beyond i64",          "18446744073709551615",    Some("18446744073709551615")),
            ("beyond u64",          "100000000000000000000",   Some("100E")),
            ("a fraction",          "0.5",                     Some("500m")),
            ("negative zero",       "-0.0",                    Some("0")),
            ("an exponent",         "1e3",                     Some("1k")),
            ("a large exponent",    "1.5e300",                 Some("1500e297")),
            ("a small exponent",    "1e-7",                    Some("100e-9")),
            ("null",                "null",                    Some("0")),
            ("an empty string",     r#""""#,                   None),
            ("a boolean",           "true",                    None),
            ("a list",              "[1]",                     None),
        ];
        for (name, json, displayed) in rows {
            let borrowed = serde_json::from_str::<Quantity>(json).ok();
            let owned = serde_json::from_reader::<_, Quantity>(json.as_bytes()).ok();
            assert_eq!(borrowed.map(|quantity| quantity.to_string()).as_deref(), displayed, "{name}: {json}");
            assert_eq!(owned.map(|quantity| quantity.to_string()).as_deref(), displayed, "{name}: {json}");
        }
    }

    #[test]
    fn work_is_linear_in_the_text() {
        let nines = "9".repeat(1_000_000);
        for text in [
            nines.clone(),
            format!("-{nines}e-1000009"),
            format!("0.{nines}Ki"),
            format!("{nines}Ei"),
            format!("1e{}3", "0".repeat(1_000_000)),
            "123456789012345678901e2147483600".to_owned(),
            "1.23456789e-2147483600".to_owned(),
        ] {
            let quantity = read(&text);
            assert!(!quantity.is_zero() && quantity.to_string().len() <= text.len() + 2);
            assert_eq!(quantity, quantity.clone());
        }
    }
}
