//! The pages: one module for each address.

pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod analysis;
pub(crate) mod announcements;
pub(crate) mod calendar;
pub(crate) mod case;
pub(crate) mod documents;
pub(crate) mod import;
pub(crate) mod ledger;
pub(crate) mod not_found;
pub(crate) mod record;
pub(crate) mod reporting;
pub(crate) mod sign_in;
pub(crate) mod sync;
pub(crate) mod today;
pub(crate) mod visit;
pub(crate) mod welcome;
