//! Reads typed values out of JSON as Kubernetes does (`sigs.k8s.io/json`, case-sensitive): a null leaves the default,
//! unknown fields are ignored, and no scalar is converted. Errors name the place and never quote the value.

use std::collections::BTreeMap;

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::{Map, Value};

/// As Go's `base64.StdEncoding`, which does not look at the bits that padding leaves over.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
);

static ABSENT: Value = Value::Null;

/// A value, and where it stands.
pub(super) struct Node<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self { value, path: String::new() }
    }

    /// The field of a map; null where there is none.
    pub(super) fn field(&self, name: &str) -> Result<Node<'a>, String> {
        let value = self.map()?.and_then(|map| map.get(name)).unwrap_or(&ABSENT);
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Ok(Node { value, path })
    }

    pub(super) fn is_null(&self) -> bool {
        self.value.is_null()
    }

    pub(super) fn value(&self) -> &'a Value {
        self.value
    }

    pub(super) fn text(&self) -> Result<String, String> {
        match self.value {
            Value::Null => Ok(String::new()),
            Value::String(text) => Ok(text.clone()),
            _ => Err(self.unfit("a string")),
        }
    }

    pub(super) fn boolean(&self) -> Result<bool, String> {
        match self.value {
            Value::Null => Ok(false),
            Value::Bool(value) => Ok(*value),
            _ => Err(self.unfit("true or false")),
        }
    }

    /// Bytes in base64, line breaks within allowed; or, as Go has it, a list of numbers.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, String> {
        if self.value.is_array() {
            let byte = |node: Node<'a>| match node.value {
                Value::Null => Ok(0),
                value => {
                    value.as_u64().and_then(|n| u8::try_from(n).ok()).ok_or_else(|| node.unfit("a byte"))
                }
            };
            return self.list()?.into_iter().map(byte).collect();
        }
        let text = self.text()?.replace(['\r', '\n'], "");
        BASE64.decode(text).map_err(|_| format!("{} is not valid base64", self.path))
    }

    pub(super) fn map(&self) -> Result<Option<&'a Map<String, Value>>, String> {
        match self.value {
            Value::Null => Ok(None),
            Value::Object(map) => Ok(Some(map)),
            _ => Err(self.unfit("a map")),
        }
    }

    pub(super) fn list(&self) -> Result<Vec<Node<'a>>, String> {
        match self.value {
            Value::Null => Ok(Vec::new()),
            Value::Array(items) => Ok(items
                .iter()
                .enumerate()
                .map(|(index, value)| Node { value, path: format!("{}[{index}]", self.path) })
                .collect()),
            _ => Err(self.unfit("a list")),
        }
    }

    pub(super) fn texts(&self) -> Result<Vec<String>, String> {
        self.list()?.iter().map(Node::text).collect()
    }

    /// A map whose values `read` reads. Keys are not part of a place, since a slip can make a secret one.
    pub(super) fn entries<T>(
        &self,
        read: impl Fn(&Node<'a>) -> Result<T, String>,
    ) -> Result<BTreeMap<String, T>, String> {
        let entries = self.map()?.into_iter().flatten();
        entries
            .map(|(key, value)| Ok((key.clone(), read(&Node { value, path: format!("{}.*", self.path) })?)))
            .collect()
    }

    fn unfit(&self, expected: &str) -> String {
        let found = match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "a map",
        };
        let place = if self.path.is_empty() { "the document" } else { &self.path };
        format!("{place} must be {expected}, and is {found}")
    }
}
