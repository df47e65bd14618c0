//! The front end, compiled to wasm.
#![expect(
    unreachable_pub,
    reason = "what #[component] writes is pub, whatever the component is"
)]

mod api;
mod boot;
mod components;
mod frame;
mod keys;
mod model;
mod overview;
mod pages;
mod pinyin;
pub mod session;
pub mod store;
mod theme;
pub mod update;
mod words;

pub use frame::App;
