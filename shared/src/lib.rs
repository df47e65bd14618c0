//! The rules of 抽查后处理, and the change log that carries its cases.
//!
//! Pure: no clock, randomness, input or output, locale. The same code runs in the browser,
//! on the server and on the command line.
#![warn(missing_docs)]

pub mod actor;
pub mod bureau;
pub mod case;
pub mod change;
pub mod clock;
pub mod day;
pub mod event;
pub mod fold;
pub mod id;
pub mod sync;

pub use actor::{Actor, Role};
pub use case::{CaseFile, CaseHead};
pub use day::Day;
pub use event::{Event, EventKind};
