//! Words of the screens, in one place by what they speak of.

pub(crate) mod day;
pub(crate) mod event;
pub(crate) mod people;
pub(crate) mod store;
pub(crate) mod sync;
