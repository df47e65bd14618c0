//! What the screens show, computed from assessments: pure, without a browser.

pub(crate) mod analysis;
pub(crate) mod calendar;
pub(crate) mod consequences;
pub(crate) mod documents;
pub(crate) mod draft;
pub(crate) mod duty;
pub(crate) mod import;
pub(crate) mod labels;
pub(crate) mod ledger;
pub(crate) mod publication;
pub(crate) mod timeline;
