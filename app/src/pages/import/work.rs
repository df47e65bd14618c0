//! What is being imported: kept while other pages are looked at, and on the device as a draft.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use gloo_timers::future::TimeoutFuture;
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};
use shared::import::{
    Answers, Field, Mapping, Memory, NoTableError, Proposal, Question, Reading, Row, Sheet, Told,
    mark_doubles,
};
use web_sys::File;

use super::{
    case_files::{Bundle, Came},
    worker::{self, Heard},
};
use crate::{
    begun::Begun,
    components::messages::{Message, Messages},
    model::import::{ImportRow, Standing, Tally, stand_all},
    session::{RecordError, Session},
};

/// Rows computed between two breaths of the page.
const ROWS_AT_A_TIME: usize = 400;
/// Typing is over when nothing came for so long.
const PAUSE: Duration = Duration::from_millis(250);
/// The draft is written when nothing changed for so long.
const DRAFT_PAUSE: Duration = Duration::from_secs(1);
/// A longer sheet is not kept as a draft: the file is still where it was.
const DRAFT_BYTES_AT_MOST: usize = 4 << 20;
const DRAFT: &str = "import";
const MEMORY: &str = "import-memory";
/// Cases taken in one write to the journal.
const CASES_AT_A_TIME: usize = 200;

/// How far the import is.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Stage {
    /// No file yet.
    Choosing,
    /// A file is being read.
    Reading { name: String, rows: usize },
    /// The file cannot be read.
    Unreadable { name: String, why: String },
    /// The rows are looked at.
    Checking,
    /// Cases are being written.
    Taking { done: usize, of: usize },
    /// Done.
    Taken(Outcome),
    /// The file holds cases.
    Files(Arc<Bundle>),
    /// They have been taken in.
    FilesTaken(Came),
}

/// What came of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Outcome {
    pub(super) new: usize,
    pub(super) updated: usize,
    pub(super) skipped: usize,
    pub(super) kept_back: usize,
}

/// A sheet under work, as it is kept.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Desk {
    pub(super) file: String,
    pub(super) sheets: Vec<Sheet>,
    pub(super) chosen: usize,
    /// `None` where the chosen sheet has no table.
    pub(super) mapping: Option<Mapping>,
    pub(super) answers: Answers,
    /// Rows that a person left out.
    #[serde(default)]
    pub(super) left_out: BTreeSet<usize>,
    /// Cases that are in the ledger are brought up to the sheet.
    #[serde(default)]
    pub(super) updates: bool,
}

impl Desk {
    fn of(file: String, sheets: Vec<Sheet>) -> Self {
        let mut desk = Self {
            file,
            sheets,
            chosen: 0,
            mapping: None,
            answers: Answers::default(),
            left_out: BTreeSet::new(),
            updates: false,
        };
        // A cover sheet has no table.
        let with_table = desk
            .sheets
            .iter()
            .position(|sheet| Mapping::of(sheet).is_ok());
        desk.choose(with_table.unwrap_or(0));
        desk
    }

    pub(super) fn sheet(&self) -> &Sheet {
        &self.sheets[self.chosen]
    }

    fn choose(&mut self, chosen: usize) {
        self.chosen = chosen.min(self.sheets.len().saturating_sub(1));
        self.mapping = self
            .sheets
            .get(self.chosen)
            .and_then(|sheet| Mapping::of(sheet).ok());
        self.answers = Answers::default();
        self.left_out.clear();
    }
}

/// What was computed of the desk.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Checked {
    pub(super) rows: Arc<Vec<Arc<ImportRow>>>,
    pub(super) asides: Arc<Vec<(usize, String)>>,
    pub(super) questions: Arc<Vec<Question>>,
    pub(super) tally: Tally,
}

/// Where the import is kept while other pages are looked at.
#[derive(Clone, Copy)]
pub(crate) struct WorkPlace(Begun<Work>);

impl WorkPlace {
    pub(crate) fn provide() {
        provide_context(Self(Begun::here()));
    }
}

/// The import in context.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    session: Session,
    messages: Messages,
    pub(super) stage: RwSignal<Stage>,
    pub(super) desk: RwSignal<Option<Arc<Desk>>>,
    pub(super) checked: RwSignal<Checked>,
    /// How many rows have been computed, while they are being.
    pub(super) checking: RwSignal<Option<usize>>,
    /// The row whose cells are shown, by its index in the sheet.
    pub(super) open: RwSignal<Option<usize>>,
    memory: StoredValue<Memory>,
    reading: StoredValue<Option<worker::Reading>, LocalStorage>,
    /// What cases attach, as it comes.
    contents: StoredValue<Vec<Vec<u8>>>,
    /// Only the newest computation tells its result.
    round: StoredValue<u64>,
    pause: StoredValue<Option<TimeoutHandle>>,
    draft_pause: StoredValue<Option<TimeoutHandle>>,
}

impl Work {
    /// Puts the import in context, with what was left on the desk.
    /// The import under way, begun where there is none.
    pub(super) fn use_in() -> Self {
        let WorkPlace(place) = expect_context();
        place.or_begin(Self::begin)
    }

    fn begin() -> Self {
        let work = Self {
            session: Session::use_in(),
            messages: Messages::use_in(),
            stage: RwSignal::new(Stage::Choosing),
            desk: RwSignal::new(None),
            checked: RwSignal::default(),
            checking: RwSignal::new(None),
            open: RwSignal::new(None),
            memory: StoredValue::default(),
            reading: StoredValue::new_local(None),
            contents: StoredValue::default(),
            round: StoredValue::new(0),
            pause: StoredValue::new(None),
            draft_pause: StoredValue::new(None),
        };
        spawn_local(work.restore());
        work
    }

    async fn restore(self) {
        if let Some(memory) = self.session.draft(MEMORY).await
            && let Ok(memory) = serde_json::from_str(&memory)
        {
            let _ = self.memory.try_set_value(memory);
        }
        let Some(draft) = self.session.draft(DRAFT).await else {
            return;
        };
        let is_waiting = self.stage.try_get_untracked() == Some(Stage::Choosing);
        if let (Ok(desk), true) = (serde_json::from_str::<Desk>(&draft), is_waiting)
            && desk.chosen < desk.sheets.len()
        {
            self.put(desk);
            self.stage.set(Stage::Checking);
            self.check();
        }
    }

    /// Reads a file.
    pub(super) fn read(self, file: File) {
        let name = file.name();
        self.stage.set(Stage::Reading {
            name: name.clone(),
            rows: 0,
        });
        let round = self.next_round();
        self.contents.set_value(Vec::new());
        spawn_local(async move {
            let of = name.clone();
            let hear = move |heard| {
                if self.is_current(round) {
                    self.hear(&of, heard);
                }
            };
            let reading = worker::read(file, hear).await;
            if !self.is_current(round) {
                return;
            }
            let why = "读不到文件，或浏览器不允许在后台读表".to_owned();
            match reading {
                Some(reading) => self.reading.set_value(Some(reading)),
                None => self.stage.set(Stage::Unreadable { name, why }),
            }
        });
    }

    fn hear(self, name: &str, heard: Heard) {
        let unreadable = |why: String| {
            self.reading.set_value(None);
            self.stage.set(Stage::Unreadable {
                name: name.to_owned(),
                why,
            });
        };
        let told = match heard {
            Heard::Told(told) => told,
            Heard::Content(bytes) => {
                self.contents.update_value(|contents| contents.push(bytes));
                return;
            }
            // The module ends where it meets what it cannot read.
            Heard::End => {
                unreadable(
                    "文件已损坏，读不出来，请在 Excel 或 WPS 里打开，另存为 .xlsx".to_owned(),
                );
                return;
            }
        };
        match told {
            Told::Ready => {}
            Told::Rows(rows) => self.stage.set(Stage::Reading {
                name: name.to_owned(),
                rows,
            }),
            Told::Unreadable(why) => unreadable(why),
            Told::Cases(cases) => {
                self.reading.set_value(None);
                let contents = self.contents.try_update_value(std::mem::take);
                self.stage.set(Stage::Files(Arc::new(Bundle {
                    file: name.to_owned(),
                    cases,
                    contents: contents.unwrap_or_default(),
                })));
            }
            Told::Sheets(sheets) => {
                self.reading.set_value(None);
                let mut desk = Desk::of(name.to_owned(), sheets);
                self.recall(&mut desk);
                self.put(desk);
                self.open.set(None);
                self.stage.set(Stage::Checking);
                self.check();
                self.keep_draft();
            }
        }
    }

    fn recall(self, desk: &mut Desk) {
        if let Some(mapping) = &mut desk.mapping {
            self.memory.with_value(|memory| memory.recall(mapping));
        }
    }

    fn put(self, desk: Desk) {
        self.desk.set(Some(Arc::new(desk)));
    }

    /// Stops reading.
    pub(super) fn stop(self) {
        self.next_round();
        self.reading.set_value(None);
        let to = if self.desk.with_untracked(Option::is_some) {
            Stage::Checking
        } else {
            Stage::Choosing
        };
        self.stage.set(to);
    }

    /// Clears the desk for another file.
    pub(super) fn clear(self) {
        self.next_round();
        self.reading.set_value(None);
        self.desk.set(None);
        self.checked.set(Checked::default());
        self.checking.set(None);
        self.open.set(None);
        self.stage.set(Stage::Choosing);
        self.keep_draft();
    }

    /// Changes the desk; the rows are computed again when the hand rests.
    pub(super) fn change(self, change: impl FnOnce(&mut Desk)) {
        self.desk.update(|desk| {
            if let Some(desk) = desk {
                change(Arc::make_mut(desk));
            }
        });
        // The rows on the screen are of before: nobody takes them until they are computed anew.
        self.next_round();
        self.checking.set(Some(0));
        self.after(self.pause, PAUSE, Self::check);
        self.keep_draft();
    }

    /// Takes another sheet of the file.
    pub(super) fn choose_sheet(self, chosen: usize) {
        self.change(|desk| {
            desk.choose(chosen);
            self.recall(desk);
        });
        self.open.set(None);
    }

    /// Says what a column means.
    pub(super) fn choose_field(self, column: usize, field: Option<Field>) {
        self.change(|desk| {
            if let Some(mapping) = &mut desk.mapping {
                mapping.choose(column, field);
            }
        });
    }

    /// Mends a cell.
    pub(super) fn mend(self, row: usize, column: usize, text: &str) {
        self.change(|desk| {
            let chosen = desk.chosen;
            let Some(cells) = desk.sheets[chosen].rows.get_mut(row) else {
                return;
            };
            if cells.len() <= column {
                cells.resize_with(column + 1, Default::default);
            }
            cells[column] = shared::import::Cell::text(text);
        });
    }

    fn after(self, handle: StoredValue<Option<TimeoutHandle>>, pause: Duration, act: fn(Self)) {
        handle.update_value(|handle| {
            if let Some(earlier) = handle.take() {
                earlier.clear();
            }
            *handle = set_timeout_with_handle(move || act(self), pause).ok();
        });
    }

    fn next_round(self) -> u64 {
        self.round.update_value(|round| *round += 1);
        self.round.get_value()
    }

    fn is_current(self, round: u64) -> bool {
        self.round.try_get_value() == Some(round)
    }

    /// Computes the rows, a part at a time so that the page stays responsive.
    fn check(self) {
        let round = self.next_round();
        let Some(desk) = self.desk.get_untracked() else {
            return;
        };
        let session = self.session;
        spawn_local(async move {
            let Some(mapping) = &desk.mapping else {
                self.checking.set(None);
                self.checked.set(Checked::default());
                return;
            };
            let answers = Answers {
                today: Some(session.today().get_untracked()),
                ..desk.answers.clone()
            };
            let reading = Reading::new(desk.sheet(), mapping);
            let mut proposal = Proposal::default();
            for (done, row) in reading.rows().enumerate() {
                if done > 0 && done % ROWS_AT_A_TIME == 0 {
                    self.checking.set(Some(done));
                    TimeoutFuture::new(0).await;
                    if !self.is_current(round) {
                        return;
                    }
                }
                match reading.row(row, &answers) {
                    Row::Batch(read) => proposal.rows.push(*read),
                    Row::Aside(text) => proposal.asides.push((row, text)),
                    Row::Blank => {}
                }
            }
            mark_doubles(&mut proposal.rows);
            let asides = Arc::new(std::mem::take(&mut proposal.asides));
            let questions = Arc::new(reading.questions());
            let actor = session
                .profile()
                .with_untracked(|profile| profile.as_ref().map(|profile| profile.actor.clone()));
            let Some(actor) = actor else { return };
            let rows = Arc::new(stand_all(
                proposal,
                &session.cases().get_untracked(),
                &actor,
            ));
            let tally = Tally::of(&rows);
            self.checking.set(None);
            self.checked.set(Checked {
                rows,
                asides,
                questions,
                tally,
            });
        });
    }

    /// The rows that would be taken now: a person did not leave them out, and they can be.
    pub(super) fn chosen(self) -> Vec<Arc<ImportRow>> {
        let desk = self.desk.get();
        let checked = self.checked.get();
        let Some(desk) = desk else { return Vec::new() };
        let is_chosen = |row: &&Arc<ImportRow>| {
            let wanted = match &row.standing {
                Standing::New => true,
                Standing::Known(news) => desk.updates && !news.is_none(),
                Standing::Faulty | Standing::NotPermitted(_) => false,
            };
            wanted && !desk.left_out.contains(&row.proposed.row)
        };
        checked.rows.iter().filter(is_chosen).cloned().collect()
    }

    /// Whether the rows on the screen are those of the desk.
    pub(super) fn is_settled(self) -> bool {
        self.checking.get().is_none()
    }

    /// Takes the chosen rows into the ledger.
    pub(super) fn take(self, rows: Vec<Arc<ImportRow>>) {
        let of = rows.len();
        self.stage.set(Stage::Taking { done: 0, of });
        spawn_local(async move {
            let taken = self.write(&rows).await;
            match taken {
                Ok(outcome) => {
                    self.remember().await;
                    self.stage.set(Stage::Taken(outcome));
                    self.keep_draft();
                }
                Err(error) => {
                    self.stage.set(Stage::Checking);
                    self.check();
                    let message = Message::bad(format!("没有导入完：{error}"));
                    self.messages
                        .say(message.more("已写入的都在台账里；再导入一次不会重复。"));
                }
            }
        });
    }

    async fn write(self, rows: &[Arc<ImportRow>]) -> Result<Outcome, RecordError> {
        let mut outcome = Outcome::default();
        for part in rows.chunks(CASES_AT_A_TIME) {
            let mut cases = Vec::new();
            let mut edits = Vec::new();
            for row in part {
                let Some(id) = row.proposed.id.clone() else {
                    continue;
                };
                if let Standing::Known(news) = &row.standing {
                    outcome.updated += 1;
                    edits.extend(
                        news.other
                            .iter()
                            .map(|(field, value)| (id.clone(), field.clone(), value.clone())),
                    );
                } else {
                    outcome.new += 1;
                }
                cases.push((id, row.file()));
            }
            self.session.import(cases).await?;
            self.session.edit_heads(edits).await?;
            let (done, of) = (outcome.new + outcome.updated, rows.len());
            self.stage.set(Stage::Taking { done, of });
        }
        let tally = self.checked.with_untracked(|checked| checked.tally);
        outcome.kept_back = tally.faulty;
        outcome.skipped = tally.rows - tally.faulty - outcome.new - outcome.updated;
        Ok(outcome)
    }

    /// Says that the server did not take the cases.
    pub(super) fn say_not_taken(self, why: &str) {
        let message = Message::bad("没有导入完");
        let more = format!("{why}。已收下的都在台账里；再导入一次不会重复。");
        self.messages.say(message.more(more));
    }

    async fn remember(self) {
        let mapping = self
            .desk
            .with_untracked(|desk| desk.as_ref().and_then(|desk| desk.mapping.clone()));
        let Some(mapping) = mapping else { return };
        self.memory.update_value(|memory| memory.keep(&mapping));
        let text = self
            .memory
            .with_value(serde_json::to_string)
            .unwrap_or_default();
        // Only a convenience: the next sheet is matched without it too.
        let _ = self.session.keep_draft(MEMORY, Some(&text)).await;
    }

    /// Keeps the desk on the device, sealed like everything else, until the sheet is taken.
    fn keep_draft(self) {
        self.after(self.draft_pause, DRAFT_PAUSE, |work| {
            let is_under_work = work.stage.with_untracked(|stage| *stage == Stage::Checking);
            let desk = work.desk.get_untracked().filter(|_| is_under_work);
            let text = desk
                .and_then(|desk| serde_json::to_string(&*desk).ok())
                .filter(|text| text.len() <= DRAFT_BYTES_AT_MOST);
            spawn_local(async move {
                // The page still has it; a device that cannot write says so elsewhere.
                let _ = work.session.keep_draft(DRAFT, text.as_deref()).await;
            });
        });
    }
}

/// What is said of a sheet without a table.
pub(super) fn no_table() -> String {
    NoTableError.to_string()
}
