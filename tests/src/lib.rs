//! What spans rooms: a real browser and a real server for journeys, real devices for faults.
//!
//! These helpers end a test where a step does not come true: that is what they are for.
#![expect(clippy::missing_panics_doc, reason = "said above, once for all")]

pub mod axe;
pub mod browser;
pub mod desk;
pub mod device;
pub mod driven;
pub mod measure;
pub mod network;
pub mod papers;
pub mod screens;
pub mod server;

/// A sheet of `tests/samples`.
pub fn sample(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("samples")
        .join(name)
}
