//! The front end, compiled to wasm.
#![allow(
    clippy::large_types_passed_by_value,
    clippy::needless_pass_by_value,
    reason = "screens hand each other bundles of signals, which are handles to be copied"
)]
#![allow(
    clippy::missing_errors_doc,
    reason = "each error enum says when it comes; nothing outside this crate calls"
)]
#![allow(
    clippy::format_collect,
    clippy::match_same_arms,
    clippy::ref_option,
    clippy::semicolon_if_nothing_returned,
    clippy::similar_names,
    clippy::type_complexity,
    reason = "matters of taste, in views above all"
)]
#![expect(
    unreachable_pub,
    reason = "what #[component] writes is pub, whatever the component is"
)]

mod api;
mod badge;
mod begun;
mod boot;
mod breath;
mod components;
mod frame;
mod handing_out;
mod keys;
mod lazy;
mod model;
mod overview;
mod pages;
mod people;
mod photo;
mod pinyin;
pub mod session;
pub mod store;
mod theme;
pub mod update;
mod words;
mod worker;

pub use frame::App;
