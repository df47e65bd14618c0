//! `tests/measure sync`: the server beside its peers and beside the limit, on the same work in one
//! run. See tests/docs/measures.md.

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use futures::future::join_all;
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::json;
use server::{
    api::{hash_passphrase, now_milliseconds},
    db::Database,
};
use shared::{Actor, EventKind, Role, bureau::BUREAUS, change::Subject};
use tests::{
    device::Device,
    measure::{Figure, Mark, Table},
    server::Server,
};

const PASSPHRASE: &str = "correct horse battery";
/// Two of them in each bureau.
const DEVICES: usize = 10;
/// Cases of each device's own.
const CASES: usize = 1_000;
/// What a device records on each of its own cases, beside an address.
const EVENTS: [EventKind; 8] = [
    EventKind::MaterialsReceived,
    EventKind::ResultServed,
    EventKind::RectificationOrdered,
    EventKind::RectificationOrderServed,
    EventKind::PenaltyCaseOpened,
    EventKind::GoodsSealed,
    EventKind::GoodsSeized,
    EventKind::MeasureLifted,
];
/// The field that two devices set without knowing of each other.
const FIELD: &str = "enterprise.address";
/// How often a sync that finds nothing new is timed.
const QUIET_RUNS: usize = 21;
/// How often the work is done again before the server's memory is read: a million changes in all.
const ROUNDS: usize = 10;
/// Changes in a transaction, for the limit: as many as in a push.
const BATCH: usize = 500;

/// What one server did.
#[derive(Deserialize)]
struct Told {
    changes: f64,
    /// In seconds.
    push: f64,
    /// In seconds.
    cold: f64,
    /// In seconds.
    delta: f64,
    /// In seconds.
    noop: f64,
}

#[tokio::main]
async fn main() {
    let (own, bytes, peak) = ours().await;
    let limit = limit(&bytes);
    let mut places = vec![("Aftercheck", own)];
    // The folder of the peers, as tests/peers/set-up has made it.
    if let Some(peers) = env::args().nth(1) {
        places.push(("Actual", peer(&peers, "actual.mjs", 2_000)));
        places.push(("PouchDB Server", peer(&peers, "pouchdb.mjs", 1_000)));
    }
    print(&places, limit, peak);
}

fn print(places: &[(&str, Told)], limit: f64, peak: f64) {
    let names: Vec<_> = places.iter().map(|(name, _)| *name).collect();
    let mut table = Table::new(&names);
    let own = places[0].1.changes / places[0].1.push;
    let one = |value: f64| Some(Figure::of(vec![value]));
    let mut line = |what: &str, unit: &str, value: &dyn Fn(&Told) -> f64, mark: Mark| {
        let cell = |(at, (_, told)): (usize, &(&str, Told))| {
            (one(value(told)), if at == 0 { mark } else { Mark::None })
        };
        let cells: Vec<_> = places.iter().enumerate().map(cell).collect();
        table.line(what, unit, &cells);
    };
    let pushed = |told: &Told| told.changes / told.push;
    let actual = places.get(1).map(|(_, told)| 2.0 * pushed(told));
    let mark = actual.map_or(Mark::None, |mark| Mark::AtLeast(mark.round()));
    line("push until acknowledged", "changes a second", &pushed, mark);
    line(
        "the same against ours",
        "ratio",
        &|told| pushed(told) / own,
        Mark::None,
    );
    line(
        "the same against the limit",
        "%",
        &|told| 100.0 * pushed(told) / limit,
        Mark::AtLeast(40.0),
    );
    line(
        "cold pull to a new device",
        "changes a second",
        &|told| told.changes / told.cold,
        Mark::None,
    );
    line(
        "1 % more, from one device to another",
        "ms",
        &|told| 1e3 * told.delta,
        Mark::None,
    );
    line(
        "nothing new, one round trip",
        "ms",
        &|told| 1e3 * told.noop,
        Mark::Below(50.0),
    );
    let mut cells = vec![(one(peak / 1e6), Mark::Below(100.0))];
    cells.resize(places.len(), (None, Mark::None));
    table.line("most memory, with a million changes", "MB", &cells);
    println!("{table}");
    println!(
        "The limit, rusqlite inserting the same bytes: {limit:.0} changes a second (WAL, synchronous FULL, {BATCH} in a transaction)."
    );
}

/// The bureau of a device.
fn bureau(device: usize) -> &'static str {
    BUREAUS[device / 2].code
}

/// A data folder with the accounts.
fn accounts(folder: &Path) {
    let database = Database::open(folder).expect("a database is made");
    let hash = hash_passphrase(PASSPHRASE).expect("a passphrase is hashed");
    let account = |user: &str, role, office: &str| {
        let (user, office) = (user.into(), office.into());
        let actor = Actor { user, role, office };
        let made = database.create_account(&actor, &actor.user, &hash, now_milliseconds());
        made.expect("an account is made");
    };
    account("municipal", Role::Municipal, "");
    for device in 0..DEVICES {
        account(&format!("officer-{device}"), Role::District, bureau(device));
    }
}

async fn sign_in(server: &Server, user: &str, name: &str) -> Device {
    Device::sign_in(&server.url(), user, PASSPHRASE, name).await
}

async fn all_sync(devices: &mut [Device]) {
    join_all(devices.iter_mut().map(Device::sync)).await;
}

/// Our own server, the bytes that it was sent, and the most memory that it took.
async fn ours() -> (Told, Vec<Vec<u8>>, f64) {
    let folder = tempfile::tempdir().expect("a folder is made");
    accounts(folder.path());
    let server = Server::start(folder.path());
    let mut opener = sign_in(&server, "municipal", "opener").await;
    let mut cases: Vec<Vec<Subject>> = Vec::new();
    for device in 0..DEVICES {
        let open = |number| opener.open_case(&format!("{device}-{number}"), bureau(device));
        cases.push((0..CASES).map(open).collect());
    }
    opener.sync().await;
    let mut devices = Vec::new();
    for device in 0..DEVICES {
        let name = format!("tablet-{device}");
        let mut device = sign_in(&server, &format!("officer-{device}"), &name).await;
        device.sync().await;
        devices.push(device);
    }

    for (at, device) in devices.iter_mut().enumerate() {
        for case in &cases[at] {
            for kind in EVENTS {
                device.event(case, kind, "2013-03-12");
            }
            device.edit(case, FIELD, &json!("工业园路8号"));
        }
        for case in &cases[at ^ 1] {
            device.edit(case, FIELD, &json!("工业园路9号"));
        }
    }
    let bytes: Vec<_> = devices.iter().flat_map(Device::unsent_bytes).collect();
    let before = Instant::now();
    let devices = push(devices).await;
    let push_seconds = before.elapsed().as_secs_f64();
    for device in &devices {
        assert!(device.refused().is_empty() && device.unsent() == 0);
    }

    let mut newcomer = sign_in(&server, "municipal", "newcomer").await;
    let before = Instant::now();
    newcomer.sync().await;
    let cold = before.elapsed().as_secs_f64();

    // 1 % more.
    let mut devices = devices;
    for case in &cases[0] {
        devices[0].edit(case, "enterprise.phone", &json!("010-8"));
    }
    let before = Instant::now();
    devices[0].sync().await;
    newcomer.sync().await;
    let delta = before.elapsed().as_secs_f64();

    let mut quiet = Vec::new();
    for _ in 0..QUIET_RUNS {
        let (before, exchanges) = (Instant::now(), newcomer.exchanges());
        newcomer.sync().await;
        quiet.push(before.elapsed().as_secs_f64());
        assert_eq!(newcomer.exchanges(), exchanges + 1, "one round trip");
    }
    drop(newcomer);

    // A million changes.
    for round in 1..ROUNDS {
        for (at, device) in devices.iter_mut().enumerate() {
            for case in &cases[at] {
                for field in 0..DEVICES {
                    device.edit(case, FIELD, &json!(format!("工业园路{round}{field}号")));
                }
            }
        }
        all_sync(&mut devices).await;
    }
    let last: Vec<_> = devices.iter().map(Device::refused).collect();
    assert!(last.iter().all(Vec::is_empty), "nothing was refused");
    let told = Told {
        changes: (DEVICES * CASES * 10) as f64,
        push: push_seconds,
        cold,
        delta,
        noop: Figure::of(quiet).median,
    };
    (told, bytes, server.memory_peak_bytes())
}

/// All at once, each on a task of its own.
async fn push(devices: Vec<Device>) -> Vec<Device> {
    let tasks = devices.into_iter().map(|mut device| {
        tokio::spawn(async move {
            device.sync().await;
            device
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let done = join_all(tasks).await.into_iter();
    done.map(|device| device.expect("a device syncs")).collect()
}

/// How many of these changes a bare table takes in a second.
fn limit(changes: &[Vec<u8>]) -> f64 {
    let folder = tempfile::tempdir().expect("a folder is made");
    let mut table = Connection::open(folder.path().join("limit")).expect("a database is made");
    table
        .pragma_update(None, "journal_mode", "WAL")
        .expect("it has a log");
    table
        .pragma_update(None, "synchronous", "FULL")
        .expect("it flushes");
    let make = "CREATE TABLE log (position INTEGER PRIMARY KEY, change BLOB NOT NULL)";
    table.execute(make, ()).expect("a table is made");
    let before = Instant::now();
    for batch in changes.chunks(BATCH) {
        let transaction = table.transaction().expect("a transaction begins");
        for change in batch {
            transaction
                .prepare_cached("INSERT INTO log (change) VALUES (?1)")
                .and_then(|mut insert| insert.execute([change]))
                .expect("a change is inserted");
        }
        transaction.commit().expect("it is committed");
    }
    changes.len() as f64 / before.elapsed().as_secs_f64()
}

/// A peer, with its best number of changes in a request.
fn peer(folder: &str, script: &str, batch: usize) -> Told {
    assert!(
        fs::exists(Path::new(folder).join(script)).is_ok_and(|is| is),
        "tests/peers/set-up {folder}"
    );
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|free| free.local_addr())
        .expect("a port is free")
        .port();
    let said = Command::new("node")
        .current_dir(folder)
        .args([script, &port.to_string(), &batch.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .expect("node is installed");
    assert!(said.status.success(), "{script} failed");
    serde_json::from_slice(&said.stdout).expect("it says what it did")
}
