//! Parts of the screens: they take values and signals, and write nothing.

pub(crate) mod chart;
pub(crate) mod days;
pub(crate) mod download;
pub(crate) mod explanation;
pub(crate) mod fields;
pub(crate) mod messages;
pub(crate) mod pad;
pub(crate) mod picture;
pub(crate) mod sprite;
pub(crate) mod status;
pub(crate) mod table;
pub(crate) mod timeline;
pub(crate) mod window;
