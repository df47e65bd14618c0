//! `tests/simulate`: as many schedules as there is time for, and one line of JSON.
#![expect(clippy::print_stdout, reason = "it is a command")]

use std::{
    collections::BTreeMap,
    env,
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde::Serialize;
use shared::mutation::MUTATIONS;
use simulation::{
    Outcome, Settings,
    fault::{Counts, Fault},
    run, shrink,
};

/// The operations of a schedule, where nothing else is said.
const OPERATIONS: usize = 200;
/// How many failures are enough.
const ENOUGH: usize = 10;

struct Arguments {
    seconds: Option<u64>,
    schedules: Option<u64>,
    seed: u64,
    /// One failure is enough, and is not shrunk.
    until_found: bool,
    settings: Settings,
}

#[derive(Default)]
struct Found {
    schedules: u64,
    counts: Counts,
    failures: Vec<(u64, Outcome)>,
}

#[derive(Serialize)]
struct Report {
    schedules: u64,
    operations: u64,
    faults: BTreeMap<&'static str, u64>,
    violations: Vec<Violation>,
}

#[derive(Serialize)]
struct Violation {
    seed: u64,
    operations: usize,
    without: Vec<&'static str>,
    what: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = match read() {
        Ok(Some(arguments)) => arguments,
        Ok(None) => return ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    // A panic is a violation, and told as one.
    std::panic::set_hook(Box::new(|_| {}));
    let report = all(&arguments);
    println!(
        "{}",
        serde_json::to_string(&report).expect("a report is JSON")
    );
    if report.violations.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn all(arguments: &Arguments) -> Report {
    let begun = Instant::now();
    let next = AtomicU64::new(0);
    let found: Mutex<Found> = Mutex::default();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for number in 0..threads {
            let (next, found) = (&next, &found);
            scope.spawn(move || {
                let directory = simulation::directory(number);
                loop {
                    let schedule = next.fetch_add(1, Ordering::Relaxed);
                    let late = |seconds| begun.elapsed() >= Duration::from_secs(seconds);
                    let over = arguments.schedules.is_some_and(|most| schedule >= most)
                        || arguments.seconds.is_some_and(late);
                    let failed = found
                        .lock()
                        .expect("no thread panics with it")
                        .failures
                        .len();
                    if over || failed >= if arguments.until_found { 1 } else { ENOUGH } {
                        break;
                    }
                    let seed = arguments.seed.wrapping_add(schedule);
                    let outcome = run(seed, &arguments.settings, directory.path());
                    let mut found = found.lock().expect("no thread panics with it");
                    found.schedules += 1;
                    found.counts.merge(&outcome.faults);
                    if !outcome.violations.is_empty() {
                        found.failures.push((seed, outcome));
                    }
                }
            });
        }
    });
    let Found {
        schedules,
        counts,
        failures,
    } = found.into_inner().expect("no thread panics with it");
    let operations = arguments.settings.operations;
    let directory = simulation::directory(threads);
    let violations = failures
        .into_iter()
        .map(|(seed, outcome)| {
            eprintln!("seed {seed}: {}", outcome.violations.join("; "));
            let smaller = if arguments.until_found {
                arguments.settings.clone()
            } else {
                shrink(seed, &arguments.settings, directory.path())
            };
            let without: Vec<_> = smaller.without.iter().map(|fault| fault.name()).collect();
            eprintln!(
                "  again: tests/simulate --schedules 1 --seed {seed} --operations {}{}{}",
                smaller.operations,
                if without.is_empty() {
                    ""
                } else {
                    " --without "
                },
                without.join(",")
            );
            Violation {
                seed,
                operations: smaller.operations,
                without,
                what: outcome.violations,
            }
        })
        .collect();
    let count = |fault: &Fault| (fault.name(), counts.of(*fault));
    Report {
        schedules,
        operations: schedules * operations as u64,
        faults: Fault::ALL.iter().map(count).collect(),
        violations,
    }
}

fn read() -> Result<Option<Arguments>, String> {
    let mut arguments = Arguments {
        seconds: None,
        schedules: None,
        seed: 1,
        until_found: false,
        settings: Settings {
            operations: OPERATIONS,
            ..Settings::default()
        },
    };
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--trace" => {
                arguments.settings.trace = true;
                continue;
            }
            "--until-found" => {
                arguments.until_found = true;
                continue;
            }
            _ => {}
        }
        let value = words.next();
        let number = |value: Option<String>| {
            let number = value.and_then(|value| value.parse().ok());
            number.ok_or(format!("{word} wants a number"))
        };
        match word.as_str() {
            "--seconds" => arguments.seconds = Some(number(value)?),
            "--schedules" => arguments.schedules = Some(number(value)?),
            "--seed" => arguments.seed = number(value)?,
            "--operations" => {
                arguments.settings.operations =
                    usize::try_from(number(value)?).unwrap_or(OPERATIONS);
            }
            "--without" => {
                for name in value.unwrap_or_default().split(',') {
                    let fault = Fault::ALL.iter().find(|fault| fault.name() == name);
                    let fault = fault.ok_or(format!("there is no fault {name}"))?;
                    arguments.settings.without.insert(*fault);
                }
            }
            "--mutate" => match value {
                Some(name) if MUTATIONS.contains(&&*name) => {
                    arguments.settings.mutation = Some(name)
                }
                Some(name) => return Err(format!("there is no mutation {name}")),
                None => {
                    for name in MUTATIONS {
                        println!("{name}");
                    }
                    return Ok(None);
                }
            },
            _ => return Err(format!("{word}? {USAGE}")),
        }
    }
    if arguments.seconds.is_none() && arguments.schedules.is_none() {
        arguments.seconds = Some(10);
    }
    Ok(Some(arguments))
}

const USAGE: &str = "tests/simulate [--seconds N | --schedules N] [--seed S] [--operations N] \
                     [--without FAULT,…] [--mutate NAME] [--until-found] [--trace]";
