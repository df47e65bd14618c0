//! The rules: worked examples, tables, laws, and the index of articles.

#![allow(clippy::unwrap_used, reason = "tests")]

mod analysis;
mod announcement;
mod calendar;
mod documents;
mod edition;
mod example;
mod examples;
mod explanations;
mod files;
mod golden;
mod index;
mod laws;
mod ledger;
