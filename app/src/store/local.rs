//! The cases in local storage: a copy, so that the app starts at once. Nothing exists only here.
//!
//! A *stamp* beside them says which revision of the journal they reflect, how many they are, and
//! a sum over their seals. Whatever is stale, short or damaged no longer agrees with it, and
//! everything is written anew from the journal.

use std::rc::Rc;

use super::{
    Full, Shelf,
    packing::{pack, unpack},
    vault::Unlocked,
};

/// How much is cleared at a time when it is full, so that not every write has to look for room.
const CLEARED_UNITS: usize = 64 * 1024;

/// What cases have in common: LZ4 refers to it instead of repeating it.
const DICTIONARY: &[u8] = include_bytes!("dictionary.txt");
/// Raise it when the dictionary or the form of a value changes: what an earlier version wrote then
/// no longer opens, and is rebuilt.
const FORM: u32 = 1;

/// A case to be kept in local storage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CaseBytes {
    /// Its id. It can be read on the disk without the passphrase.
    pub id: String,
    /// The case.
    pub bytes: Vec<u8>,
    /// Whether it goes first where there is no room for all: a closed case.
    pub may_leave_out: bool,
}

/// The cases found in local storage.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CachedCases {
    /// Id and bytes, in no order.
    pub cases: Vec<(String, Vec<u8>)>,
    /// How many more there are in the journal.
    pub left_out: usize,
}

/// How many cases local storage holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CacheReport {
    /// Those in it.
    pub kept: usize,
    /// Those that are in the journal alone.
    pub left_out: usize,
}

/// Why the cases in local storage cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unfit {
    /// There are none: a new device, or storage was cleared.
    #[error("local storage holds no cases")]
    Missing,
    /// The journal has gone on since.
    #[error("local storage is behind the journal")]
    Stale,
    /// Some are gone, or come from another moment.
    #[error("local storage is incomplete")]
    Short,
    /// Some cannot be read.
    #[error("local storage is damaged")]
    Damaged,
}

/// What the cases beside it must agree with. Always the same size, so that renewing it never
/// fails for want of room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Stamp {
    /// The journal's revision that they reflect.
    revision: u64,
    /// How many cases there are, with those left out.
    total: u64,
    /// How many are here.
    kept: u64,
    /// The sum of the ends of their seals, which depend on key, content and nonce.
    sum: u64,
}

/// A revision that no journal reaches: the cases are just being written.
const UNFINISHED: u64 = u64::MAX;
const KEPT: char = '0';
const MAY_LEAVE_OUT: char = '1';

/// The cases of one user on a shelf.
pub(super) struct Cache<S> {
    shelf: S,
    vault: Rc<Unlocked>,
    stamp_key: String,
    case_prefix: String,
}

impl<S: Shelf> Cache<S> {
    /// Those of the vault's user.
    pub(super) fn new(shelf: S, vault: Rc<Unlocked>) -> Self {
        let prefix = prefix(vault.user());
        Self {
            shelf,
            vault,
            stamp_key: format!("{prefix}stamp"),
            case_prefix: format!("{prefix}case/"),
        }
    }

    /// The cases, if they are those of this revision of the journal and all whole.
    ///
    /// # Errors
    /// Why they are not.
    pub(super) fn read(&self, revision: u64) -> Result<CachedCases, Unfit> {
        let stamp = match self.stamp() {
            Err(Unfit::Missing) if revision == 0 => return Ok(CachedCases::default()),
            stamp => stamp?,
        };
        if stamp.revision != revision {
            return Err(Unfit::Stale);
        }
        let mut found = Stamp {
            kept: 0,
            sum: 0,
            ..stamp
        };
        let mut cases = Vec::new();
        for key in self.case_keys() {
            let text = self.shelf.get(&key).ok_or(Unfit::Short)?;
            let sealed = value_bytes(&text).ok_or(Unfit::Damaged)?;
            found.take_in(&sealed);
            let packed = self
                .vault
                .open(&context(&key), &sealed)
                .map_err(|_| Unfit::Damaged)?;
            let bytes = lz4_flex::block::decompress_size_prepended_with_dict(&packed, DICTIONARY)
                .map_err(|_| Unfit::Damaged)?;
            cases.push((key[self.case_prefix.len()..].to_owned(), bytes));
        }
        if found != stamp {
            return Err(Unfit::Short);
        }
        Ok(CachedCases {
            cases,
            left_out: stamp.report().left_out,
        })
    }

    /// Writes all cases anew, those first that must stay, otherwise in the order given (the most
    /// wanted first), as far as there is room.
    pub(super) fn replace(&self, cases: &[CaseBytes], revision: u64) -> CacheReport {
        for key in self.case_keys() {
            self.shelf.remove(&key);
        }
        let mut stamp = Stamp {
            revision: UNFINISHED,
            total: cases.len() as u64,
            kept: 0,
            sum: 0,
        };
        if self.put_stamp(&stamp).is_err() {
            return stamp.report();
        }
        let (may_leave_out, must_stay): (Vec<_>, Vec<_>) =
            cases.iter().partition(|case| case.may_leave_out);
        for case in must_stay.into_iter().chain(may_leave_out) {
            if self.put(&mut stamp, case).is_err() {
                break;
            }
        }
        stamp.revision = revision;
        self.finish(&stamp)
    }

    /// Writes the cases that changed and removes those that are gone, all that happened to them
    /// after revision `since` and up to `revision`; `total` is the number of cases now. Where there is
    /// no room, others that may be left out make it.
    ///
    /// # Errors
    /// When what is there is not as this user left it: [`Cache::replace`] is needed.
    pub(super) fn update(
        &self,
        changed: &[CaseBytes],
        removed: &[String],
        total: usize,
        since: u64,
        revision: u64,
    ) -> Result<CacheReport, Unfit> {
        let mut stamp = self.stamp()?;
        if stamp.revision < since || stamp.revision == UNFINISHED {
            return Err(Unfit::Stale);
        }
        if stamp.revision > revision {
            // Another tab knows more, and writes it.
            return Ok(stamp.report());
        }
        for id in removed {
            self.remove(&mut stamp, &self.case_key(id));
        }
        for case in changed {
            while self.put(&mut stamp, case).is_err() && self.clear_some(&mut stamp) {}
        }
        stamp.total = total as u64;
        stamp.revision = revision;
        Ok(self.finish(&stamp))
    }

    /// Puts one case; where it does not fit, it is not there at all afterwards: what was there before is stale.
    fn put(&self, stamp: &mut Stamp, case: &CaseBytes) -> Result<(), Full> {
        let key = self.case_key(&case.id);
        self.remove(stamp, &key);
        let packed = lz4_flex::block::compress_prepend_size_with_dict(&case.bytes, DICTIONARY);
        let sealed = self.vault.seal(&context(&key), &packed);
        let mut text = String::from(if case.may_leave_out {
            MAY_LEAVE_OUT
        } else {
            KEPT
        });
        text.push_str(&pack(&sealed));
        self.shelf.set(&key, &text)?;
        stamp.take_in(&sealed);
        Ok(())
    }

    fn remove(&self, stamp: &mut Stamp, key: &str) {
        let Some(text) = self.shelf.get(key) else {
            return;
        };
        if let Some(sealed) = value_bytes(&text) {
            stamp.take_out(&sealed);
        }
        self.shelf.remove(key);
    }

    /// Makes room; whether there was anything to clear.
    fn clear_some(&self, stamp: &mut Stamp) -> bool {
        let mut cleared = 0;
        for key in self.case_keys() {
            let Some(text) = self
                .shelf
                .get(&key)
                .filter(|text| text.starts_with(MAY_LEAVE_OUT))
            else {
                continue;
            };
            cleared += key.len() + text.chars().count();
            self.remove(stamp, &key);
            if cleared >= CLEARED_UNITS {
                break;
            }
        }
        cleared > 0
    }

    fn finish(&self, stamp: &Stamp) -> CacheReport {
        // Where even this fails the old stamp no longer agrees: noticed at the next start.
        let _ = self.put_stamp(stamp);
        stamp.report()
    }

    fn stamp(&self) -> Result<Stamp, Unfit> {
        let text = self.shelf.get(&self.stamp_key).ok_or(Unfit::Missing)?;
        unpack(&text)
            .and_then(|sealed| self.vault.open(&context(&self.stamp_key), &sealed).ok())
            .and_then(|bytes| Stamp::from_bytes(&bytes))
            .ok_or(Unfit::Damaged)
    }

    fn put_stamp(&self, stamp: &Stamp) -> Result<(), Full> {
        let sealed = self
            .vault
            .seal(&context(&self.stamp_key), &stamp.to_bytes());
        self.shelf.set(&self.stamp_key, &pack(&sealed))
    }

    fn case_key(&self, id: &str) -> String {
        format!("{}{id}", self.case_prefix)
    }

    fn case_keys(&self) -> Vec<String> {
        let mut keys = self.shelf.keys();
        keys.retain(|key| key.starts_with(&self.case_prefix));
        keys
    }
}

/// Takes away all that is kept of a user, whose vault need not be open.
pub(super) fn clear(shelf: &impl Shelf, user: &str) {
    let prefix = prefix(user);
    for key in shelf.keys().iter().filter(|key| key.starts_with(&prefix)) {
        shelf.remove(key);
    }
}

fn prefix(user: &str) -> String {
    format!("aftercheck/{}/", super::name_in_key(user))
}

fn context(key: &str) -> String {
    format!("local/{FORM}/{key}")
}

/// The sealed bytes of a value: its first character says whether it may be left out.
fn value_bytes(text: &str) -> Option<Vec<u8>> {
    unpack(text.strip_prefix([KEPT, MAY_LEAVE_OUT])?)
}

impl Stamp {
    fn take_in(&mut self, sealed: &[u8]) {
        self.kept += 1;
        self.sum = self.sum.wrapping_add(end_of(sealed));
    }

    fn take_out(&mut self, sealed: &[u8]) {
        self.kept = self.kept.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(end_of(sealed));
    }

    fn report(&self) -> CacheReport {
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        CacheReport {
            kept: count(self.kept),
            left_out: count(self.total.saturating_sub(self.kept)),
        }
    }

    fn to_bytes(self) -> Vec<u8> {
        [self.revision, self.total, self.kept, self.sum]
            .map(u64::to_le_bytes)
            .concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, []) = bytes.as_chunks() else {
            return None;
        };
        let &[revision, total, kept, sum] = words else {
            return None;
        };
        let [revision, total, kept, sum] = [revision, total, kept, sum].map(u64::from_le_bytes);
        Some(Self {
            revision,
            total,
            kept,
            sum,
        })
    }
}

fn end_of(sealed: &[u8]) -> u64 {
    sealed
        .last_chunk()
        .map_or(0, |end| u64::from_le_bytes(*end))
}

#[cfg(test)]
mod tests;
