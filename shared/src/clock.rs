//! The clock that orders changes. It never dates anything: legal days come from documents.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// How far a clock may run ahead of the server before its changes are not taken, in milliseconds.
///
/// ```
/// use shared::clock::{HybridTime, MAXIMUM_CLOCK_LEAD_MILLISECONDS};
/// let stamp = HybridTime::default().next(1_363_046_400_000);
/// let server = 1_363_046_000_000;
/// assert!(stamp.milliseconds - server <= MAXIMUM_CLOCK_LEAD_MILLISECONDS, "400 seconds ahead");
/// ```
pub const MAXIMUM_CLOCK_LEAD_MILLISECONDS: u64 = 10 * 60 * 1000;

/// A hybrid logical time: what the device believed the time to be, and a counter that keeps
/// order where that stood still or went back.
///
/// Written `1362326400000-00000`, so that text sorts as time does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct HybridTime {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub milliseconds: u64,
    /// Order within the millisecond.
    pub counter: u32,
}

/// The text was not a hybrid time.
///
/// ```
/// use shared::clock::{HybridTime, ParseHybridTimeError};
/// assert_eq!("1363046400000".parse::<HybridTime>(), Err(ParseHybridTimeError), "no counter");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a hybrid time: expected 13 digits, a hyphen and 5 digits")]
pub struct ParseHybridTimeError;

const MILLISECOND_DIGITS: usize = 13;
const COUNTER_DIGITS: usize = 5;
const MAXIMUM_MILLISECONDS: u64 = 9_999_999_999_999;
const MAXIMUM_COUNTER: u32 = 99_999;

impl HybridTime {
    /// The next time to stamp with, when the wall clock shows `wall_milliseconds` and `self`
    /// is the latest time seen or given out.
    ///
    /// ```
    /// use shared::clock::HybridTime;
    /// let first = HybridTime::default().next(1_000);
    /// let second = first.next(900); // the wall clock went back
    /// assert!(second > first);
    /// ```
    #[must_use]
    pub fn next(self, wall_milliseconds: u64) -> Self {
        let wall = wall_milliseconds.min(MAXIMUM_MILLISECONDS);
        if wall > self.milliseconds {
            Self {
                milliseconds: wall,
                counter: 0,
            }
        } else if self.counter < MAXIMUM_COUNTER {
            Self {
                counter: self.counter + 1,
                ..self
            }
        } else {
            Self {
                milliseconds: (self.milliseconds + 1).min(MAXIMUM_MILLISECONDS),
                counter: 0,
            }
        }
    }

    /// The latest of both: what a device remembers after seeing `other`.
    ///
    /// ```
    /// use shared::clock::HybridTime;
    /// let own: HybridTime = "1363046400000-00000".parse()?;
    /// let later: HybridTime = "1363046400000-00007".parse()?;
    /// assert_eq!(own.observing(later), later);
    /// assert_eq!(later.observing(own), later);
    /// assert!(own.observing(later).next(0) > later, "what is stamped next follows what was seen");
    /// # Ok::<(), shared::clock::ParseHybridTimeError>(())
    /// ```
    #[must_use]
    pub fn observing(self, other: Self) -> Self {
        self.max(other)
    }
}

impl fmt::Display for HybridTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:013}-{:05}", self.milliseconds, self.counter)
    }
}

impl FromStr for HybridTime {
    type Err = ParseHybridTimeError;

    fn from_str(text: &str) -> Result<Self, ParseHybridTimeError> {
        let (milliseconds, counter) = text.split_once('-').ok_or(ParseHybridTimeError)?;
        let digits = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(milliseconds, MILLISECOND_DIGITS) || !digits(counter, COUNTER_DIGITS) {
            return Err(ParseHybridTimeError);
        }
        Ok(Self {
            milliseconds: milliseconds.parse().map_err(|_| ParseHybridTimeError)?,
            counter: counter.parse().map_err(|_| ParseHybridTimeError)?,
        })
    }
}

impl Serialize for HybridTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HybridTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn stamps_only_go_forward_and_sort_as_text(walls in prop::collection::vec(0_u64..5_000, 1..200)) {
            let mut last = HybridTime::default();
            for wall in walls {
                let next = last.next(wall);
                prop_assert!(next > last);
                prop_assert!(next.to_string() > last.to_string());
                prop_assert_eq!(next.to_string().parse(), Ok(next));
                last = next;
            }
        }
    }

    #[test]
    fn refuses_what_is_not_a_time() {
        for text in [
            "",
            "1362326400000",
            "1362326400000-0",
            "x362326400000-00000",
            "1362326400000-000000",
            "-",
        ] {
            assert_eq!(
                text.parse::<HybridTime>(),
                Err(ParseHybridTimeError),
                "{text}"
            );
        }
    }
}
