//! Label selectors, in the grammar of `kubectl -l`.

use std::{error, fmt, str::FromStr};

use crate::snapshot::Labels;

/// A label selector: every requirement must hold.
///
/// The grammar and the meaning are those of apimachinery's `labels.Parse`: `a=b`, `a==b`, `a!=b`,
/// `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, `a>1`, `a<1`, joined by commas. The characters that a key or a
/// value may have are left to the server, which checks them too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    text: String,
    requirements: Vec<Requirement>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Exists,
    Missing,
    In(Vec<String>),
    NotIn(Vec<String>),
    Greater(i64),
    Less(i64),
}

impl Selector {
    /// The selector as it was typed, for the server's `labelSelector` parameter.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The keys of which [`Selector::matches`] needs the values.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.requirements.iter().map(|requirement| requirement.key.as_str())
    }

    /// Whether an object with these labels is selected.
    #[must_use]
    pub fn matches(&self, labels: &Labels) -> bool {
        self.requirements.iter().all(|Requirement { key, test }| {
            let value = labels.get(key);
            let number = || value.and_then(|value| value.parse::<i64>().ok());
            match test {
                Test::Exists => value.is_some(),
                Test::Missing => value.is_none(),
                Test::In(values) => value.is_some_and(|value| values.contains(value)),
                Test::NotIn(values) => value.is_none_or(|value| !values.contains(value)),
                Test::Greater(bound) => number().is_some_and(|number| number > *bound),
                Test::Less(bound) => number().is_some_and(|number| number < *bound),
            }
        })
    }
}

/// Why a text is no label selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseSelectorError {
    expected: &'static str,
    found: String,
}

impl fmt::Display for ParseSelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.found.as_str() {
            "" => write!(f, "expected {}, found the end", self.expected),
            found => write!(f, "expected {}, found {found:?}", self.expected),
        }
    }
}

impl error::Error for ParseSelectorError {}

impl FromStr for Selector {
    type Err = ParseSelectorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut tokens = Tokens { rest: text.trim_start() };
        let mut requirements = Vec::new();
        while tokens.peek() != "" {
            requirements.push(requirement(&mut tokens)?);
            match tokens.next() {
                "" => break,
                "," if tokens.peek() != "" => {}
                "," => return Err(unexpected("a label key after ','", "")),
                other => return Err(unexpected("',' or the end", other)),
            }
        }
        Ok(Self { text: text.to_owned(), requirements })
    }
}

fn requirement(tokens: &mut Tokens<'_>) -> Result<Requirement, ParseSelectorError> {
    if tokens.peek() == "!" {
        tokens.next();
        return Ok(Requirement { key: word(tokens, "a label key")?, test: Test::Missing });
    }
    let key = word(tokens, "a label key")?;
    let test = match tokens.peek() {
        "" | "," => Test::Exists,
        operator => {
            tokens.next();
            match operator {
                "=" | "==" => Test::In(vec![exact_value(tokens)?]),
                "!=" => Test::NotIn(vec![exact_value(tokens)?]),
                "in" => Test::In(values(tokens)?),
                "notin" => Test::NotIn(values(tokens)?),
                ">" => Test::Greater(bound(tokens)?),
                "<" => Test::Less(bound(tokens)?),
                other => return Err(unexpected("=, ==, !=, in, notin, < or >", other)),
            }
        }
    };
    Ok(Requirement { key, test })
}

/// The value after `=` or `!=`, which may be empty: `a=` selects the empty value.
fn exact_value(tokens: &mut Tokens<'_>) -> Result<String, ParseSelectorError> {
    match tokens.peek() {
        "" | "," => Ok(String::new()),
        _ => word(tokens, "a label value"),
    }
}

fn values(tokens: &mut Tokens<'_>) -> Result<Vec<String>, ParseSelectorError> {
    match tokens.next() {
        "(" => {}
        other => return Err(unexpected("'('", other)),
    }
    let mut values = Vec::new();
    loop {
        // `(a,,b)` and `(a,)` hold the empty value, as in apimachinery.
        values.push(match tokens.peek() {
            "," | ")" => String::new(),
            _ => word(tokens, "a label value")?,
        });
        match tokens.next() {
            "," => {}
            ")" => return Ok(values),
            other => return Err(unexpected("',' or ')'", other)),
        }
    }
}

fn bound(tokens: &mut Tokens<'_>) -> Result<i64, ParseSelectorError> {
    let text = word(tokens, "a whole number")?;
    text.parse().map_err(|_| unexpected("a whole number", &text))
}

fn word(tokens: &mut Tokens<'_>, expected: &'static str) -> Result<String, ParseSelectorError> {
    match tokens.next() {
        token if token.is_empty() || token.starts_with(SPECIAL) => Err(unexpected(expected, token)),
        token => Ok(token.to_owned()),
    }
}

fn unexpected(expected: &'static str, found: &str) -> ParseSelectorError {
    ParseSelectorError { expected, found: found.to_owned() }
}

const SPECIAL: [char; 7] = ['=', '!', '(', ')', ',', '<', '>'];

/// The tokens of a selector; `""` at the end.
struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    fn peek(&self) -> &'a str {
        let length = match self.rest {
            rest if rest.starts_with("==") || rest.starts_with("!=") => 2,
            rest if rest.starts_with(SPECIAL) => 1,
            rest => {
                rest.find(|c: char| SPECIAL.contains(&c) || c.is_ascii_whitespace()).unwrap_or(rest.len())
            }
        };
        &self.rest[..length]
    }

    fn next(&mut self) -> &'a str {
        let token = self.peek();
        self.rest = self.rest[token.len()..].trim_start();
        token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selects_as_apimachinery_does() {
        let labels: Labels =
            [("pool", "gpu"), ("cores", "16"), ("empty", "")].map(|(k, v)| (k.into(), v.into())).into();
        for (selector, selected) in [
            ("", true),
            ("pool", true),
            ("!pool", false),
            ("!other", true),
            ("pool=gpu", true),
            ("pool==gpu", true),
            (" pool = gpu , cores = 16 ", true),
            ("pool=gpu,cores=8", false),
            ("pool!=gpu", false),
            ("other!=x", true),
            ("pool in (cpu, gpu)", true),
            ("pool in (cpu)", false),
            ("pool notin (cpu,edge)", true),
            ("other notin (x)", true),
            ("empty=", true),
            ("empty in (,x)", true),
            ("pool=", false),
            ("cores>15", true),
            ("cores>16", false),
            ("cores<17", true),
            ("pool>1", false),
        ] {
            assert_eq!(selector.parse::<Selector>().unwrap().matches(&labels), selected, "{selector}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (selector, error) in [
            ("a b", "expected =, ==, !=, in, notin, < or >, found \"b\""),
            ("a=b c", "expected ',' or the end, found \"c\""),
            ("=b", "expected a label key, found \"=\""),
            ("a,", "expected a label key after ',', found the end"),
            ("!", "expected a label key, found the end"),
            ("a in b", "expected '(', found \"b\""),
            ("a in (b", "expected ',' or ')', found the end"),
            ("a>x", "expected a whole number, found \"x\""),
        ] {
            assert_eq!(selector.parse::<Selector>().unwrap_err().to_string(), error, "{selector}");
        }
    }
}
