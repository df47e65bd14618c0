//! `tests/measure sync`: the server beside its peers and beside the limit, on the same work in one
//! run. See tests/docs/measures.md.

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use futures::future::join_all;
use rusqlite::{Connection, params_from_iter, types::Value};
use serde::Deserialize;
use serde_json::json;
use server::{
    api::{hash_passphrase, now_milliseconds},
    db::{Database, FILE_NAME},
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
/// How the names of those begin that push.
const SENDER: &str = "tablet-";
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
/// Name, script, and the number of changes in a request that is best for each.
const PEERS: [(&str, &str, usize); 3] = [
    ("Actual", "actual.mjs", 2_000),
    ("PouchDB Server", "pouchdb.mjs", 1_000),
    // It has no requests of changes: so many cases are in a document.
    ("automerge-repo", "automerge.mjs", 50),
];
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
    let (own, written) = ours().await;
    let limits = Limits {
        rows: written.limit(),
        bytes: written.bare_limit(),
    };
    drop(written);
    let whole = whole().await;
    let mut places = vec![("Aftercheck", own)];
    // The folder of the peers, as tests/from-npm has made it.
    if let Some(peers) = env::args().nth(1) {
        for (name, script, batch) in PEERS {
            match peer(&peers, script, batch) {
                Some(told) => places.push((name, told)),
                None => eprintln!("{name} did not do the work"),
            }
        }
    }
    print(&places, &limits, whole);
}

/// What SQLite alone takes in a second, in changes.
struct Limits {
    /// Every row that the server writes for a change, with its indexes.
    rows: f64,
    /// The bytes of the change in a bare table.
    bytes: f64,
}

fn print(places: &[(&str, Told)], limits: &Limits, (whole, peak): (f64, f64)) {
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
    let second = "changes a second";
    let actual = places.get(1).map(|(_, told)| 2.0 * pushed(told));
    let mark = actual.map_or(Mark::None, |mark| Mark::AtLeast(mark.round()));
    line("push until acknowledged", second, &pushed, mark);
    let ratio = |told: &Told| pushed(told) / own;
    line("the same against ours", "ratio", &ratio, Mark::None);
    line(
        "the same against SQLite writing our rows and indexes",
        "%",
        &|told| 100.0 * pushed(told) / limits.rows,
        Mark::AtLeast(40.0),
    );
    line(
        "the same against SQLite writing the bytes into a bare table",
        "%",
        &|told| 100.0 * pushed(told) / limits.bytes,
        Mark::AtLeast(40.0),
    );
    line(
        "cold pull to a new device",
        second,
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
    let mut ours = |what: &str, unit: &str, value: f64, mark: Mark| {
        let mut cells = vec![(one(value), mark)];
        cells.resize(places.len(), (None, Mark::None));
        table.line(what, unit, &cells);
    };
    let by_devices = "push by devices that fetch what the others push";
    ours(by_devices, second, whole, Mark::None);
    ours(
        "most memory, with a million changes",
        "MB",
        peak / 1e6,
        Mark::Below(100.0),
    );
    println!("{table}");
    println!(
        "SQLite alone, WAL, synchronous FULL, {BATCH} changes in a transaction: {:.0} changes a second with our rows and indexes, {:.0} as bytes in a bare table.",
        limits.rows, limits.bytes
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

/// Cases, opened and numbered, and the devices that have fetched theirs.
async fn ledger(server: &Server) -> (Vec<Vec<Subject>>, Vec<Device>) {
    let mut opener = sign_in(server, "municipal", "opener").await;
    let mut cases: Vec<Vec<Subject>> = Vec::new();
    for device in 0..DEVICES {
        let open = |number| opener.open_case(&format!("{device}-{number}"), bureau(device));
        cases.push((0..CASES).map(open).collect());
    }
    opener.sync().await;
    let mut devices = Vec::new();
    for device in 0..DEVICES {
        let name = format!("{SENDER}{device}");
        let mut device = sign_in(server, &format!("officer-{device}"), &name).await;
        device.sync().await;
        devices.push(device);
    }
    (cases, devices)
}

/// What the devices record without knowing of each other: the work.
fn record(devices: &mut [Device], cases: &[Vec<Subject>]) {
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
}

/// Our own server, pushed to by clients that only send, as the peers' do; and what it wrote.
async fn ours() -> (Told, Written) {
    let folder = tempfile::tempdir().expect("a folder is made");
    accounts(folder.path());
    let mut server = Server::start(folder.path());
    let (cases, mut devices) = ledger(&server).await;
    record(&mut devices, &cases);
    let sent: Vec<_> = devices.iter().flat_map(Device::unsent_bytes).collect();
    let senders: Vec<_> = devices
        .into_iter()
        .map(|device| (device.requests(), device))
        .collect();
    let before = Instant::now();
    let tasks = senders.into_iter().map(|(requests, device)| {
        tokio::spawn(async move {
            device.send(requests).await;
        })
    });
    for task in join_all(tasks).await {
        task.expect("a device pushes");
    }
    let push = before.elapsed().as_secs_f64();

    let mut newcomer = sign_in(&server, "municipal", "newcomer").await;
    let before = Instant::now();
    newcomer.sync().await;
    let cold = before.elapsed().as_secs_f64();

    // 1 % more.
    let mut officer = sign_in(&server, "officer-0", "another-tablet").await;
    officer.sync().await;
    for case in &cases[0] {
        officer.edit(case, "enterprise.phone", &json!("010-8"));
    }
    let before = Instant::now();
    officer.sync().await;
    newcomer.sync().await;
    let delta = before.elapsed().as_secs_f64();

    let mut quiet = Vec::new();
    for _ in 0..QUIET_RUNS {
        let (before, exchanges) = (Instant::now(), newcomer.exchanges());
        newcomer.sync().await;
        quiet.push(before.elapsed().as_secs_f64());
        assert_eq!(newcomer.exchanges(), exchanges + 1, "one round trip");
    }
    server.stop();
    let told = Told {
        changes: (DEVICES * CASES * 10) as f64,
        push,
        cold,
        delta,
        noop: Figure::of(quiet).median,
    };
    (told, Written::read(folder.path(), sent))
}

/// The same by devices with the app's state machine and a journal in memory, which fetch what their
/// neighbours push meanwhile: changes pushed a second; and the most memory that the server takes
/// until it has a million changes.
async fn whole() -> (f64, f64) {
    let folder = tempfile::tempdir().expect("a folder is made");
    accounts(folder.path());
    let server = Server::start(folder.path());
    let (cases, mut devices) = ledger(&server).await;
    record(&mut devices, &cases);
    let changes: usize = devices.iter().map(Device::unsent).sum();
    let before = Instant::now();
    let mut devices = push(devices).await;
    let seconds = before.elapsed().as_secs_f64();
    for device in &devices {
        assert!(device.refused().is_empty() && device.unsent() == 0);
    }
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
    let refused: Vec<_> = devices.iter().map(Device::refused).collect();
    assert!(refused.iter().all(Vec::is_empty), "nothing was refused");
    (changes as f64 / seconds, server.memory_peak_bytes())
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

/// The rows that a server has written for changes of devices, and those that it had before.
struct Written {
    before: Vec<Row>,
    pushed: Vec<Row>,
    /// The changes as they were sent.
    sent: Vec<Vec<u8>>,
}

/// One change: its row of the log, and its rows of the feeds.
struct Row {
    log: Vec<Value>,
    feeds: Vec<Vec<Value>>,
}

impl Written {
    fn read(folder: &Path, sent: Vec<Vec<u8>>) -> Self {
        let file = Connection::open(folder.join(FILE_NAME)).expect("the server has stopped");
        let rows = |sql: &str| -> Vec<Vec<Value>> {
            let mut statement = file.prepare(sql).expect("it has the table");
            let columns = statement.column_count();
            let row = |row: &rusqlite::Row<'_>| (0..columns).map(|at| row.get(at)).collect();
            let rows = statement.query_map((), row).expect("rows are read");
            rows.collect::<Result<_, _>>().expect("rows are read")
        };
        let mut feeds = rows("SELECT * FROM feed WHERE position > 0 ORDER BY position")
            .into_iter()
            .peekable();
        let log = rows("SELECT * FROM changes ORDER BY position");
        let all = log.into_iter().map(|log| {
            let mine = |row: &Vec<Value>| row[2] == log[0];
            let feeds = std::iter::from_fn(|| feeds.next_if(mine)).collect();
            Row { log, feeds }
        });
        let is_pushed =
            |row: &Row| matches!(&row.log[1], Value::Text(device) if device.starts_with(SENDER));
        let mut before: Vec<Row> = all.collect();
        let pushed = before.iter().position(is_pushed);
        let mut pushed = before.split_off(pushed.expect("something was pushed"));
        pushed.truncate(sent.len());
        assert!(pushed.iter().all(is_pushed), "and nothing in between");
        Self {
            before,
            pushed,
            sent,
        }
    }

    /// How many of the changes that were pushed SQLite takes in a second, written as the server
    /// writes them: every column, every index, every feed.
    fn limit(&self) -> f64 {
        let folder = tempfile::tempdir().expect("a folder is made");
        drop(Database::open(folder.path()).expect("a database is made"));
        let mut file = flushing(&folder.path().join(FILE_NAME));
        file.pragma_update(None, "foreign_keys", true)
            .expect("as the server has it");
        let mut write = |rows: &[Row]| {
            let transaction = file.transaction().expect("a transaction begins");
            for row in rows {
                let insert = |sql, values: &[Value]| {
                    let statement = transaction.prepare_cached(sql);
                    statement.and_then(|mut it| it.execute(params_from_iter(values)))
                };
                insert(
                    "INSERT INTO changes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                    &row.log,
                )
                .expect("a change is inserted");
                for feed in &row.feeds {
                    insert("INSERT INTO feed VALUES (?1, ?2, ?3, ?4, ?5, ?6)", feed)
                        .expect("an item is inserted");
                }
            }
            transaction.commit().expect("it is committed");
        };
        write(&self.before);
        let before = Instant::now();
        self.pushed.chunks(BATCH).for_each(write);
        self.pushed.len() as f64 / before.elapsed().as_secs_f64()
    }

    /// The same into a bare table: the bytes that were sent, and their position.
    fn bare_limit(&self) -> f64 {
        let folder = tempfile::tempdir().expect("a folder is made");
        let mut table = flushing(&folder.path().join("limit"));
        let make = "CREATE TABLE log (position INTEGER PRIMARY KEY, change BLOB NOT NULL)";
        table.execute(make, ()).expect("a table is made");
        let before = Instant::now();
        for batch in self.sent.chunks(BATCH) {
            let transaction = table.transaction().expect("a transaction begins");
            for change in batch {
                transaction
                    .prepare_cached("INSERT INTO log (change) VALUES (?1)")
                    .and_then(|mut insert| insert.execute([change]))
                    .expect("a change is inserted");
            }
            transaction.commit().expect("it is committed");
        }
        self.sent.len() as f64 / before.elapsed().as_secs_f64()
    }
}

/// A database that flushes as the server's does.
fn flushing(path: &Path) -> Connection {
    let file = Connection::open(path).expect("a database is made");
    file.pragma_update(None, "journal_mode", "WAL")
        .expect("it has a log");
    file.pragma_update(None, "synchronous", "FULL")
        .expect("it flushes");
    file
}

/// A peer, with its best number of changes in a request; nothing where it fails.
fn peer(folder: &str, script: &str, batch: usize) -> Option<Told> {
    assert!(
        fs::exists(Path::new(folder).join(script)).is_ok_and(|is| is),
        "tests/from-npm peers {folder}"
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
    let is_done = said.status.success();
    is_done.then(|| serde_json::from_slice(&said.stdout).expect("it says what it did"))
}
