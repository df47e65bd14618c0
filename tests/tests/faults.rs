//! Real faults: the real server, killed under devices that speak to it over HTTP.
//! See tests/docs/faults.md.

use std::{
    env, fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use server::{
    api::{hash_passphrase, now_milliseconds},
    db::Database,
};
use shared::{
    Actor, EventKind, Role,
    change::{Change, Subject},
};
use tests::{
    device::{Device, InFlight},
    server::Server,
};
use tokio::time::sleep;

const USER: &str = "municipal";
const PASSPHRASE: &str = "correct horse battery";
/// Devices that record at the same time.
const DEVICES: usize = 6;
/// A kill comes at a random moment within this after the server is up again.
const LONGEST_LIFE_MILLISECONDS: u64 = 120;

/// A data folder with an account, and no server on it yet.
fn data() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(folder.path()).unwrap();
    let actor = Actor {
        user: USER.into(),
        role: Role::Municipal,
        office: String::new(),
    };
    let hash = hash_passphrase(PASSPHRASE).unwrap();
    database
        .create_account(&actor, USER, &hash, now_milliseconds())
        .unwrap();
    folder
}

async fn device(server: &Server, name: &str) -> Device {
    Device::sign_in(&server.url(), USER, PASSPHRASE, name).await
}

/// How many kills: `AFTERCHECK_KILLS`, or what fits into everybody's run.
fn kills() -> usize {
    env::var("AFTERCHECK_KILLS").map_or(20, |kills| kills.parse().expect("a number of kills"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_has_every_change_that_it_acknowledged() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let folder = data();
    let mut server = Server::start(folder.path());
    let (in_flight, is_over) = (InFlight::default(), Arc::new(AtomicBool::new(false)));
    let mut at_work = Vec::new();
    for number in 0..DEVICES {
        let name = format!("tablet-{number}");
        let device = device(&server, &name).await;
        let (device, is_over) = (device.counted_in(&in_flight), is_over.clone());
        let random = fastrand::Rng::with_seed(random.u64(..));
        at_work.push(tokio::spawn(work(device, number, random, is_over)));
    }
    let mut auditor = device(&server, "auditor").await;
    auditor.sync().await;
    let epoch = auditor.epoch().cloned();
    let (kills, mut hits) = (kills(), 0);
    for _ in 0..kills {
        let life = random.u64(1..=LONGEST_LIFE_MILLISECONDS);
        sleep(Duration::from_millis(life)).await;
        let under_way = in_flight.load(SeqCst);
        server.kill();
        hits += usize::from(under_way > 0);
        server.start_again();
        // Its digest of all that it was given must agree with the log after each kill.
        auditor.sync().await;
    }
    is_over.store(true, SeqCst);
    let mut writers = Vec::new();
    for writer in at_work {
        writers.push(writer.await.unwrap());
    }
    auditor.sync().await;
    let mut newcomer = device(&server, "newcomer").await;
    newcomer.sync().await;
    server.stop();

    let acknowledged = || writers.iter().flat_map(Device::acknowledged);
    let (acknowledged_count, mut lost) = (acknowledged().count(), Vec::new());
    for (who, device) in [("auditor", &auditor), ("newcomer", &newcomer)] {
        for (id, change) in acknowledged() {
            let held = device.taken(id);
            if held.is_none_or(|held| held.canonical_bytes() != change.canonical_bytes()) {
                lost.push(format!("{who}: {id}"));
            }
        }
    }
    println!(
        "{{\"kills\":{kills},\"with_requests_in_flight\":{hits},\"acknowledged\":{acknowledged_count},\"lost\":{},\"seed\":{seed}}}",
        lost.len()
    );
    assert!(lost.is_empty(), "lost {lost:?}");
    for device in writers.iter().chain([&auditor, &newcomer]) {
        assert_eq!(device.setbacks(), 0, "what was lost came back by itself");
        assert_eq!(device.epoch(), epoch.as_ref(), "the log is the same one");
    }
    let log = Database::open(folder.path()).unwrap();
    let verified = log.verify_chain().unwrap().unwrap();
    assert!(usize::try_from(verified).unwrap() >= acknowledged_count);
    assert!(hits * 10 >= kills * 3, "only {hits} of {kills} kills hit");
    assert!(acknowledged_count > kills, "there was load");
}

/// What a folder of data holds, put into another one in place of what is there.
fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(to).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::remove_file(path).unwrap();
        }
    }
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_backup_under_live_devices_gets_everything_back() {
    let (folder, backup) = (data(), tempfile::tempdir().unwrap());
    let mut server = Server::start(folder.path());
    let mut author = device(&server, "author").await;
    let mut reader = device(&server, "reader").await;
    let early = author.open_case("JD-early", "110105");
    author.sync().await;
    server.stop();
    copy_folder(folder.path(), backup.path());
    server.start_again();

    // All of this comes after the backup; the reader holds it, and records itself.
    author.event(&early, EventKind::Announced, "2013-06-03");
    for number in 0..20 {
        let case = author.open_case(&format!("JD-{number}"), "110105");
        author.event(&case, EventKind::Announced, "2013-06-03");
    }
    author.sync().await;
    reader.sync().await;
    reader.event(&early, EventKind::Announced, "2013-06-04");
    reader.sync().await;
    let epoch = reader.epoch().cloned();
    server.stop();
    copy_folder(backup.path(), folder.path());
    server.start_again();

    // The author's tablet stays in its drawer: the reader alone brings back what both have made.
    reader.sync().await;
    assert_ne!(reader.epoch(), epoch.as_ref(), "the rollback was noticed");
    let mut newcomer = device(&server, "newcomer").await;
    newcomer.sync().await;
    author.sync().await;
    for from in [&author, &reader] {
        for (id, change) in from.acknowledged() {
            for at in [&author, &reader, &newcomer] {
                let held = at.taken(id).map(Change::canonical_bytes);
                assert_eq!(held, Some(change.canonical_bytes()), "{id}");
            }
        }
    }
    assert!(author.acknowledged().len() > 40 && author.refused().is_empty());
    server.stop();
    let log = Database::open(folder.path()).unwrap();
    log.verify_chain().unwrap().unwrap();
}

/// Records and sends without a pause, whatever happens to the server, until all is sent.
async fn work(
    mut device: Device,
    number: usize,
    mut random: fastrand::Rng,
    is_over: Arc<AtomicBool>,
) -> Device {
    let mut cases: Vec<Subject> = Vec::new();
    while !is_over.load(SeqCst) {
        if cases.is_empty() || random.u8(..) < 40 {
            let report = format!("JD-{number}-{}", cases.len());
            cases.push(device.open_case(&report, "110105"));
        }
        for _ in 0..random.usize(1..=4) {
            let case = cases[random.usize(..cases.len())].clone();
            device.event(&case, EventKind::Announced, "2013-06-03");
        }
        device.try_sync().await;
    }
    device.sync().await;
    assert!(device.refused().is_empty(), "{:?}", device.refused());
    assert_eq!(device.unsent(), 0);
    device
}
