//! From an inspection body's result sheet to proposed cases.
//!
//! A [`Sheet`] of text cells comes from the reader of files; [`Mapping::of`] finds its heading and
//! says what each column means, which a person may correct; [`propose`] makes each row a case with
//! the events that the sheet dates, and says what is wrong with it and what the sheet leaves open.
//! Nothing is guessed: a date that can be read in two ways is an error, a fact without its legal
//! day is kept with the case and becomes an event only when a person gives the day.

mod answer;
mod back;
mod check;
mod fact;
mod field;
mod head;
mod heading;
mod mapping;
mod memory;
mod out;
mod problem;
mod propose;
mod reading;
mod row;
mod table;
mod title;
mod told;
pub mod value;

pub use answer::{Answers, Period, Question};
pub use back::{kept_back, quoted};
pub use fact::{Undated, said, said_day, undated};
pub use field::Field;
pub use heading::Certainty;
pub use mapping::{Column, Mapping, NoTableError};
pub use memory::Memory;
pub use out::Table;
pub use problem::{Fault, Problem};
pub use propose::{BureauFrom, Counts, Finding, Proposal, RowProposal, mark_doubles, propose};
pub use reading::{Reading, Row};
pub use table::{Cell, CellKind, Merge, Sheet};
pub use told::{HandedIn, Told};
