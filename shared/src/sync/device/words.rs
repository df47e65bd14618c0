//! What goes into the machine and comes out of it, and what a device must not forget.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    change::{Body, Change, ChangeId, DeviceId, Digest, Epoch, SCHEMA, Subject},
    clock::{HybridTime, MAXIMUM_CLOCK_LEAD_MILLISECONDS},
    sync::wire::{Delivered, ExchangeRequest, ExchangeResponse, Receipt, RefusalReason},
};

/// What a device must not forget: kept in the journal with every commit.
///
/// ```
/// use shared::change::{Body, ChangeId, Subject};
/// use shared::sync::DeviceState;
/// let mut state = DeviceState::new("m4xw".parse()?, "municipal");
/// state.clock_offset_milliseconds = -60_000;
/// assert!(!state.clock_is_off(), "one minute ahead of the server");
/// let said = [(Subject::calendar(), |_: &ChangeId| Body::Overlay { on: true })];
/// let changes = state.compose(1_363_046_460_000, said);
/// assert_eq!(changes[0].id.to_string(), "m4xw/1");
/// assert_eq!(changes[0].clock.milliseconds, 1_363_046_400_000, "the server's time");
/// # Ok::<(), shared::change::IdError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceState {
    /// The device.
    pub device: DeviceId,
    /// The account whose stores these are.
    pub author: String,
    /// The sequence number of its last change.
    pub last_sequence: u64,
    /// The latest time seen or given out.
    pub clock: HybridTime,
    /// The epoch of the server's log.
    pub epoch: Option<Epoch>,
    /// The scope of the feed.
    pub scope: Option<String>,
    /// The last item of the feed that the journal has.
    pub cursor: u64,
    /// The digest of all items up to there.
    pub held: Digest,
    /// The last of its own changes that is settled.
    pub settled: u64,
    /// Own numbers up to here that the journal does not have will not come again: they were settled
    /// before the server's log was rolled back, or are damaged.
    #[serde(default)]
    pub holes_up_to: u64,
    /// Changes that the server may have lost, whose ids mean other changes in its log now: the
    /// journal has no place for them, and they are to be offered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub displaced: Vec<Delivered>,
    /// The server's clock less the device's, in milliseconds, as last seen.
    pub clock_offset_milliseconds: i64,
    /// When the server last answered, by its own clock, in milliseconds since
    /// 1970-01-01T00:00:00Z.
    pub last_contact_milliseconds: Option<u64>,
}

impl DeviceState {
    /// A device that has recorded nothing and met no server.
    pub fn new(device: DeviceId, author: impl Into<String>) -> Self {
        Self {
            device,
            author: author.into(),
            last_sequence: 0,
            clock: HybridTime::default(),
            epoch: None,
            scope: None,
            cursor: 0,
            held: Digest::default(),
            settled: 0,
            holes_up_to: 0,
            displaced: Vec::new(),
            clock_offset_milliseconds: 0,
            last_contact_milliseconds: None,
        }
    }

    /// Makes changes of what a person did: numbers and stamps them. They are saved only when the
    /// journal has them together with this state. `now_milliseconds` is the device's own clock, since
    /// 1970-01-01T00:00:00Z.
    ///
    /// `bodies` is given the id of each change, since an event is named by the change that records it.
    pub fn compose(
        &mut self,
        now_milliseconds: u64,
        bodies: impl IntoIterator<Item = (Subject, impl FnOnce(&ChangeId) -> Body)>,
    ) -> Vec<Change> {
        bodies
            .into_iter()
            .map(|(subject, body)| {
                self.last_sequence += 1;
                self.clock = self.clock.next(self.corrected(now_milliseconds));
                let id = ChangeId {
                    device: self.device.clone(),
                    sequence: self.last_sequence,
                };
                let body = body(&id).to_raw();
                Change {
                    id,
                    subject,
                    clock: self.clock,
                    author: self.author.clone(),
                    schema: SCHEMA,
                    body,
                }
            })
            .collect()
    }

    /// The server's time, as far as the device can tell.
    pub(super) fn corrected(&self, now_milliseconds: u64) -> u64 {
        now_milliseconds.saturating_add_signed(self.clock_offset_milliseconds)
    }

    /// Whether the device's own clock is more than ten minutes off the server's.
    pub fn clock_is_off(&self) -> bool {
        self.clock_offset_milliseconds.unsigned_abs() > MAXIMUM_CLOCK_LEAD_MILLISECONDS
    }
}

/// What happens to a device.
#[derive(Clone, Debug)]
pub enum Input {
    /// The journal has these new changes of its own.
    Recorded(Vec<Change>),
    /// Something suggests asking the server: start, news, back online, a wait is over, a person.
    Wake,
    /// The server answered.
    Answered(Box<ExchangeResponse>),
    /// The exchange failed.
    Failed(Failure),
    /// The journal has the commit. Where it was a doubt ([`Commit::doubt_after`]), what the journal
    /// has now is handed in.
    Committed {
        /// The device's own changes that are not settled.
        unsettled: Vec<Change>,
        /// The changes that the server may have lost, in the order of the clock.
        doubtful: Vec<Delivered>,
    },
    /// The journal could not take the commit; nothing of it is there.
    CommitFailed,
}

/// Why an exchange failed.
///
/// ```
/// use shared::sync::{Device, DeviceState, Failure, Input, Standing};
/// let state = DeviceState::new("m4xw".parse()?, "municipal");
/// let mut device = Device::new(state, Vec::new(), Vec::new(), [0; 16]);
/// device.step(0, Input::Wake);
/// device.step(0, Input::Failed(Failure::SignInExpired));
/// assert_eq!(device.standing(), Standing::SignInExpired);
/// # Ok::<(), shared::change::IdError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No answer.
    Unreachable,
    /// The sign-in is no longer valid.
    SignInExpired,
    /// The server does not speak this version any more.
    VersionTooOld,
    /// The server answered that something is wrong.
    Trouble,
}

/// How long a device that hears no news waits before it asks anyway, in milliseconds.
pub const QUIET_WAIT_MILLISECONDS: u64 = 60_000;

/// What the caller must do.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Send this and hand in what comes back.
    Exchange(Box<ExchangeRequest>),
    /// Write this in one transaction.
    Commit(Box<Commit>),
    /// Wake the machine after this long, unless a later wait replaces it.
    Wait {
        /// How long, in milliseconds.
        milliseconds: u64,
    },
}

/// What one answer changes in the journal, all or nothing.
///
/// ```
/// use shared::change::{Body, ChangeId, Digest, Subject};
/// use shared::sync::device::{Commit, QUIET_WAIT_MILLISECONDS, Settlement};
/// use shared::sync::{Command, Device, DeviceState, ExchangeResponse, Input};
/// use shared::sync::wire::{Receipt, Verdict};
/// let now = 1_363_046_400_000;
/// let mut state = DeviceState::new("m4xw".parse()?, "municipal");
/// let mut device = Device::new(state.clone(), Vec::new(), Vec::new(), [0; 16]);
/// let said = [(Subject::calendar(), |_: &ChangeId| Body::Overlay { on: true })];
/// device.step(now, Input::Recorded(state.compose(now, said)));
/// let answer: ExchangeResponse = serde_json::from_value(serde_json::json!({
///     "epoch": "e1", "scope": "all", "settled": 1, "cursor": 0, "held": Digest::default(),
///     "verdicts": [Verdict::taken(1, Receipt("r".into()))], "now_milliseconds": now,
/// }))?;
/// let commands = device.step(now, Input::Answered(Box::new(answer)));
/// let [Command::Commit(commit)] = &commands[..] else { panic!("a commit") };
/// let Commit { verdicts, .. } = &**commit;
/// assert_eq!(verdicts[0], ("m4xw/1".parse()?, Settlement::Taken(Receipt("r".into()))));
/// let written = Input::Committed { unsettled: Vec::new(), doubtful: Vec::new() };
/// let quiet = Command::Wait { milliseconds: QUIET_WAIT_MILLISECONDS };
/// assert_eq!(device.step(now, written), [quiet], "all is said");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    /// The device's state afterwards.
    pub state: DeviceState,
    /// Remove every change that is settled (the user sees other subjects now).
    pub forget_settled: bool,
    /// Own changes that are settled now, and how.
    pub verdicts: Vec<(ChangeId, Settlement)>,
    /// Changes to keep, in the order of the feed.
    pub received: Vec<Delivered>,
    /// Subjects to remove, with all that is settled of them.
    pub revoked: Vec<Subject>,
    /// Own unsettled changes that were stamped anew.
    pub restamped: Vec<Change>,
    /// The server's log is not the one that it was: what was taken is doubtful until the server gives
    /// it again, and own changes after this one that were refused are unsettled.
    pub doubt_after: Option<u64>,
    /// Doubtful changes that the server has been offered: it has them, or does not want them.
    pub offered: BTreeSet<ChangeId>,
    /// Own changes that go on under another id, because their number means another change
    /// elsewhere: by the old one.
    pub renamed: Vec<(ChangeId, Change)>,
}

/// How an own change was settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// Taken.
    Taken(Receipt),
    /// In the review tray.
    Refused(RefusalReason),
}

/// How things stand between device and server, for the sync mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not yet asked since the start.
    Starting,
    /// An exchange is under way and there is something to send or fetch.
    Exchanging,
    /// All is sent, and all that the server had at the last contact is here.
    Synced,
    /// The server does not answer.
    Unreachable,
    /// The sign-in is no longer valid; what is unsent is kept.
    SignInExpired,
    /// The app is too old for the server; what is unsent is kept.
    VersionTooOld,
    /// The server, or this device's journal, reports trouble.
    Trouble,
}
