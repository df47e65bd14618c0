//! The simulation itself, tried: it passes, replays, and finds what it must find.

use shared::mutation::MUTATIONS;
use simulation::{Settings, directory, fault::Fault, run};

/// Schedules in which a fault that was put into the code must be found.
const BOUND: u64 = 1_500;
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

/// One that is not found is a promise that nobody watches.
#[test]
fn every_mutation_is_found() {
    std::panic::set_hook(Box::new(|_| {}));
    let directory = directory(3);
    let missed: Vec<_> = MUTATIONS
        .iter()
        .filter(|name| {
            let found = (0..BOUND).find_map(|seed| {
                let outcome = run(seed, &settings(Some(name)), directory.path());
                let violation = outcome.violations.into_iter().next()?;
                Some((seed, violation))
            });
            match &found {
                Some((seed, violation)) => println!("{name}: schedule {seed}: {violation:.100}"),
                None => println!("{name}: not found in {BOUND} schedules"),
            }
            found.is_none()
        })
        .collect();
    let _ = std::panic::take_hook();
    assert!(missed.is_empty(), "not found: {missed:?}");
}
