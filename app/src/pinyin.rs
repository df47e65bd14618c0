//! The initials of pinyin, as one types them into a filter: 北京雅木 is `bjym`.
//!
//! The browser's own collation knows the order of the characters by sound; the first character
//! of each letter is enough to tell the letter of any other.

use std::{cell::RefCell, collections::HashMap};

use js_sys::{Array, Function, Intl::Collator, Object};
use wasm_bindgen::JsValue;

/// The first character of each letter in the order of pinyin; no syllable begins with i, u or v.
const FIRST: [(char, char); 23] = [
    ('阿', 'a'),
    ('八', 'b'),
    ('嚓', 'c'),
    ('咑', 'd'),
    ('妸', 'e'),
    ('发', 'f'),
    ('旮', 'g'),
    ('哈', 'h'),
    ('丌', 'j'),
    ('咔', 'k'),
    ('垃', 'l'),
    ('妈', 'm'),
    ('拏', 'n'),
    ('噢', 'o'),
    ('妑', 'p'),
    ('七', 'q'),
    ('呥', 'r'),
    ('仨', 's'),
    ('他', 't'),
    ('穵', 'w'),
    ('夕', 'x'),
    ('丫', 'y'),
    ('帀', 'z'),
];

/// The common ideographs.
const IDEOGRAPHS: std::ops::RangeInclusive<char> = '\u{4e00}'..='\u{9fff}';

/// Asks the browser once for each character.
pub(crate) struct Initials {
    compare: Function,
    known: RefCell<HashMap<char, char>>,
}

impl Initials {
    pub(crate) fn new() -> Self {
        let locale = Array::of1(&"zh-CN-u-co-pinyin".into());
        let compare = Collator::new(&locale, &Object::new()).compare();
        Self {
            compare,
            known: RefCell::default(),
        }
    }

    /// The letters and initials of a text, in lower case.
    pub(crate) fn of(&self, text: &str) -> String {
        text.chars()
            .filter_map(|character| self.of_character(character))
            .collect()
    }

    fn of_character(&self, character: char) -> Option<char> {
        if character.is_ascii_alphanumeric() {
            return Some(character.to_ascii_lowercase());
        }
        if !IDEOGRAPHS.contains(&character) {
            return None;
        }
        let known = self.known.borrow().get(&character).copied();
        let initial = known.unwrap_or_else(|| {
            let after = FIRST.partition_point(|(first, _)| !self.is_before(character, *first));
            let initial = FIRST[after.saturating_sub(1)].1;
            self.known.borrow_mut().insert(character, initial);
            initial
        });
        Some(initial)
    }

    fn is_before(&self, one: char, other: char) -> bool {
        let text = |character: char| JsValue::from_str(character.encode_utf8(&mut [0; 4]));
        let order = self
            .compare
            .call2(&JsValue::UNDEFINED, &text(one), &text(other));
        order
            .ok()
            .and_then(|order| order.as_f64())
            .is_some_and(|order| order < 0.0)
    }
}
