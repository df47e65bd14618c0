//! The rules: worked examples, tables, laws, and the index of articles.

#![allow(clippy::unwrap_used, reason = "tests")]

mod analysis;
mod announcement;
mod calendar;
mod documented;
mod documents;
mod edition;
mod example;
mod examples;
mod explanations;
mod files;
mod fixture;
mod golden;
mod index;
mod laws;
mod ledger;
mod log;
mod permissions;
mod publication;
mod status;
