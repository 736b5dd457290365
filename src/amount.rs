//! Exact amounts of cores and bytes, and shares of them.

use std::{
    cmp::Ordering,
    fmt,
    iter::Sum,
    num::NonZero,
    ops::{AddAssign, Sub, SubAssign},
};

use crate::quantity::Quantity;

/// An amount of cores or bytes, exact to the billionth, which is the finest that a [`Quantity`] holds.
///
/// An unknown one takes no more room than a known one: most of what is kept of a cluster are amounts that may be unknown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(NonZero<u128>);

const NANOS: i128 = 1_000_000_000;

const SIGN: u128 = 1 << 127;

impl Amount {
    /// The most that one quantity may say, 2^63 - 1. Sums of as many as a memory can hold stay exact.
    const LARGEST: i128 = i64::MAX as i128 * NANOS;

    /// The amount that a quantity says; `None` beyond 2^63 - 1 either way, which is no amount of anything.
    #[must_use]
    pub fn from_quantity(quantity: &Quantity) -> Option<Self> {
        quantity.nanos().filter(|nanos| nanos.abs() <= Self::LARGEST).map(Self::new)
    }

    /// None.
    pub const ZERO: Self = Self::new(0);

    /// So many billionths. The sign is turned over, so that the order is kept and only what no sum can reach has no bit.
    const fn new(nanos: i128) -> Self {
        match NonZero::new(nanos.cast_unsigned() ^ SIGN) {
            Some(turned) => Self(turned),
            None => Self(NonZero::<u128>::MIN),
        }
    }

    /// So many whole ones.
    #[must_use]
    pub fn from_whole(whole: i64) -> Self {
        Self::new(i128::from(whole) * NANOS)
    }

    /// In billionths.
    #[must_use]
    pub fn nanos(self) -> i128 {
        (self.0.get() ^ SIGN).cast_signed()
    }

    /// In thousandths, rounded away from zero as Go's `Quantity.MilliValue` is.
    #[must_use]
    pub fn millis(self) -> i128 {
        away_from_zero(self.nanos(), NANOS / 1000)
    }

    /// Whole ones, rounded away from zero as Go's `Quantity.Value` is.
    #[must_use]
    pub fn whole(self) -> i128 {
        away_from_zero(self.nanos(), NANOS)
    }
}

impl Default for Amount {
    fn default() -> Self {
        Self::ZERO
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Amount").field(&self.nanos()).finish()
    }
}

fn away_from_zero(amount: i128, unit: i128) -> i128 {
    amount / unit + (amount % unit).signum()
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        *self = Self::new(self.nanos() + other.nanos());
    }
}

impl SubAssign for Amount {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sub for Amount {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self::new(self.nanos() - other.nanos())
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self::new(amounts.map(Self::nanos).sum())
    }
}

/// A share in percent, exact: `used` of `of`, which is positive.
#[derive(Debug, Clone, Copy)]
pub struct Percent {
    used: i128,
    of: i128,
}

impl Percent {
    /// The share; `None` when there is nothing to have a share of.
    #[must_use]
    pub fn of(used: Amount, of: Amount) -> Option<Self> {
        (of > Amount::ZERO).then_some(Self { used: used.nanos(), of: of.nanos() })
    }

    /// The percent in units of 10^-`places`, rounded half away from zero.
    #[must_use]
    pub fn rounded(self, places: u32) -> i128 {
        let scale = 100 * 10_i128.pow(places);
        // The whole part apart keeps the product in range: `used % of` is less than `of`.
        let (whole, rest) = (self.used / self.of, self.used % self.of);
        let part = match rest.checked_mul(2 * scale) {
            Some(twice) => (twice + self.of * rest.signum()) / (2 * self.of),
            // Amounts beyond 10^28 billionths: the last of their digits are far below any place that is shown.
            None => rest / (self.of / scale),
        };
        whole.saturating_mul(scale).saturating_add(part)
    }
}

impl PartialEq for Percent {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Percent {}

impl PartialOrd for Percent {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Percent {
    /// Exact, without the products that could overflow: whole parts first, then the inverted remainders.
    fn cmp(&self, other: &Self) -> Ordering {
        let (mut a, mut b) = (*self, *other);
        loop {
            let wholes = a.used.div_euclid(a.of).cmp(&b.used.div_euclid(b.of));
            let (rest_a, rest_b) = (a.used.rem_euclid(a.of), b.used.rem_euclid(b.of));
            if wholes.is_ne() || rest_a == 0 || rest_b == 0 {
                return wholes.then_with(|| rest_a.min(1).cmp(&rest_b.min(1)));
            }
            // x/y < u/v exactly when v/u < y/x.
            (a, b) = (Self { used: b.of, of: rest_b }, Self { used: a.of, of: rest_a });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(used: i128, of: i128) -> Percent {
        Percent::of(Amount::new(used), Amount::new(of)).unwrap()
    }

    #[test]
    fn amounts_round_away_from_zero() {
        for (text, millis, whole) in
            [("123456789n", 124, 1), ("1n", 1, 1), ("-1500u", -2, -1), ("2", 2000, 2)]
        {
            let amount = Amount::from_quantity(&text.parse().unwrap()).unwrap();
            assert_eq!((amount.millis(), amount.whole()), (millis, whole), "{text}");
        }
        assert_eq!(Amount::from_quantity(&"1e20".parse().unwrap()), None);
    }

    #[test]
    fn amounts_are_ordered_and_an_unknown_one_takes_no_more_room() {
        let amounts = [i128::MIN, -Amount::LARGEST, -1, 0, 1, Amount::LARGEST, i128::MAX].map(Amount::new);
        assert!(amounts.is_sorted_by(|less, more| less < more), "{amounts:?}");
        assert_eq!(amounts[1..].iter().map(|amount| amount.nanos()).sum::<i128>(), i128::MAX);
        assert_eq!((Amount::default(), Amount::ZERO.nanos()), (Amount::ZERO, 0));
        assert_eq!(size_of::<Option<Amount>>(), size_of::<Amount>());
    }

    #[test]
    fn percent_is_rounded_once_and_half_away_from_zero() {
        for (used, of, places, rounded) in [
            (1, 3, 1, 333),
            (2, 3, 1, 667),
            (1, 800, 1, 1),
            (1, 2000, 1, 1),
            (1, 2001, 1, 0),
            (-1, 2000, 1, -1),
            (123_499_996, 1_000_000_000, 1, 123),
            (21, 10, 0, 210),
            (i128::from(i64::MAX) * 1_000_000_000, 1_000_000_000, 6, i128::from(i64::MAX) * 100_000_000),
            (i128::MAX / 2, i128::MAX, 0, 50),
        ] {
            assert_eq!(percent(used, of).rounded(places), rounded, "{used} of {of}");
        }
    }

    #[test]
    fn percents_are_compared_exactly() {
        let most = i128::from(i64::MAX) * 1_000_000_000;
        for (less, more) in [
            (percent(1, 3), percent(333_333_334, 1_000_000_000)),
            (percent(most - 2, most - 1), percent(most - 1, most)),
            (percent(-1, 3), percent(0, 3)),
            (percent(0, 3), percent(1, most)),
            (percent(3, 2), percent(2, 1)),
        ] {
            assert!(less < more, "{less:?} {more:?}");
        }
        assert_eq!(percent(2, 6), percent(most / 3, most / 3 * 3));
    }

    #[test]
    fn nothing_has_no_share() {
        assert!(Percent::of(Amount::new(1), Amount::ZERO).is_none());
        assert!(Percent::of(Amount::new(1), Amount::new(-5)).is_none());
    }
}
