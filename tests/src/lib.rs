//! What spans rooms: a real browser and a real server for journeys.
//!
//! These helpers end a test where a step does not come true: that is what they are for.
#![expect(clippy::missing_panics_doc, reason = "said above, once for all")]

pub mod browser;
pub mod network;
pub mod server;
