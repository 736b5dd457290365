//! YAML to JSON, as kubectl does it before it looks at a kubeconfig (`sigs.k8s.io/yaml` over go-yaml v2).
//!
//! The events come from granit-parser, which serde-saphyr builds on; serde-saphyr itself resolves scalars by its own
//! rules and keeps neither style nor tag. Of a stream only the first document counts, the last of equal keys wins, and
//! a merge key (`<<`) counts where it stands. Where the syntax of YAML 1.1 and 1.2 differs, granit-parser's 1.2 holds.

use std::collections::HashMap;

use base64::Engine;
use granit_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Value};

use super::{decode::BASE64, scalar};

/// Deeper than any configuration, and shallow enough for every stack.
const DEEPEST: usize = 500;
/// go-yaml's bound for documents whose aliases multiply.
const LARGEST: usize = 400_000;

/// The JSON value of the first document; `Null` where there is none. Errors say what is wrong, and where, without
/// quoting anything of the text.
pub(super) fn to_json(bytes: &[u8]) -> Result<Value, String> {
    let text = text(bytes)?;
    if let Some(line) = text.lines().position(|line| line.contains(is_forbidden)) {
        return Err(format!("line {}: control characters are not allowed", line + 1));
    }
    let mut composer = Composer::default();
    for next in Parser::new_from_str(&text) {
        let (event, span) =
            next.map_err(|error| format!("line {}: it is not valid YAML", error.marker().line()))?;
        let is_multiline = span.start.line() != span.end.line();
        composer.take(event, is_multiline)?;
        // What follows the first value is not looked at.
        if composer.is_complete {
            break;
        }
    }
    Ok(composer.root.map_or(Value::Null, |node| node.value))
}

/// UTF-8, or UTF-16 with a byte order mark.
fn text(bytes: &[u8]) -> Result<String, String> {
    let utf16 = |pair: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|two| pair([two[0], two[1]])).collect();
        String::from_utf16(&units).map_err(|_| "it is not valid UTF-16".to_owned())
    };
    match bytes {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).map_err(|_| not_utf8()),
        _ => String::from_utf8(bytes.to_vec()).map_err(|_| not_utf8()),
    }
}

fn not_utf8() -> String {
    "it is not valid UTF-8".to_owned()
}

/// What go-yaml's reader refuses (`readerc.go`).
fn is_forbidden(character: char) -> bool {
    matches!(
        character,
        '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\x7f'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}'
    )
}

#[derive(Clone)]
struct Node {
    value: Value,
    depth: usize,
    size: usize,
    /// Whether it is a scalar that is written over several lines.
    is_multiline: bool,
}

/// A collection that is not complete yet.
struct Frame {
    anchor: usize,
    items: Items,
    depth: usize,
    size: usize,
}

enum Items {
    List(Vec<Value>),
    Map { entries: Map<String, Value>, key: Option<Key> },
}

enum Key {
    Text(String),
    /// A text over several lines, which can't have a value.
    Multiline(String),
    Merge,
}

#[derive(Default)]
struct Composer {
    frames: Vec<Frame>,
    anchors: HashMap<usize, Node>,
    replayed: usize,
    root: Option<Node>,
    is_complete: bool,
}

impl Composer {
    fn take(&mut self, event: Event<'_>, is_multiline: bool) -> Result<(), String> {
        match event {
            Event::DocumentStart(_, Some(version)) if (version.major, version.minor) != (1, 1) => {
                return Err("it declares a version of YAML other than 1.1".to_owned());
            }
            Event::DocumentEnd | Event::StreamEnd => self.is_complete = true,
            Event::SequenceStart(_, anchor, _) => self.open(anchor, Items::List(Vec::new()))?,
            Event::MappingStart(_, anchor, _) => {
                self.open(anchor, Items::Map { entries: Map::new(), key: None })?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close()?,
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = style == ScalarStyle::Plain;
                let is_merge =
                    text == "<<" && tag.as_ref().map_or(is_plain, |tag| tag.core_suffix() == Some("merge"));
                if is_merge && self.take_merge_key() {
                    return Ok(());
                }
                let value = scalar_value(&text, is_plain, tag.as_deref())?;
                self.place(Node { value, depth: 0, size: 1, is_multiline }, anchor)?;
            }
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned().ok_or("an anchor's value contains itself")?;
                self.replayed += node.size;
                if self.replayed > LARGEST {
                    return Err("its aliases multiply beyond measure".to_owned());
                }
                self.place(node, 0)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, anchor: usize, items: Items) -> Result<(), String> {
        self.frames.push(Frame { anchor, items, depth: 0, size: 1 });
        if self.frames.len() > DEEPEST { Err(too_deep()) } else { Ok(()) }
    }

    fn close(&mut self) -> Result<(), String> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let value = match frame.items {
            Items::List(values) => Value::Array(values),
            Items::Map { entries, .. } => Value::Object(entries),
        };
        let depth = frame.depth + 1;
        if depth > DEEPEST {
            return Err(too_deep());
        }
        self.place(Node { value, depth, size: frame.size, is_multiline: false }, frame.anchor)
    }

    /// Whether a map waits for a key, which then is the merge key.
    fn take_merge_key(&mut self) -> bool {
        match self.frames.last_mut() {
            Some(Frame { items: Items::Map { key: key @ None, .. }, .. }) => {
                *key = Some(Key::Merge);
                true
            }
            _ => false,
        }
    }

    fn place(&mut self, node: Node, anchor: usize) -> Result<(), String> {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            self.is_complete = true;
            return Ok(());
        };
        frame.depth = frame.depth.max(node.depth);
        frame.size += node.size;
        match &mut frame.items {
            Items::List(values) => values.push(node.value),
            Items::Map { entries, key } => match key.take() {
                None if node.is_multiline => *key = Some(Key::Multiline(key_text(node.value)?)),
                None => *key = Some(Key::Text(key_text(node.value)?)),
                Some(Key::Multiline(_)) if !node.value.is_null() => {
                    return Err("a key is written over several lines".to_owned());
                }
                Some(Key::Text(text) | Key::Multiline(text)) => drop(entries.insert(text, node.value)),
                Some(Key::Merge) => merge(entries, node.value)?,
            },
        }
        Ok(())
    }
}

fn too_deep() -> String {
    "it is nested too deeply".to_owned()
}

/// Keys are made texts (`yaml.go convertToJSONableObject`).
fn key_text(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err("a key is neither a text nor a number".to_owned()),
    }
}

/// Of a list of maps the earlier one wins; a later key of the map itself wins over both (`decode.go merge`).
fn merge(entries: &mut Map<String, Value>, value: Value) -> Result<(), String> {
    let maps = match value {
        Value::Array(maps) => maps,
        map => vec![map],
    };
    for map in maps.into_iter().rev() {
        let Value::Object(map) = map else {
            return Err("a merge key (<<) is for maps".to_owned());
        };
        entries.extend(map);
    }
    Ok(())
}

fn scalar_value(text: &str, is_plain: bool, tag: Option<&Tag>) -> Result<Value, String> {
    let own = || Value::String(text.to_owned());
    let implied = || scalar::resolve(text).ok_or_else(|| "a number is not finite".to_owned());
    let fits = |is_fit: bool, value: Value| {
        if is_fit { Ok(value) } else { Err("a value does not fit its tag".to_owned()) }
    };
    let Some(tag) = tag else {
        return if is_plain { implied() } else { Ok(own()) };
    };
    match tag.core_suffix() {
        Some("bool") => implied().and_then(|value| fits(value.is_boolean(), value)),
        Some("null") => implied().and_then(|value| fits(value.is_null(), value)),
        Some("int") => implied().and_then(|value| fits(value.is_i64() || value.is_u64(), value)),
        Some("float") => implied().and_then(|value| fits(value.is_number(), value)),
        _ if tag.handle() == "tag:yaml.org,2002:" && tag.suffix() == "binary" => {
            let bytes = BASE64.decode(text.replace(['\r', '\n'], ""));
            let bytes = bytes.map_err(|_| "a !!binary value is not base64".to_owned())?;
            Ok(Value::String(String::from_utf8_lossy(&bytes).into_owned()))
        }
        _ => Ok(own()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_become_what_kubectl_makes_of_them() {
        for (name, yaml, value) in [
            ("nothing", "", json!(null)),
            ("a comment", "# nothing\n", json!(null)),
            ("JSON", r#"{"a": [1, "b"]}"#, json!({"a": [1, "b"]})),
            ("the last of equal keys", "a: 1\nb: 2\na: 3\n", json!({"a": 3, "b": 2})),
            ("the first document", "a: 1\n---\nb: 2\n", json!({"a": 1})),
            ("what follows the first value", "{a: 1}\n{b: 2", json!({"a": 1})),
            ("a lone key over two lines", "{a\n b}", json!({"a b": null})),
            ("quoted", "a: \"yes\"\nb: '12'\n", json!({"a": "yes", "b": "12"})),
            ("tagged", "a: !!str 12\nb: !!int \"12\"\n", json!({"a": "12", "b": 12})),
            ("binary", "a: !!binary aGk=\n", json!({"a": "hi"})),
            ("a folded line break", "a: \"x\n  y\"\n", json!({"a": "x y"})),
            ("a block", "a: |\n  x\n  y\n", json!({"a": "x\ny\n"})),
            ("an alias", "a: &a {b: 1}\nc: *a\n", json!({"a": {"b": 1}, "c": {"b": 1}})),
            (
                "a merge before",
                "d: &d {x: 1, z: 1}\ne: {<<: *d, x: 2}\n",
                json!({"d": {"x": 1, "z": 1}, "e": {"x": 2, "z": 1}}),
            ),
            ("a merge after", "d: &d {x: 1}\ne: {x: 2, <<: *d}\n", json!({"d": {"x": 1}, "e": {"x": 1}})),
            ("merges in a list", "e: {<<: [{x: 1}, {x: 2, z: 2}]}\n", json!({"e": {"x": 1, "z": 2}})),
            ("keys", "yes: a\n12: b\n", json!({"true": "a", "12": "b"})),
            ("Windows lines", "a: b\r\nc: d\r\n", json!({"a": "b", "c": "d"})),
            ("a byte order mark", "\u{feff}a: b\n", json!({"a": "b"})),
        ] {
            assert_eq!(to_json(yaml.as_bytes()), Ok(value), "{name}");
        }
    }

    #[test]
    fn utf_16_is_read() {
        let mut bytes = vec![0xff, 0xfe];
        bytes.extend("a: ü".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(to_json(&bytes), Ok(json!({"a": "ü"})));
    }

    #[test]
    fn what_kubectl_refuses_is_refused() {
        let lines =
            |count: usize, line: fn(usize) -> String| (1..count).map(line).collect::<Vec<_>>().concat();
        let doubling = lines(40, |n| format!("a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1));
        let nested = lines(2000, |n| format!("a{n}: &a{n} [*a{}]\n", n - 1));
        for (name, yaml) in [
            ("no YAML", "a: [".to_owned()),
            ("an unknown anchor", "a: *b".to_owned()),
            ("an anchor within itself", "a: &a [*a]".to_owned()),
            ("a null key", "~: a".to_owned()),
            ("a key over two lines", "{a\n b: c}".to_owned()),
            ("a list as a key", "[a]: b".to_owned()),
            ("infinity", "a: .inf".to_owned()),
            ("a tag that does not fit", "a: !!int b".to_owned()),
            ("a merge of a text", "a: {<<: b}".to_owned()),
            ("YAML 1.2", "%YAML 1.2\n---\na: b\n".to_owned()),
            ("a control character", "a: \x01".to_owned()),
            ("doubling aliases", format!("a0: &a0 x\n{doubling}")),
            ("deep aliases", format!("a0: &a0 x\n{nested}")),
            ("deep lists", "[".repeat(3000)),
        ] {
            assert!(to_json(yaml.as_bytes()).is_err(), "{name}");
        }
        assert!(to_json(b"a: \xff").is_err());
    }
}
