//! The rules of 抽查后处理, and the change log that carries its cases.
//!
//! Pure: no clock, randomness, input or output, locale. The same code runs in the browser,
//! on the server and on the command line.
#![warn(missing_docs)]

pub mod account;
pub mod actor;
pub mod analysis;
pub mod announcement;
pub mod assess;
pub mod attachment;
pub mod bureau;
pub mod calendar;
pub mod case;
pub mod case_file;
pub mod change;
pub mod clock;
pub mod conflict;
pub mod day;
pub mod document;
pub mod edition;
pub mod event;
pub mod explain;
mod facts;
pub mod field;
pub mod fold;
pub mod history;
pub mod id;
pub mod import;
pub mod mutation;
pub mod offer;
pub mod order;
pub mod outgoing;
pub mod permission;
pub mod progress;
pub mod publication;
pub mod report;
pub mod rule;
pub mod span;
mod standing;
pub mod status;
pub mod sync;
pub mod travel;
pub mod visit;
pub mod words;

pub use actor::{Actor, Role};
pub use case::{CaseFile, CaseHead};
pub use day::Day;
pub use event::{Event, EventKind};
