//! What screens read of the ledger, the device and who is at work.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::{
    Actor, CaseFile,
    change::ChangeId,
    document::Recorded,
    fold::{ParallelEdit, SetAside},
    id::CaseId,
    sync::wire::RefusalReason,
};

use crate::{
    store::{KnownUser, StoreError, StoreHealth},
    words,
};

/// What the app may show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Looking at what the device holds.
    Starting,
    /// No user is known on this device.
    SignedOut,
    /// Stores are here and locked.
    Locked {
        /// The users whose stores they are.
        users: Vec<KnownUser>,
    },
    /// A user's store is open.
    Open,
}

/// Who is at work.
#[derive(Clone, PartialEq, Debug)]
pub struct Profile {
    /// The user as permissions see them.
    pub actor: Actor,
    /// The person's name.
    pub display: String,
    /// The office as the frame names it.
    pub office_name: String,
    /// The server is a demo whose data will be thrown away.
    pub demo: bool,
}

/// A case of the ledger.
#[derive(Clone, PartialEq, Debug)]
pub struct LedgerCase {
    /// Its id.
    pub id: CaseId,
    /// Head and events.
    pub file: Arc<CaseFile>,
    /// Who recorded each event, one for each of `file.events`.
    pub records: Arc<[EventRecord]>,
    /// Who attached each content, one for each of `file.attachments`.
    pub attached: Arc<[AttachmentRecord]>,
    /// The documents that were issued on it, void ones too.
    pub documents: Arc<[Recorded]>,
    /// Fields that were edited on two devices that did not know of each other.
    pub parallel: Arc<[ParallelEdit]>,
    /// Changes of it that could not be used.
    pub set_aside: Arc<[SetAside]>,
    /// Something of it has not been sent.
    pub unsent: bool,
}

/// Who recorded an event, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventRecord {
    /// The event.
    pub event_id: String,
    /// The account that recorded it.
    pub author: String,
    /// When, by the author's device.
    pub recorded_at_milliseconds: i64,
    /// It has not been sent.
    pub unsent: bool,
}

/// Who attached a content, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AttachmentRecord {
    /// The change that did.
    pub change: ChangeId,
    /// The account.
    pub author: String,
    /// When, by the author's device.
    pub recorded_at_milliseconds: i64,
    /// It has not been sent.
    pub unsent: bool,
}

/// How this device and the server stand to each other.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum SyncState {
    /// Both have the same.
    Synced {
        /// When that was last known.
        at_milliseconds: i64,
    },
    /// An exchange is under way.
    Sending {
        /// How many changes it carries.
        count: usize,
    },
    /// The server cannot be reached.
    Waiting {
        /// How many changes wait.
        unsent: usize,
        /// Since when.
        since_milliseconds: Option<i64>,
    },
    /// The server wants the user to sign in again.
    SignInExpired {
        /// How many changes wait.
        unsent: usize,
    },
    /// The app is too old for the server.
    VersionTooOld {
        /// How many changes wait.
        unsent: usize,
    },
    /// The server, or this device's journal, reports trouble.
    Trouble {
        /// How many changes wait.
        unsent: usize,
    },
    /// The server did not take some changes.
    Refused {
        /// How many.
        count: usize,
    },
    /// Not yet known.
    Starting,
}

/// One change that the server does not have.
#[derive(Clone, PartialEq, Debug)]
pub struct OutboxRow {
    /// The case; none where it is about working days, an announcement or a report.
    pub case: Option<CaseId>,
    /// Its number, or what stands for it.
    pub number: String,
    /// The enterprise.
    pub enterprise: String,
    /// What was recorded.
    pub what: String,
    /// When.
    pub recorded_at_milliseconds: i64,
    /// Why the server did not take it.
    pub refused: Option<RefusalReason>,
}

/// How this device is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct DeviceFacts {
    /// Its id.
    pub device: String,
    /// When the server last answered.
    pub last_contact_milliseconds: Option<i64>,
    /// How far its clock is ahead of the server's.
    pub clock_ahead_milliseconds: i64,
    /// How its stores are, once they have been looked at.
    pub health: Option<StoreHealth>,
    /// Cases in the journal.
    pub cases_kept: usize,
    /// Entries of the journal that could not be read.
    pub damaged: Damage,
    /// What the store has refused since it was last looked at.
    pub error: Option<StoreError>,
}

/// What of the journal could not be read at this start.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Damage {
    /// Entries that the server has: they are fetched again.
    pub fetched: usize,
    /// Entries that had not been sent: nobody has them.
    pub lost: usize,
}

/// Clocks further apart than this are said to be wrong.
pub const CLOCK_TOLERANCE_MILLISECONDS: i64 = 10 * 60 * 1000;

impl DeviceFacts {
    /// Whether something is wrong that the officer is told on whatever page.
    pub fn ails(&self) -> bool {
        self.clock_ahead_milliseconds.abs() > CLOCK_TOLERANCE_MILLISECONDS
            || self.damaged != Damage::default()
            || self.error.is_some()
            || self.health.is_some_and(|health| health.ails())
    }
}

impl From<&shared::account::Profile> for Profile {
    fn from(profile: &shared::account::Profile) -> Self {
        Self {
            office_name: words::people::office(profile.actor.role, &profile.actor.office),
            actor: profile.actor.clone(),
            display: profile.display.clone(),
            demo: profile.demo,
        }
    }
}
