//! Kubeconfigs written as YAML, in more than one hand.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::generate::Random;

impl Random {
    /// As YAML, of one style or the other.
    pub fn written(&mut self, value: &Value) -> String {
        match self.below(4) {
            0 => serde_json::to_string(value).unwrap() + "\n",
            1 => serde_json::to_string_pretty(value).unwrap() + "\n",
            _ => {
                let mut text = String::new();
                self.block(value, 0, &mut text);
                text
            }
        }
    }

    fn block(&mut self, value: &Value, indent: usize, text: &mut String) {
        let margin = " ".repeat(indent);
        match value {
            Value::Object(map) if !map.is_empty() => {
                for (key, value) in map {
                    let _ = write!(text, "{margin}{}:", self.scalar(&json!(key)));
                    self.nested(value, indent, text);
                }
            }
            Value::Array(items) if !items.is_empty() => {
                for item in items {
                    let _ = write!(text, "{margin}-");
                    self.nested(item, indent, text);
                }
            }
            scalar => {
                let _ = writeln!(text, "{margin}{}", self.scalar(scalar));
            }
        }
    }

    fn nested(&mut self, value: &Value, indent: usize, text: &mut String) {
        let has_items = matches!(value, Value::Object(map) if !map.is_empty())
            || matches!(value, Value::Array(items) if !items.is_empty());
        if has_items {
            text.push('\n');
            self.block(value, indent + 2, text);
        } else {
            let _ = writeln!(text, " {}", self.scalar(value));
        }
    }

    /// Texts plain where that is safe or where it makes another type of them, else quoted.
    fn scalar(&mut self, value: &Value) -> String {
        let Value::String(text) = value else { return value.to_string() };
        let is_plain = !text.is_empty()
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._/".contains(c))
            && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/');
        match self.below(3) {
            _ if text.chars().any(char::is_control) => json!(text).to_string(),
            0 => format!("'{text}'"),
            1 => json!(text).to_string(),
            _ if is_plain => text.clone(),
            _ => format!("'{text}'"),
        }
    }
}
