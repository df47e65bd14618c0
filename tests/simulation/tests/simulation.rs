//! The simulation itself, tried: it passes, replays, and finds what it must find.

use std::{
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use shared::mutation::MUTATIONS;
use simulation::{Settings, directory, fault::Fault, run};

/// Schedules in which a fault that was put into the code must be found.
const BOUND: u64 = 5_000;
const OPERATIONS: usize = 200;

fn settings(mutation: Option<&str>) -> Settings {
    Settings {
        operations: OPERATIONS,
        mutation: mutation.map(ToOwned::to_owned),
        ..Settings::default()
    }
}

#[test]
fn no_promise_is_broken() {
    let directory = directory(0);
    for seed in 1_000_000..1_000_100 {
        let outcome = run(seed, &settings(None), directory.path());
        assert!(
            outcome.violations.is_empty(),
            "seed {seed}: {:?}",
            outcome.violations
        );
    }
}

#[test]
fn a_seed_replays() {
    let directory = directory(1);
    for seed in 0..20 {
        let first = run(seed, &settings(None), directory.path());
        let again = run(seed, &settings(None), directory.path());
        assert_eq!(first, again, "seed {seed}");
        assert_ne!(
            first.log,
            run(seed + 1, &settings(None), directory.path()).log
        );
    }
}

#[test]
fn every_fault_fires() {
    let directory = directory(2);
    let mut counts = simulation::fault::Counts::default();
    for seed in 0..300 {
        counts.merge(&run(seed, &settings(None), directory.path()).faults);
    }
    for fault in Fault::ALL {
        assert!(counts.of(*fault) > 0, "{fault} never fired");
    }
}

/// The mutation that spoils what meets a fault.
fn met_by(fault: Fault) -> &'static str {
    match fault {
        Fault::Drop | Fault::Duplicate | Fault::Delay => "repetition-not-known",
        Fault::Reorder => "merged-by-arrival",
        Fault::Partition => "unreachable-forgets",
        Fault::ServerCrash | Fault::TornWrite => "acknowledged-before-commit",
        Fault::ServerDiskFull => "full-disk-ignored",
        Fault::DeviceCrash => "unsent-not-resumed",
        Fault::DiskFull | Fault::Quota => "failed-commit-counts",
        Fault::Evicted => "first-contact-not-kept",
        Fault::Damaged => "damage-not-noticed",
        Fault::ClockJump => "clock-not-bounded",
        Fault::ServerClockJump => "settled-stamped-anew",
        Fault::RoleChanged => "scope-kept",
        Fault::VersionSkew => "old-version-forgets",
        Fault::LaterBody => "refused-dropped",
        Fault::Restored => "offers-ignored",
        Fault::Cloned => "copies-share-a-name",
        Fault::Rewound => "own-taken-for-held",
        Fault::Hole => "gap-not-noticed",
        Fault::TwoContents => "contents-not-compared",
        Fault::UserSwitched => "sign-in-not-compared",
        Fault::TwoTabs => "tab-keeps-old-state",
        Fault::BadChange => "refusal-blocks",
    }
}

/// Mutations that break each promise of sync, in their order.
const PROMISES: [&[&str]; 5] = [
    &["unsent-forgotten", "counted-before-commit"],
    &[
        "double-goes-on",
        "revocation-not-sent",
        "revocation-skipped",
    ],
    &["merged-by-arrival", "digest-not-compared"],
    &["refusal-blocks", "refused-dropped"],
    &["conflict-not-shown", "parallel-not-shown"],
];

#[test]
fn every_promise_and_every_fault_has_a_mutation() {
    let met = Fault::ALL.iter().map(|fault| met_by(*fault));
    for name in PROMISES.into_iter().flatten().copied().chain(met) {
        assert!(MUTATIONS.contains(&name), "there is no mutation {name}");
    }
}

/// One that is not found is a promise that nobody watches.
#[test]
fn every_mutation_is_found() {
    std::panic::set_hook(Box::new(|_| {}));
    let base = fastrand::u64(..1 << 40);
    println!("schedules from {base} on");
    let next = AtomicUsize::new(0);
    let missed = Mutex::new(Vec::new());
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for number in 0..threads {
            let (next, missed) = (&next, &missed);
            scope.spawn(move || {
                let directory = directory(number + 3);
                while let Some(name) = MUTATIONS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match find(name, base, directory.path()) {
                        Some((seed, violation)) => {
                            println!("{name}: seed {seed}: {violation:.100}");
                        }
                        None => missed.lock().expect("nobody panics with it").push(*name),
                    }
                }
            });
        }
    });
    let _ = std::panic::take_hook();
    let missed = missed.into_inner().expect("nobody panics with it");
    assert!(
        missed.is_empty(),
        "not found in {BOUND} schedules from {base} on: {missed:?}"
    );
}

/// The first schedule that finds a mutation, and what it says.
fn find(name: &str, base: u64, directory: &Path) -> Option<(u64, String)> {
    (base..base + BOUND).find_map(|seed| {
        let outcome = run(seed, &settings(Some(name)), directory);
        Some((seed, outcome.violations.into_iter().next()?))
    })
}
