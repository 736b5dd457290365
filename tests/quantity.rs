//! Asks Kubernetes' own parser about a hundred thousand texts and compares its answers with `Quantity`'s.
//!
//! `NODEUSAGE_ORACLE_SEED` (a byte) and `NODEUSAGE_ORACLE_CASES` ask about other texts and more of them.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::{
    collections::BTreeSet,
    env,
    io::{BufRead, BufReader, BufWriter, Write},
    path::PathBuf,
    process::{Command, Stdio},
    thread,
};

use nodeusage::quantity::{ParseQuantityError, Quantity};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    strategy::ValueTree,
    string::string_regex,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde::Deserialize;

/// What a text is, to one side or the other: the quantity, or the reason why it is none as its text.
#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Answer {
    ok: bool,
    value: i64,
    milli: i64,
    text: String,
}

#[test]
fn quantity_equals_apimachinery() {
    let texts = texts(setting("NODEUSAGE_ORACLE_SEED", 1), setting("NODEUSAGE_ORACLE_CASES", 100_000));
    let expected = ask_apimachinery(&texts);
    assert_eq!(expected.len(), texts.len(), "the oracle gave another number of answers");

    let differing: Vec<String> = texts
        .iter()
        .zip(&expected)
        .map(|(text, go)| (text, go, ask_quantity(text)))
        .filter(|(_, go, rust)| *go != rust)
        .map(|(text, go, rust)| format!("{text:?}\n    Go:   {go:?}\n    Rust: {rust:?}"))
        .collect();
    assert!(
        differing.is_empty(),
        "{} of {} texts differ, first:\n{}",
        differing.len(),
        texts.len(),
        differing[..differing.len().min(10)].join("\n"),
    );

    assert_mixed(&texts, &expected);
}

fn setting<T: std::str::FromStr>(variable: &str, default: T) -> T {
    env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn ask_quantity(text: &str) -> Answer {
    match text.parse::<Quantity>() {
        Ok(quantity) => Answer {
            ok: true,
            value: quantity.value(),
            milli: quantity.milli_value(),
            text: quantity.to_string(),
        },
        Err(error) => {
            let reason = match error {
                ParseQuantityError::Format => "format",
                ParseQuantityError::Numeric => "numeric",
                ParseQuantityError::Suffix => "suffix",
                _ => "a reason that Go has not",
            };
            Answer { ok: false, value: 0, milli: 0, text: reason.to_owned() }
        }
    }
}

fn ask_apimachinery(texts: &BTreeSet<String>) -> Vec<Answer> {
    let oracle = env::var_os("NODEUSAGE_TEST_BIN")
        .map(|directory| PathBuf::from(directory).join("quantity-oracle"))
        .filter(|oracle| oracle.is_file())
        .expect("run the tests by `make test`, which builds tests/cluster first");
    let mut oracle =
        Command::new(oracle).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the oracle starts");
    let mut questions = BufWriter::new(oracle.stdin.take().expect("its input is a pipe"));
    let answers = BufReader::new(oracle.stdout.take().expect("its output is a pipe"));

    let answers = thread::scope(|scope| {
        scope.spawn(move || {
            for text in texts {
                serde_json::to_writer(&mut questions, text).expect("the oracle reads");
                questions.write_all(b"\n").expect("the oracle reads");
            }
        });
        answers
            .lines()
            .map(|line| serde_json::from_str(&line.expect("the oracle writes")).expect("an answer"))
            .collect()
    });
    assert!(oracle.wait().expect("the oracle ends").success());
    answers
}

/// That the texts are worth asking about: enough of either kind, and every suffix and reason among them.
fn assert_mixed(texts: &BTreeSet<String>, answers: &[Answer]) {
    let accepted: Vec<&str> =
        texts.iter().zip(answers).filter(|(_, answer)| answer.ok).map(|(text, _)| text.as_str()).collect();
    assert!(accepted.len() * 100 >= texts.len() * 30, "only {} are accepted", accepted.len());
    assert!(accepted.len() * 100 <= texts.len() * 80, "as many as {} are accepted", accepted.len());
    for suffix in SUFFIXES {
        let has_suffix = |text: &&str| {
            text.strip_suffix(suffix)
                .is_some_and(|number| number.ends_with(|letter: char| letter.is_ascii_digit()))
        };
        assert!(accepted.iter().any(has_suffix), "none with {suffix:?} is accepted");
    }
    for reason in ["format", "numeric", "suffix"] {
        assert!(answers.iter().any(|answer| answer.text == reason), "none is rejected for its {reason}");
    }
}

const SUFFIXES: [&str; 16] =
    ["n", "u", "m", "", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

#[rustfmt::skip]
const CHOSEN: &[&str] = &[
    // As clusters have them.
    "123456789n", "250m", "2", "0", "110", "3920m", "16384256Ki", "95551679124", "1.5Gi", "0.5", "64Gi",
    // Signs, points and nothing.
    "", "+", "-", ".", "+.", "-.", "+5", "-5", "--5", "+-5", ".5", "5.", "-.5", "5..", "1.2.3", "+.5.", "-0", "-0.0",
    "0.0", "000", "0005", "-0005", "00.500", "1.", "1.0", "1.00", "1.000", "1.500", "1.0000000000000000000000",
    // Suffixes without digits, suffixes that are none.
    "m", "n", "k", "E", "Ki", "Ti", "Pi", "Ei", "-Ei", ".Pi", ".m", "e", "e5", "e-9", "e-10", ".e-10", "+e-10", "E5",
    "1K", "1i", "1ki", "1KM", "1kk", "1ee5", "1eE", "1Ee", "1mi", "1ni", "1nn", "1e5m", "1me5", "1k5", "1-5", "1+",
    "1e+", "1e-", "1e++5", "1e5.5", "1Ei5", "1Ki+", "1Ki-5", "5.Ki", "1E", "1e", "1E3", "1e3", "1e0", "1e-0", "1E+03",
    // Space and what is not ASCII.
    " ", " 1", "1 ", "1 Ki", "\t1", "1\n", "1\0", "\u{a0}1", "١", "1\u{661}", "1µ", "1Kié", "－1", "1\u{feff}", "é",
    "1_000", "1,000", "0x10", "0b1", "1e1_0", "Inf", "NaN", "inf", "nan", "1d", "true", "null",
    // Below a billionth, fractions with binary suffixes.
    "0.1n", "-0.1n", "0.0n", "1.5n", "1.0n", "0.9999999999", "-0.9999999999", "0.000000001", "0.0000000001", "1e-9",
    "1e-10", "-1e-400", "999999999999999999.9e-9", "0.5Ki", "-0.5Ki", "0.0005Ki", "-0.0005Ki", "0.0Ki", "-0.0Ei",
    "0.0000000000001Ki", "1.0009765625Ki", "0.9990234375Ki", "9007199254740991.9990234375Ki", "0.00000000000000000001Ei",
    "-9007199254740991.9990234375Ki", "9007199254740991.99902343750000000001Ki", "1023.9999999999999999Ki", "1.1Ki",
    // What is as large as it gets.
    "9223372036854775806", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616",
    "-9223372036854775809", "9223372036854775807n", "9223372036854775808n", "-9223372036854775809n", "9.3E", "9E", "10E",
    "1000E", "-1000E", "10E20", "1000000E", "999999999999999999", "999999999999999999E", "-999999999999999999E",
    "1000000000000000000", "1000000000000000000E", "7Ei", "8Ei", "-8Ei", "9Ei", "7.99999999999999999999Ei", "8191Pi",
    "8192Pi", "-8192Pi", "8388608Ti", "9007199254740992Ki", "99999999999Ki", "100000000000Ki", "99Ti", "100Ti",
    "99999999Mi", "100000000Mi", "99999Gi", "100000Gi", "340282366920938463463374607431768211456Ki",
    "1.7976931348623157e308", "-1.7976931348623157e308", "5e-324", "1e308", "12345678901234567890e308",
    "170141183460469231731687303715884105727n", "170141183460469231731687303715884105728n",
    // Exponents that need more than 32 bits, and more than 64.
    "1e2147483647", "10e2147483647", "1000e2147483647", "-1e2147483647", "999999999999999999e2147483647",
    "999999999999999999e2147483645", "999999999999999999e2147483646", "1e2147483644", "1e2147483645", "1.5e-2147483648",
    "1.55e-2147483648", "1e4294967296", "10e4294967296", "1e-4294967296", "1e9223372036854775807", "1e18446744073709551616",
    "1e9223372036854775808", "-1e-9223372036854775808", "1e-9223372036854775809", "1e00000000000000000000000000000003",
];

/// The chosen texts and as many generated ones as make `count`, the same ones for the same seed.
fn texts(seed: u8, count: usize) -> BTreeSet<String> {
    let rng = TestRng::from_seed(RngAlgorithm::XorShift, &[seed; 16]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = some_texts();
    let mut texts: BTreeSet<String> = CHOSEN.iter().map(ToString::to_string).collect();
    assert_eq!(texts.iter().find(|text| !go_comes_to_an_end(text)), None);
    while texts.len() < count {
        let generated = strategy.new_tree(&mut runner).expect("texts").current();
        texts.extend(generated.into_iter().filter(|text| go_comes_to_an_end(text)));
    }
    texts
}

/// Texts that are generated at once: a quantity and what a slip of the hand makes of it, or anything.
fn some_texts() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![
        8 => (quantity(), mutation()).prop_map(|(text, mutation)| vec![mutation.apply(&text), text]),
        1 => vec(regex("[0-9.+eEinumkKMGTP-]{1,8}"), 4),
        1 => vec(regex("[ -~]{0,6}|\\PC{1,4}"), 2),
    ]
}

/// A strategy that reads its pattern once, other than the pattern itself as a strategy.
fn regex(pattern: &str) -> BoxedStrategy<String> {
    string_regex(pattern).expect("a regular expression").boxed()
}

/// A sign, a number and a suffix; most are quantities, though not all.
fn quantity() -> BoxedStrategy<String> {
    let sign = prop_oneof![6 => Just(""), 3 => Just("-"), 1 => Just("+")];
    let whole = prop_oneof![
        4 => regex("[0-9]{1,4}"),
        3 => regex("[0-9]{5,16}"),
        4 => regex("[1-9][0-9]{16,19}"),
        2 => regex("[1-9][0-9]{0,40}"),
        2 => regex("0{0,3}[1-9][0-9]{0,3}0{0,18}"),
        1 => regex("9{1,30}"),
        1 => Just(String::new()),
        2 => limit(),
    ];
    let fraction = prop_oneof![
        8 => Just(String::new()),
        1 => Just(".".to_owned()),
        2 => regex("\\.[0-9]{1,4}"),
        1 => regex("\\.[0-9]{5,20}"),
        1 => regex("\\.[0-9]{0,40}"),
        1 => regex("\\.0{1,12}[0-9]{0,3}"),
        1 => regex("\\.(9{1,12}|[0-9]{1,3}0{1,18})"),
    ];
    let suffix = prop_oneof![
        10 => select(&SUFFIXES[..]).prop_map(str::to_owned),
        3 => regex("[eE][+-]?0{0,2}[0-9]{1,2}"),
        1 => regex("[eE][+-]?[0-9]{3}"),
        1 => extreme_exponent(),
    ];
    (sign, whole, fraction, suffix)
        .prop_map(|(sign, whole, fraction, suffix)| format!("{sign}{whole}{fraction}{suffix}"))
        .boxed()
}

/// An integer next to one where a representation ends.
fn limit() -> BoxedStrategy<String> {
    let power_of_two = (0..127_u32).prop_map(|bits| 1_i128 << bits);
    let power_of_ten = (0..38_u32).prop_map(|zeros| 10_i128.pow(zeros));
    let power = prop_oneof![
        1 => Just(1 << 63),
        1 => Just(1 << 64),
        1 => Just(10_i128.pow(18)),
        2 => power_of_two,
        2 => power_of_ten,
    ];
    (power, -3..=3_i128).prop_map(|(power, step)| (power + step).abs().to_string()).boxed()
}

/// An exponent next to one that does not fit 32 or 64 bits.
fn extreme_exponent() -> BoxedStrategy<String> {
    let power = select(&[1_i128 << 31, 1 << 32, 3 << 31, 1 << 33, 1 << 63, 1 << 64][..]);
    let digits = (power, -12..=12_i128).prop_map(|(power, step)| power + step);
    (select(&["e", "E", "e+", "e-"][..]), digits).prop_map(|(sign, digits)| format!("{sign}{digits}")).boxed()
}

#[derive(Clone, Debug)]
enum Mutation {
    Insert(Index, char),
    Remove(Index),
    Replace(Index, char),
    Repeat(Index),
    Swap(Index, Index),
}

fn mutation() -> BoxedStrategy<Mutation> {
    let letter = || {
        prop_oneof![
            4 => select("0123456789.+-eEinumkKMGTP".chars().collect::<Vec<_>>()),
            1 => any::<char>(),
        ]
    };
    prop_oneof![
        (any::<Index>(), letter()).prop_map(|(place, letter)| Mutation::Insert(place, letter)),
        any::<Index>().prop_map(Mutation::Remove),
        (any::<Index>(), letter()).prop_map(|(place, letter)| Mutation::Replace(place, letter)),
        any::<Index>().prop_map(Mutation::Repeat),
        (any::<Index>(), any::<Index>()).prop_map(|(place, other)| Mutation::Swap(place, other)),
    ]
    .boxed()
}

impl Mutation {
    fn apply(self, text: &str) -> String {
        let mut letters: Vec<char> = text.chars().collect();
        let count = letters.len();
        match self {
            Self::Insert(place, letter) => letters.insert(place.index(count + 1), letter),
            _ if count == 0 => {}
            Self::Remove(place) => drop(letters.remove(place.index(count))),
            Self::Replace(place, letter) => letters[place.index(count)] = letter,
            Self::Repeat(place) => letters.insert(place.index(count), letters[place.index(count)]),
            Self::Swap(place, other) => letters.swap(place.index(count), other.index(count)),
        }
        letters.into_iter().collect()
    }
}

/// Whether Go answers in a time that can be waited for. It writes out ten to the exponent, except for a number of
/// at most 18 digits and nine decimal places; of that one it multiplies a zero as often as the exponent says.
#[expect(clippy::cast_possible_truncation, reason = "Go keeps the low 32 bits of an exponent")]
fn go_comes_to_an_end(text: &str) -> bool {
    let Some((number, exponent)) = text.split_once(['e', 'E']) else {
        return true;
    };
    let Ok(exponent) = exponent.parse::<i64>().map(|exponent| exponent as i32) else {
        return true;
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = whole.trim_start_matches(['+', '-', '0']).len().max(1) + fraction.len();
    exponent.unsigned_abs() < 1000
        || (digits <= 18
            && number.contains(|letter| matches!(letter, '1'..='9'))
            && i32::try_from(fraction.len()).is_ok_and(|places| exponent.wrapping_sub(places) >= -9))
}
