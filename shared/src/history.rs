//! Earlier results of the same organisation and kind of product, for category 8.

use serde::{Deserialize, Serialize};

/// When a spot check was, as "immediately preceding" orders them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Period {
    /// The year.
    pub year: i32,
    /// The quarter, 1 to 4.
    pub quarter: u8,
    /// The number within the quarter.
    pub number: u32,
}
