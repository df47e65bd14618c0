//! The visit as it is being written: every change of it is in the journal before the screen says so.

use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};
use shared::{
    Day,
    attachment::ContentHash,
    change::DeviceId,
    id::CaseId,
    visit::{Officer, Signer, Step, Visit},
};

use crate::{
    components::pad::Strokes,
    session::{RecordError, Session},
};

/// Where the device remembers the officers of the last visit.
const OFFICERS: &str = "visit-officers";

/// How far the journal is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Kept {
    /// The last change is being written.
    Writing,
    /// All of it is there, since then.
    At(i64),
    /// The last change is not, and why.
    Failed(String),
}

/// All that the draft holds.
#[derive(Serialize, Deserialize)]
struct Draft {
    visit: Visit,
    at: Step,
    /// Who is signing, and what is on the pad.
    #[serde(default)]
    writing: Writing,
    /// Contents that were taken and removed again: to be cleared away at the end, since a removal
    /// can be undone until then.
    #[serde(default)]
    removed: Vec<ContentHash>,
}

/// What is on the signature pad.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Writing {
    pub(super) signer: Option<Signer>,
    pub(super) strokes: Strokes,
    /// What was there before it was wiped.
    #[serde(default)]
    pub(super) wiped: Strokes,
}

/// What every screen of the visit shares.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    pub(super) session: Session,
    pub(super) case: StoredValue<CaseId>,
    pub(super) visit: RwSignal<Visit>,
    pub(super) writing: RwSignal<Writing>,
    pub(super) kept: RwSignal<Kept>,
    pub(super) busy: RwSignal<bool>,
    at: RwSignal<Step>,
    removed: StoredValue<Vec<ContentHash>>,
    /// Counts the writes: only the last one tells how it stands.
    writes: StoredValue<u64>,
}

impl Desk {
    /// Takes the visit up where it was left, or begins it.
    pub(super) async fn open(session: Session, case: CaseId) -> Self {
        let kept = session.draft(&draft_name(&case)).await;
        let found: Option<Draft> = kept.and_then(|text| serde_json::from_str(&text).ok());
        let is_new = found.is_none();
        let draft = match found {
            Some(draft) => draft,
            None => Draft {
                visit: begun(session).await,
                at: Step::Officers,
                writing: Writing::default(),
                removed: Vec::new(),
            },
        };
        let desk = Self {
            session,
            case: StoredValue::new(case),
            visit: RwSignal::new(draft.visit),
            writing: RwSignal::new(draft.writing),
            kept: RwSignal::new(Kept::At(now())),
            busy: RwSignal::new(false),
            at: RwSignal::new(draft.at),
            removed: StoredValue::new(draft.removed),
            writes: StoredValue::new(0),
        };
        if is_new {
            desk.keep(Vec::new());
        }
        desk
    }

    /// The name of its draft.
    pub(super) fn name(self) -> String {
        self.case.with_value(draft_name)
    }

    pub(super) fn step(self) -> Step {
        self.at.get()
    }

    /// Shows a step.
    pub(super) fn go(self, step: Step) {
        if self.at.get_untracked() == Step::Officers {
            self.remember_officers();
        }
        self.at.set(step);
        self.keep(Vec::new());
        request_animation_frame(|| {
            if let Some(question) = document().get_element_by_id("question") {
                question.set_scroll_top(0);
            }
            crate::keys::focus("main");
        });
    }

    pub(super) fn with<T>(self, read: impl FnOnce(&Visit) -> T) -> T {
        self.visit.with(read)
    }

    pub(super) fn with_untracked<T>(self, read: impl FnOnce(&Visit) -> T) -> T {
        self.visit.with_untracked(read)
    }

    /// Changes the visit, and keeps it.
    pub(super) fn change(self, change: impl FnOnce(&mut Visit)) {
        self.change_with(change, Vec::new());
    }

    /// Changes the visit, and keeps it together with these bytes.
    pub(super) fn change_with(
        self,
        change: impl FnOnce(&mut Visit),
        contents: Vec<(ContentHash, Vec<u8>)>,
    ) {
        self.visit.update(change);
        self.keep(contents);
    }

    /// Changes what is on the pad, and keeps it.
    pub(super) fn write(self, change: impl FnOnce(&mut Writing)) {
        self.writing.update(change);
        self.keep(Vec::new());
    }

    fn keep(self, contents: Vec<(ContentHash, Vec<u8>)>) {
        let draft = Draft {
            visit: self.visit.get_untracked(),
            at: self.at.get_untracked(),
            writing: self.writing.get_untracked(),
            removed: self.removed.get_value(),
        };
        let text = serde_json::to_string(&draft).unwrap_or_default();
        let write = self.writes.get_value() + 1;
        self.writes.set_value(write);
        self.kept.set(Kept::Writing);
        spawn_local(async move {
            let kept = self
                .session
                .keep_draft_with(&self.name(), &text, &contents)
                .await;
            if self.writes.try_get_value() == Some(write) {
                let _ = self.kept.try_set(match kept {
                    Ok(()) => Kept::At(now()),
                    Err(error) => Kept::Failed(error.to_string()),
                });
            }
        });
    }

    /// Takes something out of the visit whose bytes may go at its end.
    pub(super) fn remove(self, hash: ContentHash, change: impl FnOnce(&mut Visit)) {
        self.removed.update_value(|it| it.push(hash));
        self.change(change);
    }

    /// What was removed and is nowhere in the visit now.
    pub(super) fn cleared(self) -> Vec<ContentHash> {
        let used = self.with_untracked(Visit::contents);
        let mut removed = self.removed.get_value();
        removed.retain(|hash| !used.contains(hash));
        removed
    }

    fn remember_officers(self) {
        let officers = self.with_untracked(|visit| visit.officers.clone());
        spawn_local(async move {
            let text = serde_json::to_string(&officers).unwrap_or_default();
            // Only a convenience for the next visit.
            let _ = self.session.keep_draft(OFFICERS, Some(&text)).await;
        });
    }

    /// Forgets the visit with all that it holds.
    pub(super) async fn discard(self) -> Result<(), RecordError> {
        let mut contents = self.with_untracked(Visit::contents);
        contents.extend(self.cleared());
        self.session.drop_draft_with(&self.name(), &contents).await
    }
}

/// A new visit, with the officers of the last one, or else with whoever is at work.
async fn begun(session: Session) -> Visit {
    let mut random = [0; 16];
    // Without randomness the clock still tells two visits apart.
    if getrandom::fill(&mut random).is_err() {
        random[..8].copy_from_slice(&now().to_be_bytes());
    }
    let id = format!("visit-{}", DeviceId::from_random(random));
    let on: Day = session.today().get_untracked();
    let mut visit = Visit::new(id, on, now().unsigned_abs());
    let last: Option<[Officer; 2]> = session
        .draft(OFFICERS)
        .await
        .and_then(|text| serde_json::from_str(&text).ok());
    match last {
        Some(officers) => visit.officers = officers,
        None => {
            visit.officers[0].name = session.profile().with_untracked(|profile| {
                profile
                    .as_ref()
                    .map_or_else(String::new, |it| it.display.clone())
            });
        }
    }
    visit
}

fn draft_name(case: &CaseId) -> String {
    format!("visit/{case}")
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 are far below 2^53"
)]
pub(super) fn now() -> i64 {
    js_sys::Date::now() as i64
}
