//! Sync under every fault: real state machine, real fold, real database; fake clock, disks of the
//! devices and network, all from one seed. See `tests/docs/simulation.md`.
#![cfg(feature = "mutations")]

pub mod check;
pub mod fault;
pub mod journal;
pub mod server;
pub mod work;
pub mod world;

use std::{panic, path::Path};

use fault::{Counts, Fault, Without};
use world::World;

/// How a schedule is run.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How many operations it has.
    pub operations: usize,
    /// Faults that it leaves out.
    pub without: Without,
    /// A fault that is put into the code.
    pub mutation: Option<String>,
    /// Every message is told.
    pub trace: bool,
}

/// What came of a schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How often each fault fired.
    pub faults: Counts,
    /// What went wrong.
    pub violations: Vec<String>,
    /// The digest of the server's log.
    pub log: String,
}

/// A directory for the server's files: in memory where the machine has such a place.
///
/// # Panics
/// Where none can be made.
pub fn directory(number: usize) -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    };
    let prefix = format!("simulation-{number}-");
    let directory = tempfile::Builder::new().prefix(&prefix).tempdir_in(parent);
    directory.expect("a directory for the server's files")
}

/// A smaller schedule of the same seed that fails as well: fewer operations, fewer kinds of faults.
pub fn shrink(seed: u64, settings: &Settings, directory: &Path) -> Settings {
    let kind = |settings: &Settings| {
        let violations = run(seed, settings, directory).violations;
        let first = violations.first().and_then(|it| it.split_once(':'));
        first.map(|(kind, _)| kind.to_owned())
    };
    let found = kind(settings);
    let fails = |settings: &Settings| kind(settings) == found;
    let mut smallest = settings.clone();
    for fault in Fault::ALL {
        let mut without = smallest.clone();
        without.without.insert(*fault);
        if fails(&without) {
            smallest = without;
        }
    }
    // From the beginning on: what fails early can be read.
    for operations in (0..smallest.operations).step_by(5) {
        let fewer = Settings {
            operations,
            ..smallest.clone()
        };
        if fails(&fewer) {
            return fewer;
        }
    }
    smallest
}

/// One schedule, from its seed. The directory is the server's, for this schedule alone.
pub fn run(seed: u64, settings: &Settings, directory: &Path) -> Outcome {
    shared::mutation::mutate(settings.mutation.as_deref());
    let ran = panic::catch_unwind(|| {
        let mut world = World::new(seed, settings.clone(), directory);
        world.run();
        if world.violations.is_empty() {
            world.heal();
            world.check();
        }
        Outcome {
            log: world.server.mirror.digest(),
            faults: world.counts,
            violations: world.violations,
        }
    });
    shared::mutation::mutate(None);
    ran.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Outcome {
            violations: vec![format!("panic: {}", text.unwrap_or("of unknown kind"))],
            ..Outcome::default()
        }
    })
}
