//! JSON files: one document after the other, whose lists are taken apart while they are read.

use std::{collections::BTreeMap, fmt, io::Read};

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

/// An item of a list, or an object that stands alone.
pub struct Item {
    /// The object.
    pub json: Box<RawValue>,
    /// The context of the document around it, where that has said one so far.
    pub context: Option<String>,
}

/// Hands each item of each document to `each`, in their order.
///
/// # Errors
///
/// Says where this is no JSON, or what `each` said.
pub fn items(input: impl Read, mut each: impl FnMut(Item) -> Result<(), String>) -> Result<(), String> {
    let mut input = serde_json::Deserializer::from_reader(input);
    loop {
        // Blanks may follow the last one.
        match input.end() {
            Ok(()) => return Ok(()),
            Err(error) if error.is_syntax() => {}
            Err(error) => return Err(error.to_string()),
        }
        Document(&mut each).deserialize(&mut input).map_err(|error| error.to_string())?;
    }
}

struct Document<'a, F>(&'a mut F);

impl<'de, F: FnMut(Item) -> Result<(), String>> DeserializeSeed<'de> for Document<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(Item) -> Result<(), String>> Visitor<'de> for Document<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<(), A::Error> {
        Items { each: self.0, context: None }.visit_seq(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut is_list, mut context) = (false, None);
        let mut object = BTreeMap::<String, Box<RawValue>>::new();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "items" => {
                    is_list = true;
                    map.next_value_seed(Items { each: self.0, context: context.clone() })?;
                }
                "context" => context = map.next_value::<Option<String>>()?,
                _ if is_list => drop(map.next_value::<IgnoredAny>()?),
                _ => drop(object.insert(key, map.next_value()?)),
            }
        }
        if is_list {
            return Ok(());
        }
        let json = serde_json::value::to_raw_value(&object).map_err(de::Error::custom)?;
        (self.0)(Item { json, context }).map_err(de::Error::custom)
    }
}

struct Items<'a, F> {
    each: &'a mut F,
    context: Option<String>,
}

impl<'de, F: FnMut(Item) -> Result<(), String>> DeserializeSeed<'de> for Items<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(Item) -> Result<(), String>> Visitor<'de> for Items<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(json) = items.next_element()? {
            (self.each)(Item { json, context: self.context.clone() }).map_err(de::Error::custom)?;
        }
        Ok(())
    }
}
