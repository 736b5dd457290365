//! From when until when a certificate is valid. The TLS library checks that of the certificates in a chain, but not
//! of those that are trusted by themselves, and gives nobody the dates.

use jiff::{Timestamp, civil, tz::TimeZone};

/// The time in which a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// The first second.
    pub not_before: Timestamp,
    /// The last second.
    pub not_after: Timestamp,
}

impl Validity {
    /// Reads it from a certificate's DER (RFC 5280, 4.1); `None` where that is none.
    #[must_use]
    pub fn of(certificate: &[u8]) -> Option<Self> {
        let (_, after_issuer) = issuer(certificate)?;
        let (SEQUENCE, validity, _) = element(after_issuer)? else { return None };
        let (begin_tag, begin, after_begin) = element(validity)?;
        let (end_tag, end, _) = element(after_begin)?;
        Some(Self { not_before: time(begin_tag, begin)?, not_after: time(end_tag, end)? })
    }
}

/// Whether a certificate says that it was signed by the one whom it is for.
pub fn is_self_issued(certificate: &[u8]) -> bool {
    let names = || {
        let (issuer, validity) = issuer(certificate)?;
        let (_, _, after_validity) = element(validity)?;
        let (_, subject, _) = element(after_validity)?;
        Some(issuer == subject)
    };
    names().unwrap_or_default()
}

/// The issuer's name, and what follows it.
fn issuer(certificate: &[u8]) -> Option<(&[u8], &[u8])> {
    let (SEQUENCE, certificate, _) = element(certificate)? else { return None };
    let (SEQUENCE, mut fields, _) = element(certificate)? else { return None };
    let (first, _, after_version) = element(fields)?;
    if first == EXPLICIT_VERSION {
        fields = after_version;
    }
    let (_, _, after_serial) = element(fields)?;
    let (_, _, after_algorithm) = element(after_serial)?;
    let (_, issuer, after_issuer) = element(after_algorithm)?;
    Some((issuer, after_issuer))
}

const SEQUENCE: u8 = 0x30;
const EXPLICIT_VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// A DER element: its tag, what it holds, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, length], rest) = der.split_first_chunk::<2>()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            (bytes.iter().fold(0, |length, &byte| (length << 8) | usize::from(byte)), rest)
        }
        _ => return None,
    };
    let (held, after) = rest.split_at_checked(length)?;
    Some((tag, held, after))
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
fn time(tag: u8, text: &[u8]) -> Option<Timestamp> {
    let digits = text.strip_suffix(b"Z")?;
    let mut pairs = digits.chunks(2).map(|pair| match pair {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => i8::try_from((tens - b'0') * 10 + ones - b'0').ok(),
        _ => None,
    });
    let mut next = || pairs.next().flatten();
    let year = match tag {
        UTC_TIME => {
            let year = i16::from(next()?);
            if year < 50 { 2000 + year } else { 1900 + year }
        }
        GENERALIZED_TIME => i16::from(next()?) * 100 + i16::from(next()?),
        _ => return None,
    };
    let (month, day, hour, minute, second) = (next()?, next()?, next()?, next()?, next()?);
    let time = civil::DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dates_are_those_of_the_certificate() {
        let key = rcgen::KeyPair::generate().unwrap();
        for (from, until) in [((1975, 1, 2), (2049, 12, 31)), ((2000, 2, 29), (2050, 1, 1))] {
            let mut params = rcgen::CertificateParams::new(["a".to_owned()]).unwrap();
            params.not_before = rcgen::date_time_ymd(from.0, from.1, from.2);
            params.not_after = rcgen::date_time_ymd(until.0, until.1, until.2);
            let validity = Validity::of(params.self_signed(&key).unwrap().der()).unwrap();
            let day = |(y, m, d): (i32, u8, u8)| format!("{y:04}-{m:02}-{d:02}T00:00:00Z").parse().unwrap();
            assert_eq!(validity, Validity { not_before: day(from), not_after: day(until) });
        }
    }

    #[test]
    fn what_is_no_certificate_has_no_dates() {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new([]).unwrap().self_signed(&key).unwrap();
        // Cut anywhere before the dates, and after any single byte is changed: no panic.
        let der = certificate.der();
        for end in 0..der.len() {
            assert!(end > 60 || Validity::of(&der[..end]).is_none());
            let mut changed = der.to_vec();
            changed[end] ^= 0xff;
            let _ = Validity::of(&changed);
        }
    }
}
