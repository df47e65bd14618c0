//! The server: its real database module on real files, with power cuts, full disks and backups, and
//! an auditor who reads the log after each transaction.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use server::db::{Database, Error, FILE_NAME, chance};
use shared::{
    Actor, CaseFile, Role,
    change::{Change, ChangeId, Digest, Epoch, Subject},
    fold::{FoldedCase, fold},
    history::HistoryKey,
    sync::{
        ExchangeRequest, ExchangeResponse, Failure, Scope,
        wire::{Item, PROTOCOL, RefusalReason},
    },
};

/// How the server dies around a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Crash {
    /// Before anything of it is written.
    Before,
    /// Power is lost in the middle: this share (of 256) of what was written is there.
    Torn(u8),
    /// After the commit, before the answer.
    After,
}

/// The files of a server that is not running.
#[derive(Clone)]
pub struct Files {
    data: Vec<u8>,
    wal: Vec<u8>,
}

pub struct Server {
    directory: PathBuf,
    database: Option<Database>,
    pub mirror: Mirror,
}

/// What the auditor has read: the log by subject.
#[derive(Default)]
pub struct Mirror {
    pub cases: BTreeMap<Subject, Case>,
    epoch: Option<Epoch>,
    cursor: u64,
    held: Digest,
}

/// The log of one subject.
pub struct Case {
    pub changes: Vec<Change>,
    pub folded: FoldedCase,
    pub seeing: BTreeSet<Scope>,
}

pub const AUDITOR: &str = "auditor";

impl Server {
    /// A new server with these accounts.
    pub fn new(directory: &Path, users: &[&str]) -> Self {
        let _ = fs::remove_dir_all(directory);
        fs::create_dir_all(directory).expect("a directory for the data file");
        let database = Database::open(directory).expect("a new data file");
        for user in users.iter().chain([&AUDITOR]) {
            let actor = Actor {
                user: (*user).to_owned(),
                role: Role::Municipal,
                office: String::new(),
            };
            database
                .create_account(&actor, user, "", 0)
                .expect("a new account");
        }
        Self {
            directory: directory.to_owned(),
            database: Some(database),
            mirror: Mirror::default(),
        }
    }

    pub fn is_up(&self) -> bool {
        self.database.is_some()
    }

    fn running(&self) -> &Database {
        self.database
            .as_ref()
            .expect("only a running server is asked")
    }

    /// Starts it again.
    pub fn start(&mut self) {
        if self.database.is_none() {
            let database = Database::open(&self.directory).expect("recovery of the data file");
            self.database = Some(database);
            self.mirror
                .read(self.database.as_ref().expect("just set"), true);
        }
    }

    /// The files as they are between two transactions.
    pub fn backup(&self) -> Files {
        let read = |name: String| fs::read(self.directory.join(name)).unwrap_or_default();
        Files {
            data: read(FILE_NAME.to_owned()),
            wal: read(format!("{FILE_NAME}-wal")),
        }
    }

    /// Stops it where it stands and leaves these files behind.
    fn stop_with(&mut self, files: &Files) {
        self.database = None;
        let write = |name: &str, bytes: &[u8]| {
            let path = self.directory.join(name);
            let _ = fs::remove_file(&path);
            if !bytes.is_empty() {
                fs::write(path, bytes).expect("the data file");
            }
        };
        write(FILE_NAME, &files.data);
        write(&format!("{FILE_NAME}-wal"), &files.wal);
        write(&format!("{FILE_NAME}-shm"), &[]);
    }

    /// Puts old files back, and starts.
    pub fn restore(&mut self, files: &Files) {
        self.stop_with(files);
        self.start();
    }

    /// Answers one request of a signed-in user as the router does; with `crash`, the server dies
    /// and nobody hears the answer. `full`: the disk takes nothing.
    pub fn exchange(
        &mut self,
        actor: &Actor,
        request: &ExchangeRequest,
        now_milliseconds: u64,
        crash: Option<Crash>,
        full: bool,
    ) -> Result<(ExchangeResponse, BTreeSet<Scope>), Failure> {
        if !self.is_up() {
            return Err(Failure::Unreachable);
        }
        if request.protocol != PROTOCOL {
            return Err(Failure::VersionTooOld);
        }
        let before = crash.map(|_| self.backup());
        if crash == Some(Crash::Before) {
            self.stop_with(&before.expect("taken above"));
            return Err(Failure::Unreachable);
        }
        chance::fill_disk(full);
        let exchanged = self.running().exchange(actor, request, now_milliseconds);
        chance::fill_disk(false);
        if let (Some(crash), Some(before)) = (crash, before) {
            let mut after = self.backup();
            // The log file only grows, but where a checkpoint began it anew.
            let grown = after.wal.starts_with(&before.wal) && after.data == before.data;
            if let (Crash::Torn(share), true) = (crash, grown) {
                let whole = after.wal.len() - before.wal.len();
                after
                    .wal
                    .truncate(before.wal.len() + whole * usize::from(share) / 256);
            }
            self.stop_with(&after);
            return Err(Failure::Unreachable);
        }
        match exchanged {
            Ok(exchanged) => {
                if !exchanged.touched.is_empty() {
                    let database = self.database.as_ref().expect("it has just answered");
                    self.mirror.read(database, false);
                }
                Ok((exchanged.response, exchanged.touched))
            }
            // 403: the app takes it as a sign-in that is no longer its own.
            Err(Error::DeviceOfOther) => Err(Failure::SignInExpired),
            Err(_) => Err(Failure::Trouble),
        }
    }

    /// The review tray.
    pub fn tray(&self) -> Vec<Change> {
        let rows = self.running().review(None).expect("the tray can be read");
        rows.into_iter().map(|row| row.change).collect()
    }

    /// The ids that were set aside because each means another change already.
    pub fn reused(&self) -> Vec<ChangeId> {
        let rows = self.running().review(None).expect("the tray can be read");
        rows.into_iter()
            .filter(|row| row.reason == RefusalReason::IdReused)
            .map(|row| row.change.id)
            .collect()
    }

    /// Whether every link of the log follows from the one before.
    pub fn chain_holds(&self) -> bool {
        self.running()
            .verify_chain()
            .is_ok_and(|chain| chain.is_ok())
    }
}

impl Mirror {
    /// Reads on; from the start where the log may be another one.
    fn read(&mut self, database: &Database, anew: bool) {
        if anew {
            *self = Self::default();
        }
        let actor = Actor {
            user: AUDITOR.into(),
            role: Role::Municipal,
            office: String::new(),
        };
        let mut touched = BTreeSet::new();
        loop {
            let request = ExchangeRequest {
                protocol: PROTOCOL,
                device: "auditor".parse().expect("a device id"),
                author: Some(AUDITOR.into()),
                epoch: self.epoch.clone(),
                scope: self.epoch.as_ref().map(|_| Scope::All.to_string()),
                cursor: self.cursor,
                held: self.held,
                settled: 0,
                holes_up_to: 0,
                push: Vec::new(),
                offers: Vec::new(),
                items_at_most: None,
            };
            let exchanged = database.exchange(&actor, &request, 0);
            let response = exchanged.expect("the auditor is answered").response;
            if response.restart.is_some() {
                *self = Self::default();
            }
            for item in response.page {
                let Item::Change(delivered) = item else {
                    panic!("the auditor is given {item:?}");
                };
                let change = delivered.change;
                self.held = self.held.toggled(change.fingerprint());
                touched.insert(change.subject.clone());
                let case = self.cases.entry(change.subject.clone());
                case.or_insert_with(Case::empty).changes.push(change);
            }
            assert_eq!(self.held, response.held, "the digest of the log");
            self.epoch = Some(response.epoch);
            self.cursor = response.cursor;
            if !response.more {
                break;
            }
        }
        for subject in &touched {
            if let Some(case) = self.cases.get_mut(subject) {
                case.folded = fold(&case.changes);
                case.seeing = Scope::seeing(&case.folded.file);
                case.seeing.insert(Scope::All);
            }
        }
    }

    /// Whether a scope may see a subject now.
    pub fn shows(&self, scope: &Scope, subject: &Subject) -> bool {
        match (scope, subject.kind()) {
            (Scope::All, _) => true,
            (Scope::Bureau(_), "history") => self.cases.values().any(|case| {
                let key = HistoryKey::of(&case.folded.file.case);
                case.seeing.contains(scope)
                    && key.is_some_and(|key| Subject::history(&key) == *subject)
            }),
            _ => self
                .cases
                .get(subject)
                .is_some_and(|case| case.seeing.contains(scope)),
        }
    }

    /// The digest of the log.
    pub fn digest(&self) -> String {
        self.held.to_string()
    }

    /// How many changes the log has.
    pub fn count(&self) -> usize {
        self.cases.values().map(|case| case.changes.len()).sum()
    }
}

impl Case {
    fn empty() -> Self {
        let folded = fold(std::iter::empty::<&Change>());
        Self {
            changes: Vec::new(),
            seeing: Scope::seeing(&CaseFile::new(folded.file.case.clone())),
            folded,
        }
    }
}
