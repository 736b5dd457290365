//! A list in JSON: `{"kind": ..., "items": [...]}`.

use std::borrow::Cow;

use serde::Deserialize;

use super::{DEEPEST, LARGEST_OBJECT, LARGEST_REST, ListMeta, too_large, too_much_beside};

/// Takes the bytes of a list as they arrive and hands out one item at a time.
///
/// What lies between the items is checked here; what lies inside an item is checked by the one who decodes it.
#[derive(Debug, Default)]
pub struct ListReader {
    expect: Expect,
    scan: Scan,
    value: Vec<u8>,
    key: String,
    kind: String,
    has_items: bool,
    /// How many bytes were no item's.
    rest: u64,
    metadata: ListMeta,
}

/// `metav1.ListMeta`.
#[derive(Deserialize, Default)]
struct Metadata {
    #[serde(default, rename = "resourceVersion")]
    resource_version: String,
    #[serde(default, rename = "continue")]
    next_page: String,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Expect {
    #[default]
    Open,
    KeyOrClose,
    Key,
    Colon,
    Value,
    CommaOrClose,
    ItemOrClose,
    Item,
    ItemCommaOrClose,
    End,
}

/// How far the value that is being read has come.
#[derive(Debug, Default)]
struct Scan {
    started: bool,
    depth: u32,
    in_string: bool,
    escaped: bool,
}

impl ListReader {
    /// Reads on. `each` gets the bytes of each item that is complete.
    ///
    /// # Errors
    ///
    /// Says what is wrong when the bytes are no list, or what `each` said of an item.
    pub fn push(
        &mut self,
        mut chunk: &[u8],
        mut each: impl FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), String> {
        while let Some(&byte) = chunk.first() {
            if self.scan.started {
                let taken = self.scan.take(chunk);
                self.value.extend_from_slice(&chunk[..taken]);
                chunk = &chunk[taken..];
                if self.value.len() > LARGEST_OBJECT {
                    return Err(too_large());
                }
                if self.scan.depth > DEEPEST {
                    return Err(format!("it is nested more than {DEEPEST} deep"));
                }
                if !self.scan.started {
                    self.complete(&mut each)?;
                }
            } else if byte.is_ascii_whitespace() || self.step(byte)? {
                chunk = &chunk[1..];
                self.count_rest(1)?;
            }
        }
        Ok(())
    }

    /// The list's kind, once it has come.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Ends the reading; gives the list's metadata.
    ///
    /// # Errors
    ///
    /// Says so when the list was cut short or had no items.
    pub fn finish(self) -> Result<ListMeta, String> {
        match self.expect {
            Expect::Open => Err("it is empty".to_owned()),
            Expect::End if self.has_items => Ok(self.metadata),
            Expect::End => Err("it is not a list".to_owned()),
            _ => Err("it is cut short".to_owned()),
        }
    }

    /// Goes on by one byte between values; says whether the byte is used up, or begins a value.
    fn step(&mut self, byte: u8) -> Result<bool, String> {
        use Expect as E;
        self.expect = match (self.expect, byte) {
            (E::Open, b'{') => E::KeyOrClose,
            (E::Open, _) => return Err("it is not JSON of an object".to_owned()),
            (E::KeyOrClose | E::CommaOrClose, b'}') => E::End,
            (E::CommaOrClose, b',') => E::Key,
            (E::Colon, b':') => E::Value,
            (E::Value, b'[') if self.key == "items" => {
                self.has_items = true;
                E::ItemOrClose
            }
            (E::ItemOrClose | E::ItemCommaOrClose, b']') => E::CommaOrClose,
            (E::ItemCommaOrClose, b',') => E::Item,
            (E::KeyOrClose | E::Key, b'"') | (E::Value | E::Item | E::ItemOrClose, _) => {
                self.scan = Scan { started: true, ..Scan::default() };
                return Ok(false);
            }
            (_, other) => return Err(format!("{:?} stands where it can't", char::from(other))),
        };
        Ok(true)
    }

    fn count_rest(&mut self, bytes: usize) -> Result<(), String> {
        self.rest += bytes as u64;
        if self.rest > LARGEST_REST { Err(too_much_beside()) } else { Ok(()) }
    }

    fn complete(&mut self, each: &mut impl FnMut(&[u8]) -> Result<(), String>) -> Result<(), String> {
        if !matches!(self.expect, Expect::Item | Expect::ItemOrClose) {
            self.count_rest(self.value.len())?;
        }
        self.expect = match self.expect {
            Expect::Item | Expect::ItemOrClose => {
                each(&self.value)?;
                Expect::ItemCommaOrClose
            }
            Expect::Value if self.key == "kind" => {
                self.kind = text(&self.value)?;
                Expect::CommaOrClose
            }
            Expect::Value => {
                serde_json::from_slice::<serde::de::IgnoredAny>(&self.value).map_err(|e| e.to_string())?;
                if self.key == "metadata" {
                    // What is taken for the last page without being it would leave out what is on the others.
                    let metadata: Option<Metadata> =
                        serde_json::from_slice(&self.value).map_err(|error| format!("metadata: {error}"))?;
                    let Metadata { resource_version, next_page } = metadata.unwrap_or_default();
                    self.metadata = ListMeta { resource_version, next_page };
                }
                // A list without items may be written as null.
                self.has_items |= self.key == "items" && self.value == b"null";
                Expect::CommaOrClose
            }
            _ => {
                self.key = text(&self.value)?;
                if self.has_items && self.key == "items" {
                    return Err("\"items\" stands there twice".to_owned());
                }
                Expect::Colon
            }
        };
        self.value.clear();
        Ok(())
    }
}

/// A JSON string.
fn text(json: &[u8]) -> Result<String, String> {
    serde_json::from_slice::<Cow<'_, str>>(json).map(Cow::into_owned).map_err(|error| error.to_string())
}

impl Scan {
    /// How many bytes of the chunk belong to the value; `started` falls when it is complete.
    fn take(&mut self, chunk: &[u8]) -> usize {
        for (at, &byte) in chunk.iter().enumerate() {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_string = false;
                        if self.depth == 0 {
                            self.started = false;
                            return at + 1;
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => {
                    self.depth += 1;
                    if self.depth > DEEPEST {
                        return at + 1;
                    }
                }
                b'}' | b']' if self.depth > 1 => self.depth -= 1,
                b'}' | b']' if self.depth == 1 => {
                    self.started = false;
                    return at + 1;
                }
                // Outside of any bracket only a number, true, false or null is left, which ends before this.
                b'}' | b']' | b',' if self.depth == 0 => {
                    self.started = false;
                    return at;
                }
                _ if self.depth == 0 && byte.is_ascii_whitespace() => {
                    self.started = false;
                    return at;
                }
                _ => {}
            }
        }
        chunk.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The items of a list that arrives in pieces of `size` bytes.
    fn items(list: &str, size: usize) -> Result<Vec<String>, String> {
        let mut reader = ListReader::default();
        let mut items = Vec::new();
        for chunk in list.as_bytes().chunks(size) {
            reader.push(chunk, |item| {
                items.push(String::from_utf8(item.to_vec()).unwrap());
                Ok(())
            })?;
        }
        reader.finish().map(|_| items)
    }

    #[test]
    fn hands_out_items_however_the_bytes_arrive() {
        let list = r#" {"kind":"NodeList","metadata":{"a":[1,2,{"b":"]}"}]},"n":-1.5e3 , "items" : [ {"s":"a\"}],\\"} ,{"t":[{}]}, 7,"x" ],"z":null} "#;
        for size in [1, 2, 3, 7, 1000] {
            assert_eq!(
                items(list, size).unwrap(),
                [r#"{"s":"a\"}],\\"}"#, r#"{"t":[{}]}"#, "7", "\"x\""],
                "in pieces of {size}"
            );
        }
    }

    #[test]
    fn a_list_may_be_empty() {
        for list in [r#"{"items":[]}"#, r#"{"items":null,"kind":"NodeList"}"#] {
            assert_eq!(items(list, 4).unwrap(), [""; 0]);
        }
    }

    #[test]
    fn a_list_has_a_version() {
        for (list, version) in [
            (r#"{"metadata":{"resourceVersion":"42","continue":""},"items":[]}"#, "42"),
            (r#"{"items":[{"metadata":{"resourceVersion":"7"}}],"metadata":{}}"#, ""),
            (r#"{"items":[],"metadata":null}"#, ""),
        ] {
            let mut reader = ListReader::default();
            reader.push(list.as_bytes(), |_| Ok(())).unwrap();
            assert_eq!(reader.finish().unwrap().resource_version, version);
        }
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for (list, problem) in [
            ("", "it is empty"),
            ("<html>", "it is not JSON of an object"),
            ("[]", "it is not JSON of an object"),
            ("{}", "it is not a list"),
            (r#"{"kind":"Status"}"#, "it is not a list"),
            (r#"{"items":{}}"#, "it is not a list"),
            (r#"{"items":[{}"#, "it is cut short"),
            (r#"{"items":[{"#, "it is cut short"),
            (r#"{"items":[{}]"#, "it is cut short"),
            (r#"{"items":[{}{}]}"#, "'{' stands where it can't"),
            (r#"{"items":[]}}"#, "'}' stands where it can't"),
            (r#"{"items" []}"#, "'[' stands where it can't"),
            ("{items:[]}", "'i' stands where it can't"),
            (r#"{"items":[],"items":[1]}"#, "\"items\" stands there twice"),
        ] {
            assert_eq!(items(list, 5), Err(problem.to_owned()), "{list}");
        }
    }

    #[test]
    fn an_endless_item_is_refused() {
        let mut reader = ListReader::default();
        reader.push(b"{\"items\":[\"", |_| Ok(())).unwrap();
        let megabyte = vec![b'x'; 1 << 20];
        let outcome = (0..5).try_for_each(|_| reader.push(&megabyte, |_| Ok(())));
        assert_eq!(outcome, Err("an item is larger than 4 MiB".to_owned()));
    }

    #[test]
    fn endless_blanks_are_refused() {
        let mut reader = ListReader::default();
        let megabyte = vec![b' '; 1 << 20];
        let outcome = (0..5).try_for_each(|_| reader.push(&megabyte, |_| Ok(())));
        assert_eq!(outcome, Err("it has more than 4 MiB beside its items".to_owned()));
    }

    #[test]
    fn a_value_is_so_deep_and_no_deeper() {
        let list = |depth| format!("{{\"items\":[{}{}]}}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(items(&list(128), 1000).map(|items| items.len()), Ok(1));
        assert_eq!(items(&list(129), 1000), Err("it is nested more than 128 deep".to_owned()));
    }
}
