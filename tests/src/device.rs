//! A device without a screen: the real state machine over real HTTP, with a journal in memory.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use reqwest::{
    Client,
    header::{CONTENT_TYPE, COOKIE, SET_COOKIE},
};
use shared::{
    CaseHead, Event, EventKind,
    change::{Body, Change, ChangeId, Epoch, Subject},
    id::CaseId,
    sync::{
        Command, Commit, Device as Machine, DeviceState, ExchangeRequest, Failure, Input, Replica,
        Stage, Standing,
        device::Settlement,
        wire::{ExchangeResponse, MAXIMUM_PUSH_CHANGES, PROTOCOL, RefusalReason},
    },
};
use tokio::time::{Instant, sleep};

use crate::browser::PATIENCE;

/// Waits are cut to this: a test's time runs faster than an officer's.
const LONGEST_WAIT: Duration = Duration::from_millis(20);
/// The body that the inspection reports of these tests come from.
const BODY: &str = "北京市产品质量监督检验院";

/// Requests that are under way, over all devices of a test.
pub type InFlight = Arc<AtomicUsize>;

/// A device of a user.
#[derive(Debug)]
pub struct Device {
    url: String,
    client: Client,
    cookie: String,
    machine: Machine,
    /// The journal, which is in memory only.
    replica: Replica,
    in_flight: InFlight,
    /// Recorded since the last exchange.
    new: Vec<Change>,
    /// What the server has ever called taken; nothing leaves it.
    acknowledged: BTreeMap<ChangeId, Change>,
    setbacks: usize,
    exchanges: usize,
}

impl Device {
    /// Signs a user in on a server, on a new device of this name.
    pub async fn sign_in(url: &str, user: &str, passphrase: &str, name: &str) -> Self {
        let client = Client::new();
        let credentials = serde_json::json!({ "user": user, "passphrase": passphrase });
        let answer = client
            .post(format!("{url}/api/session"))
            .header(CONTENT_TYPE, "application/json")
            .body(credentials.to_string())
            .send()
            .await
            .expect("the server answers");
        let cookie = answer.headers().get(SET_COOKIE).expect("it signs in");
        let cookie = cookie.to_str().expect("a cookie is text");
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let name = name.parse().expect("a device's name");
        let replica = Replica::new(DeviceState::new(name, user));
        Self {
            url: url.to_owned(),
            client,
            cookie,
            // Nobody copies it, so nothing has to tell it from a copy.
            machine: replica.machine([0; 16]),
            replica,
            in_flight: InFlight::default(),
            new: Vec::new(),
            acknowledged: BTreeMap::new(),
            setbacks: 0,
            exchanges: 0,
        }
    }

    /// Counts its requests with those of other devices.
    #[must_use]
    pub fn counted_in(mut self, in_flight: &InFlight) -> Self {
        self.in_flight = in_flight.clone();
        self
    }

    /// Records, as an officer does: in the journal first.
    fn record(&mut self, subject: &Subject, body: impl FnOnce(&ChangeId) -> Body) {
        let bodies = [(subject.clone(), body)];
        let composed = self.replica.compose(now_milliseconds(), bodies);
        let (_, changes) = self.replica.recorded(composed);
        self.new.extend(changes);
    }

    /// Opens a case of a bureau.
    pub fn open_case(&mut self, report: &str, bureau: &str) -> Subject {
        let subject = subject(report);
        let head = CaseHead {
            regulation: "beijing-2013".into(),
            inspection_body: BODY.into(),
            report_number: report.into(),
            handling_bureau: bureau.into(),
            ..CaseHead::default()
        };
        self.record(&subject, |_| Body::Open {
            head: Box::new(head),
        });
        subject
    }

    /// Records an event.
    pub fn event(&mut self, subject: &Subject, kind: EventKind, on: &str) {
        self.event_with(subject, kind, on, |_| {});
    }

    /// Records an event that says more than its kind and day; gives its id.
    pub fn event_with(
        &mut self,
        subject: &Subject,
        kind: EventKind,
        on: &str,
        tell: impl FnOnce(&mut Event),
    ) -> String {
        let on = on.parse().expect("a day");
        let mut named = String::new();
        self.record(subject, |id| {
            let mut event = Event::new(id.to_string(), kind, on);
            tell(&mut event);
            named.clone_from(&event.id);
            Body::Event {
                event: Box::new(event),
            }
        });
        named
    }

    /// Sets a field of a case's head.
    pub fn edit(&mut self, subject: &Subject, field: &str, value: &serde_json::Value) {
        self.record(subject, |_| Body::Head {
            field: field.into(),
            value: value.clone(),
            replaces: Vec::new(),
        });
    }

    /// Exchanges until there is nothing to send or fetch, whatever the server goes through meanwhile.
    pub async fn sync(&mut self) {
        let end = Instant::now() + PATIENCE;
        while !self.try_sync().await {
            assert!(
                Instant::now() < end,
                "no sync: {:?}, {} unsettled",
                self.machine.standing(),
                self.machine.unsettled_count()
            );
        }
    }

    /// One attempt, up to the first wait; says whether all is settled and fetched.
    pub async fn try_sync(&mut self) -> bool {
        let input = match std::mem::take(&mut self.new) {
            new if new.is_empty() => Input::Wake,
            new => Input::Recorded(new),
        };
        let mut commands = self.machine.step(now_milliseconds(), input);
        while let Some(command) = commands.pop() {
            assert!(commands.is_empty(), "one thing at a time");
            let input = match command {
                Command::Exchange(request) => {
                    self.exchanges += 1;
                    match self.exchange(&request).await {
                        Ok(response) => Input::Answered(Box::new(response)),
                        Err(failure) => Input::Failed(failure),
                    }
                }
                Command::Commit(commit) => self.commit(&commit),
                Command::Wait { milliseconds } => {
                    let is_settled = self.machine.standing() == Standing::Synced;
                    if !is_settled {
                        sleep(LONGEST_WAIT.min(Duration::from_millis(milliseconds))).await;
                    }
                    return is_settled;
                }
            };
            commands = self.machine.step(now_milliseconds(), input);
        }
        false
    }

    async fn exchange(&self, request: &ExchangeRequest) -> Result<ExchangeResponse, Failure> {
        self.post(serde_json::to_vec(request).expect("a request is JSON"))
            .await
    }

    /// Everything that is unsent as requests that only send, each of the most changes that one may
    /// have: what a client without a state machine prepares.
    pub fn requests(&self) -> Vec<Vec<u8>> {
        let (state, unsent) = (self.machine.state(), self.replica.ledger().unsent());
        let request = |push: &[Change]| ExchangeRequest {
            protocol: PROTOCOL,
            device: state.device.clone(),
            author: Some(state.author.clone()),
            epoch: state.epoch.clone(),
            scope: state.scope.clone(),
            cursor: state.cursor,
            held: state.held,
            settled: push[0].id.sequence - 1,
            holes_up_to: 0,
            push: push.to_vec(),
            offers: Vec::new(),
            items_at_most: Some(0),
        };
        unsent
            .chunks(MAXIMUM_PUSH_CHANGES)
            .map(|push| serde_json::to_vec(&request(push)).expect("a request is JSON"))
            .collect()
    }

    /// Sends requests that were prepared, each once the one before is answered, and hears that all
    /// of their changes were taken.
    pub async fn send(&self, requests: Vec<Vec<u8>>) {
        for request in requests {
            let answer = self.post(request).await.expect("the server answers");
            let taken = answer.verdicts.iter().all(|it| it.receipt.is_some());
            assert!(taken && answer.hold.is_none() && !answer.verdicts.is_empty());
        }
    }

    async fn post(&self, body: Vec<u8>) -> Result<ExchangeResponse, Failure> {
        self.in_flight.fetch_add(1, SeqCst);
        let answer = async {
            let response = self
                .client
                .post(format!("{}/api/exchange", self.url))
                .header(CONTENT_TYPE, "application/json")
                .header(COOKIE, &self.cookie)
                .body(body)
                .send()
                .await
                .map_err(|_| Failure::Unreachable)?;
            let status = response.status();
            let bytes = response.bytes().await.map_err(|_| Failure::Unreachable)?;
            assert!(
                status.is_success(),
                "{status}: {}",
                String::from_utf8_lossy(&bytes)
            );
            Ok(serde_json::from_slice(&bytes).expect("an answer is whole"))
        }
        .await;
        self.in_flight.fetch_sub(1, SeqCst);
        answer
    }

    /// One transaction of the journal.
    fn commit(&mut self, commit: &Commit) -> Input {
        self.setbacks += usize::from(commit.doubt_after.is_some() || commit.forget_settled);
        for (id, settlement) in &commit.verdicts {
            if let (Settlement::Taken(_), Some(change)) = (settlement, self.change(id)) {
                self.acknowledged.insert(id.clone(), change.clone());
            }
        }
        let plan = self.replica.plan(commit);
        let applied = self.replica.committed(plan);
        Input::Committed {
            unsettled: applied.unsettled,
            doubtful: applied.doubtful,
        }
    }

    fn change(&self, id: &ChangeId) -> Option<&Change> {
        self.replica.ledger().get(id).map(|kept| &kept.change)
    }

    /// Every change of its own that the server has ever called taken, as it was then, whatever the
    /// server said of it later.
    pub fn acknowledged(&self) -> &BTreeMap<ChangeId, Change> {
        &self.acknowledged
    }

    /// A change that the server has, as the journal holds it.
    pub fn taken(&self, id: &ChangeId) -> Option<&Change> {
        let kept = self.replica.ledger().get(id)?;
        matches!(kept.stage, Stage::Taken(_)).then_some(&kept.change)
    }

    /// How many changes of a subject that the server has are of this author.
    pub fn recorded_by(&self, author: &str, subject: &Subject) -> usize {
        let kept = self.replica.ledger().of(subject).iter();
        kept.filter(|kept| kept.change.author == author).count()
    }

    /// Its own changes that no exchange has settled.
    pub fn unsent(&self) -> usize {
        self.replica.ledger().unsent().len()
    }

    /// The same, as they are sent.
    pub fn unsent_bytes(&self) -> Vec<Vec<u8>> {
        let unsent = self.replica.ledger().unsent();
        unsent.iter().map(Change::canonical_bytes).collect()
    }

    /// How many requests it has made.
    pub fn exchanges(&self) -> usize {
        self.exchanges
    }

    /// A case that it holds and that this bureau handles, the first by id.
    pub fn a_case_of(&self, bureau: &str) -> Subject {
        let ledger = self.replica.ledger();
        let handles = |subject: &&Subject| {
            let case = ledger.case(subject);
            case.is_some_and(|case| case.folded.file.handling_bureau() == bureau)
        };
        let mut cases: Vec<_> = ledger.subjects().filter(handles).cloned().collect();
        cases.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        cases.into_iter().next().expect("it holds one")
    }

    /// Why changes of its own were refused.
    pub fn refused(&self) -> Vec<RefusalReason> {
        let kept = self.replica.ledger().all();
        kept.filter_map(|kept| match &kept.stage {
            Stage::Refused(reason) => Some(*reason),
            _ => None,
        })
        .collect()
    }

    /// How often the server turned out not to have what it had acknowledged or given out, and the
    /// device sent or fetched it again. What is there at the end does not show that.
    pub fn setbacks(&self) -> usize {
        self.setbacks
    }

    /// The epoch of the server's log, as last heard.
    pub fn epoch(&self) -> Option<&Epoch> {
        self.machine.state().epoch.as_ref()
    }
}

/// The subject of a report's case.
fn subject(report: &str) -> Subject {
    Subject::case(&CaseId::of_report("BJ2013Q1", BODY, report))
}

fn now_milliseconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}
