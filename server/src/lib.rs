//! The binary `aftercheck`: serves the app that it embeds, merges changes, keeps accounts.

pub mod announcement;
pub mod api;
pub mod assess;
pub mod assets;
pub mod cli;
mod console;
pub mod contents;
pub mod db;
pub mod demo;
pub mod export;
pub mod headers;
pub mod http;
pub mod import;
pub mod public;
pub mod sample;
mod tls;
