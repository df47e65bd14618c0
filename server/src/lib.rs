//! The binary `aftercheck`: serves the app that it embeds, merges changes, keeps accounts.

pub mod assets;
pub mod cli;
pub mod headers;
pub mod http;
