//! Bytes as text that wastes little of local storage, which counts UTF-16 units.
//!
//! A unit carries 15 bits: the 32,768 characters from U+1000 on are all below the surrogates, so
//! that any string of them is well formed. A set bit marks the end, zeros fill the last unit.

const FIRST_CHARACTER: u32 = 0x1000;
const BITS_PER_UNIT: u32 = 15;

/// The text for these bytes: one unit for each 15 of their bits and the mark.
pub(super) fn pack(bytes: &[u8]) -> String {
    // Every character of the range takes three bytes in UTF-8.
    let mut text = String::with_capacity(packed_units(bytes.len()) * 3);
    let (mut held, mut held_bits) = (0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        held_bits += 8;
        if held_bits >= BITS_PER_UNIT {
            held_bits -= BITS_PER_UNIT;
            push_unit(&mut text, held >> held_bits);
            held &= (1 << held_bits) - 1;
        }
    }
    push_unit(
        &mut text,
        (held << 1 | 1) << (BITS_PER_UNIT - 1 - held_bits),
    );
    text
}

/// The bytes of a text that [`pack`] made; nothing for any other.
pub(super) fn unpack(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut held_bits) = (0_u32, 0);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let mut unit = u32::from(character).checked_sub(FIRST_CHARACTER)?;
        let mut bits = BITS_PER_UNIT;
        if unit >> BITS_PER_UNIT != 0 {
            return None;
        }
        if characters.peek().is_none() {
            let mark_and_zeros = unit.trailing_zeros() + 1;
            bits = bits.checked_sub(mark_and_zeros)?;
            unit >>= mark_and_zeros;
        }
        held = held << bits | unit;
        held_bits += bits;
        while held_bits >= 8 {
            held_bits -= 8;
            bytes.push(u8::try_from(held >> held_bits).ok()?);
            held &= (1 << held_bits) - 1;
        }
    }
    (held_bits == 0 && !text.is_empty()).then_some(bytes)
}

/// Units that the packed form of so many bytes takes.
pub(super) fn packed_units(bytes: usize) -> usize {
    (bytes * 8 + 1).div_ceil(BITS_PER_UNIT as usize)
}

fn push_unit(text: &mut String, unit: u32) {
    text.extend(char::from_u32(FIRST_CHARACTER + unit));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn unpacks_what_was_packed(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let text = pack(&bytes);
            prop_assert_eq!(text.encode_utf16().count(), packed_units(bytes.len()));
            prop_assert_eq!(unpack(&text), Some(bytes));
        }

        #[test]
        fn takes_any_text_without_panic(text in ".{0,80}", units in prop::collection::vec(0_u32..1 << BITS_PER_UNIT, 0..80)) {
            let _ = unpack(&text);
            let text: String = units.iter().filter_map(|unit| char::from_u32(FIRST_CHARACTER + unit)).collect();
            if let Some(bytes) = unpack(&text) {
                prop_assert_eq!(pack(&bytes), text);
            }
        }
    }

    #[test]
    fn refuses_other_texts() {
        for text in ["", "{}", "\u{1000}", "\u{0fff}", "\u{9000}", "北京\u{1000}"] {
            assert_eq!(unpack(text), None, "{text:?}");
        }
    }
}
