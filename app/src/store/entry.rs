//! One entry of the journal, and its form on the disk.

use std::fmt;

/// Digits of the largest sequence number, 2^53: padded, keys sort as numbers do.
const SEQUENCE_DIGITS: usize = 16;
const NOTE_LENGTH_BYTES: usize = 4;

/// Names an entry. It can be read on the disk without the passphrase.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EntryKey {
    /// The device that made the change.
    pub device: String,
    /// Which of that device's changes it is.
    pub sequence: u64,
}

/// How far an entry has come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EntryState {
    /// Made here, and not yet known to be with the server.
    Unsent,
    /// With the server; what the server said of it.
    Acknowledged(Vec<u8>),
    /// Set aside by the server; its reason.
    Refused(Vec<u8>),
    /// Once with the server, whose log has been rolled back since; what the server said of it.
    Doubtful(Vec<u8>),
}

/// A change as the journal keeps it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JournalEntry {
    /// Its name.
    pub key: EntryKey,
    /// How far it has come.
    pub state: EntryState,
    /// The change.
    pub body: Vec<u8>,
}

impl fmt::Display for EntryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:0SEQUENCE_DIGITS$}", self.device, self.sequence)
    }
}

impl EntryKey {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (device, sequence) = text.rsplit_once('/')?;
        Some(Self {
            device: device.to_owned(),
            sequence: sequence.parse().ok()?,
        })
    }
}

impl JournalEntry {
    /// What is sealed: the state (1 byte), the length of its note (4, little-endian), the note, the body.
    pub(super) fn encode(&self) -> Vec<u8> {
        let (state, note): (u8, &[u8]) = match &self.state {
            EntryState::Unsent => (0, &[]),
            EntryState::Acknowledged(note) => (1, note),
            EntryState::Refused(note) => (2, note),
            EntryState::Doubtful(note) => (3, note),
        };
        let note_length =
            u32::try_from(note.len()).expect("a server's note is a few hundred bytes");
        [&[state][..], &note_length.to_le_bytes(), note, &self.body].concat()
    }

    pub(super) fn decode(key: &EntryKey, bytes: &[u8]) -> Option<Self> {
        let (state, rest) = bytes.split_first()?;
        let (length, rest) = rest.split_first_chunk::<NOTE_LENGTH_BYTES>()?;
        let (note, body) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        let state = match state {
            0 => EntryState::Unsent,
            1 => EntryState::Acknowledged(note.to_vec()),
            2 => EntryState::Refused(note.to_vec()),
            3 => EntryState::Doubtful(note.to_vec()),
            _ => return None,
        };
        Some(Self {
            key: key.clone(),
            state,
            body: body.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_read_back_as_written() {
        let key = EntryKey {
            device: "m4xw".into(),
            sequence: 9,
        };
        for state in [
            EntryState::Unsent,
            EntryState::Acknowledged(b"17".to_vec()),
            EntryState::Refused(vec![0; 300]),
            EntryState::Doubtful(b"17".to_vec()),
        ] {
            for body in [&b""[..], b"{}", "北京".as_bytes()] {
                let entry = JournalEntry {
                    key: key.clone(),
                    state: state.clone(),
                    body: body.to_vec(),
                };
                assert_eq!(JournalEntry::decode(&key, &entry.encode()), Some(entry));
            }
        }
        for bytes in [&[][..], &[0], &[0, 9, 0, 0, 0, 1], &[4, 0, 0, 0, 0]] {
            assert_eq!(JournalEntry::decode(&key, bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn keys_sort_by_sequence_and_read_back() {
        let key = |sequence| EntryKey {
            device: "m4/xw".into(),
            sequence,
        };
        assert_eq!(key(9).to_string(), "m4/xw/0000000000000009");
        assert!(key(9).to_string() < key(10).to_string());
        assert!(key(10).to_string() < key(1 << 53).to_string());
        assert_eq!(
            EntryKey::parse(&key(1 << 53).to_string()),
            Some(key(1 << 53))
        );
        for text in ["", "m4xw", "m4xw/", "m4xw/x"] {
            assert_eq!(EntryKey::parse(text), None, "{text}");
        }
    }
}
