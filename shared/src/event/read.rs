//! Reading an event: strict about the fields that its type has, forgiving about all others.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use super::{Event, EventKind};
use crate::{Day, field::fields};

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EventVisitor)
    }
}

struct EventVisitor;

impl<'de> Visitor<'de> for EventVisitor {
    type Value = Event;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Event, A::Error> {
        let mut reader = Reader {
            map,
            kind: None,
            unfit: Vec::new(),
            details: Map::new(),
        };
        let (mut id, mut on) = (None, None);
        let nothing = Event::new("", EventKind::Closed, Day::from_unix_days(0));
        let mut event = nothing;
        while let Some(name) = reader.map.next_key::<String>()? {
            let name = name.as_str();
            match name {
                "id" => reader.must("id", &mut id)?,
                "type" => {
                    let mut kind = reader.kind.take();
                    reader.must("type", &mut kind)?;
                    reader.kind = kind;
                }
                "on" => reader.must("on", &mut on)?,
                "round" => reader.may(name, &mut event.written_round)?,
                "received_on" => reader.may(name, &mut event.received_on)?,
                "verdict" => reader.may(name, &mut event.verdict)?,
                "outcome" => reader.may(name, &mut event.outcome)?,
                "filed_with" => reader.may(name, &mut event.filed_with)?,
                "due" => reader.may(name, &mut event.due)?,
                "until" => reader.may(name, &mut event.until)?,
                "to" => reader.may(name, &mut event.to)?,
                "justified" => reader.may(name, &mut event.justified)?,
                "serious" => reader.may(name, &mut event.serious)?,
                "retracts" => reader.may(name, &mut event.retracts)?,
                _ => {
                    let value = reader.map.next_value()?;
                    reader.keep(name, value)?;
                }
            }
        }
        event.id = id.ok_or_else(|| A::Error::missing_field("id"))?;
        event.kind = reader
            .kind
            .take()
            .ok_or_else(|| A::Error::missing_field("type"))?;
        event.on = on.ok_or_else(|| A::Error::missing_field("on"))?;
        for (name, value, reason) in std::mem::take(&mut reader.unfit) {
            if has(&event.kind, &name) {
                return Err(A::Error::custom(format_args!("`{name}`: {reason}")));
            }
            reader.keep(&name, value)?;
        }
        event.details = reader.details;
        Ok(event)
    }
}

fn has(kind: &EventKind, name: &str) -> bool {
    fields(kind).iter().any(|field| field.name == name)
}

struct Reader<A> {
    map: A,
    kind: Option<EventKind>,
    /// Values that their field cannot have, met before the type: whether the type has the field
    /// is not known yet.
    unfit: Vec<(String, Value, String)>,
    details: Map<String, Value>,
}

impl<'de, A: MapAccess<'de>> Reader<A> {
    fn must<T: Deserialize<'de>>(
        &mut self,
        name: &'static str,
        slot: &mut Option<T>,
    ) -> Result<(), A::Error> {
        if slot.replace(self.map.next_value()?).is_some() {
            return Err(A::Error::duplicate_field(name));
        }
        Ok(())
    }

    fn may<T: DeserializeOwned>(
        &mut self,
        name: &str,
        slot: &mut Option<T>,
    ) -> Result<(), A::Error> {
        let known = self.kind.as_ref().map(|kind| has(kind, name));
        if slot.is_some() {
            return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
        }
        if known == Some(true) {
            *slot = self.map.next_value()?;
            return Ok(());
        }
        let value: Value = self.map.next_value()?;
        match serde_json::from_value(value.clone()) {
            Ok(read) => *slot = read,
            Err(_) if known == Some(false) => self.keep(name, value)?,
            Err(reason) => self
                .unfit
                .push((name.to_owned(), value, reason.to_string())),
        }
        Ok(())
    }

    fn keep(&mut self, name: &str, value: Value) -> Result<(), A::Error> {
        match self.details.insert(name.to_owned(), value) {
            Some(_) => Err(A::Error::custom(format_args!("duplicate field `{name}`"))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, &str>) {
        let found = serde_json::from_str::<Event>(text);
        let found = found
            .map(|event| serde_json::to_string(&event).unwrap())
            .map_err(|error| error.to_string());
        match expected {
            Ok(written) => assert_eq!(found.as_deref(), Ok(written), "{text}"),
            Err(part) => {
                let error = found.expect_err(text);
                assert!(error.contains(part), "{text}: {error}");
            }
        }
    }

    #[test]
    fn fields_of_the_type_are_read_strictly() {
        let whole = r#"{"id":"e","type":"retest_ordered","on":"2013-04-03","due":"2013-04-26"}"#;
        check(whole, Ok(whole));
        let wrong = r#"{"id":"e","type":"retest_ordered","on":"2013-04-03","due":"soon"}"#;
        check(wrong, Err("“soon”不是日期"));
        // Also where the type stands after the field.
        let later = r#"{"due":"soon","id":"e","type":"retest_ordered","on":"2013-04-03"}"#;
        check(later, Err("`due`: “soon”不是日期"));
        let round = r#"{"id":"e","type":"retest_ordered","on":"2013-04-03","round":-1}"#;
        check(round, Err("line 1 column"));
        check(r#"{"id":"e","type":"closed"}"#, Err("missing field `on`"));
        check(
            r#"{"id":"e","on":"2013-04-03"}"#,
            Err("missing field `type`"),
        );
        let twice = r#"{"id":"e","id":"f","type":"closed","on":"2013-04-03"}"#;
        check(twice, Err("duplicate field `id`"));
        let null = r#"{"id":"e","type":"retest_ordered","on":"2013-04-03","due":null}"#;
        check(
            null,
            Ok(r#"{"id":"e","type":"retest_ordered","on":"2013-04-03"}"#),
        );
    }

    #[test]
    fn all_others_are_kept_as_they_are() {
        for text in [
            r#"{"id":"e","type":"beamed_up","on":"2013-04-03","due":"soon","verdict":{"a":[1]}}"#,
            r#"{"id":"e","type":"result_served","on":"2013-04-03","round":"one","x":1.5}"#,
        ] {
            check(text, Ok(text));
        }
        let first = r#"{"due":"soon","id":"e","type":"beamed_up","on":"2013-04-03"}"#;
        check(
            first,
            Ok(r#"{"id":"e","type":"beamed_up","on":"2013-04-03","due":"soon"}"#),
        );
    }
}
