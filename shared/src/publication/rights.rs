//! Who may take which step, and what must have happened before it: one table.

use super::{Announcement, AnnouncementId, Announcements, Step};
use crate::{
    Actor,
    change::Subject,
    event::By,
    permission::{by, is_bureau},
};

/// What must be so for a step to be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Demand {
    /// It has not been begun.
    NotOpened,
    /// It has been begun.
    Opened,
    /// It is not published: a publication is changed by a further record alone.
    Unpublished,
    /// It is published and not withdrawn.
    Published,
    /// What it corrects is published.
    CorrectsPublished,
    /// The bureau is the actor's own, and was asked.
    AskedBureau,
    /// Every bureau whose cases are in the annex was asked (article 23).
    OpinionsAsked,
    /// The risk was assessed where article 23 demands it.
    RiskAssessed,
    /// The step is about what it says now.
    SameContent,
    /// By somebody who had no hand in the content.
    SecondPerson,
    /// What it says now is approved.
    Approved,
    /// It has a number.
    Numbered,
    /// No other announcement has the number.
    NumberFree,
    /// Every bureau that was asked has answered, or who approves says why it goes without.
    OpinionsAnswered,
    /// Of a district's report: the bureau is the actor's own.
    OwnBureau,
    /// Of a district's report: it speaks of a day in its period.
    InPeriod,
    /// Of a district's report: all of its lines are there.
    Whole,
    /// Of a district's report: it is reported, and neither received nor sent back.
    Reported,
}

/// Whose a step is.
///
/// ```
/// use shared::{event::By, publication::{Demand, RIGHTS, Right}};
/// let publish: &Right = RIGHTS.iter().find(|it| it.step == "published").ok_or("it is listed")?;
/// assert_eq!(publish.by, By::MUNICIPAL);
/// assert!(publish.demands.contains(&Demand::RiskAssessed), "article 23");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Right {
    /// The step's name.
    pub step: &'static str,
    /// Whose it is (article 22: the municipal bureau alone publishes).
    pub by: By,
    /// What must be so.
    pub demands: &'static [Demand],
}

/// Why somebody may not take a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Barred {
    /// The step is not this role's.
    #[error("this role does not do this")]
    OtherRole,
    /// The step does not belong on this subject.
    #[error("the step does not belong here")]
    OtherSubject,
    /// Something is missing that the step cannot be without.
    #[error("the step is incomplete")]
    Incomplete,
    /// What must have happened before has not.
    #[error("what must come before it is missing: {0:?}")]
    Missing(Demand),
}

use Demand::{
    Approved, AskedBureau, CorrectsPublished, NotOpened, NumberFree, Numbered, Opened,
    OpinionsAnswered, OpinionsAsked, Published, RiskAssessed, SameContent, SecondPerson,
    Unpublished,
};

const EDIT: &[Demand] = &[Opened, Unpublished];

/// Every step.
pub const RIGHTS: [Right; 12] = [
    right("opened", By::MUNICIPAL, &[NotOpened, CorrectsPublished]),
    right("drawn", By::MUNICIPAL, EDIT),
    right("rows", By::MUNICIPAL, EDIT),
    right("text", By::MUNICIPAL, EDIT),
    right("row", By::MUNICIPAL, EDIT),
    right("asked", By::MUNICIPAL, EDIT),
    right(
        "answered",
        By::DISTRICT,
        &[Opened, Unpublished, AskedBureau],
    ),
    right("risk_assessed", By::MUNICIPAL, EDIT),
    right(
        "reviewed",
        By::MUNICIPAL,
        &[
            Opened,
            Unpublished,
            SameContent,
            SecondPerson,
            OpinionsAsked,
            OpinionsAnswered,
            RiskAssessed,
        ],
    ),
    right(
        "numbered",
        By::MUNICIPAL,
        &[Opened, Unpublished, NumberFree],
    ),
    right(
        "published",
        By::MUNICIPAL,
        &[
            Opened,
            Unpublished,
            CorrectsPublished,
            SameContent,
            OpinionsAsked,
            RiskAssessed,
            Approved,
            OpinionsAnswered,
            Numbered,
            NumberFree,
        ],
    ),
    right("withdrawn", By::MUNICIPAL, &[Opened, Published]),
];

const fn right(step: &'static str, by: By, demands: &'static [Demand]) -> Right {
    Right { step, by, demands }
}

/// Whether the actor may take this step on the announcement or opinion that the subject is.
///
/// The app asks it to say what is missing, the server to refuse.
///
/// # Errors
/// The first thing that bars it.
///
/// ```
/// use shared::{Actor, Role, change::Subject, id::CaseId};
/// use shared::publication::{Announcements, Barred, Demand, Step, may_take};
/// let id = CaseId::from_random([7; 16]);
/// let actor = |role| Actor { user: "u".into(), role, office: "110105".into() };
/// let open = Step::Opened { period: None, corrects: None };
/// let subject = Subject::announcement(&id);
/// let none = Announcements::default();
/// assert_eq!(may_take(&actor(Role::Municipal), &subject, &open, &none), Ok(()));
/// assert_eq!(may_take(&actor(Role::District), &subject, &open, &none), Err(Barred::OtherRole));
/// let edit = Step::Text { part: "title".into(), text: "公告".into() };
/// let found = may_take(&actor(Role::Municipal), &subject, &edit, &none);
/// assert_eq!(found, Err(Barred::Missing(Demand::Opened)));
/// ```
pub fn may_take(
    actor: &Actor,
    subject: &Subject,
    step: &Step,
    all: &Announcements,
) -> Result<(), Barred> {
    let right = RIGHTS.iter().find(|right| right.step == step.name());
    let right = right.ok_or(Barred::OtherRole)?;
    if !right.by.includes(by(actor.role)) {
        return Err(Barred::OtherRole);
    }
    let bureau = subject.asked_bureau();
    let id = subject.announcement_id().ok_or(Barred::OtherSubject)?;
    if step.is_of_opinion() != bureau.is_some() {
        return Err(Barred::OtherSubject);
    }
    if !step.is_complete() {
        return Err(Barred::Incomplete);
    }
    let asking = Asking {
        actor,
        id: &id,
        bureau: bureau.unwrap_or_default(),
        step,
        all,
        own: all.get(&id),
    };
    let missing = right.demands.iter().find(|demand| !asking.is_met(**demand));
    missing.map_or(Ok(()), |demand| Err(Barred::Missing(*demand)))
}

/// A step that somebody would take.
struct Asking<'a> {
    actor: &'a Actor,
    id: &'a AnnouncementId,
    bureau: &'a str,
    step: &'a Step,
    all: &'a Announcements,
    own: Option<&'a Announcement>,
}

impl Asking<'_> {
    fn is_met(&self, demand: Demand) -> bool {
        let of_own = |met: fn(&Announcement) -> bool| self.own.is_some_and(met);
        match demand {
            NotOpened => !of_own(|own| own.opened.is_some()),
            // A district holds of it what it was asked alone.
            Opened => of_own(|own| own.opened.is_some() || !own.opinions.is_empty()),
            Unpublished => of_own(|own| own.published.is_none()),
            Published => of_own(|own| own.published.is_some() && own.withdrawn.is_none()),
            CorrectsPublished => {
                let corrects = match self.step {
                    Step::Opened { corrects, .. } => corrects.as_ref(),
                    _ => self.own.and_then(|own| own.corrects.as_ref()),
                };
                corrects.is_none_or(|id| {
                    let known = self.all.get(id);
                    known.is_some_and(|it| it.published.is_some() && it.withdrawn.is_none())
                })
            }
            AskedBureau => {
                let opinion = self.own.and_then(|own| own.opinions.get(self.bureau));
                is_bureau(&self.actor.office, self.bureau)
                    && opinion.is_some_and(|opinion| opinion.asked.is_some())
            }
            OpinionsAsked => of_own(|own| own.missing_questions().is_empty()),
            OpinionsAnswered => self.own.is_some_and(|own| {
                let goes_without = match self.step {
                    Step::Reviewed { review } => !review.approved || review.goes_without(),
                    _ => own
                        .approval()
                        .is_some_and(|(review, _)| review.goes_without()),
                };
                goes_without || own.missing_answers().is_empty()
            }),
            RiskAssessed => of_own(|own| !own.needs_risk()),
            SameContent => self.own.is_some_and(|own| match self.step {
                Step::Reviewed { review } => review.content == own.digest(),
                Step::Published { content, .. } => *content == own.digest(),
                _ => true,
            }),
            SecondPerson => self
                .own
                .is_some_and(|own| !own.hands.contains(&self.actor.user)),
            Approved => of_own(|own| own.approval().is_some()),
            Numbered => of_own(|own| own.number.is_some()),
            NumberFree => {
                let number = match self.step {
                    Step::Numbered { number, .. } => Some(number),
                    _ => self
                        .own
                        .and_then(|own| own.number.as_ref())
                        .map(|(it, _)| it),
                };
                number.is_none_or(|number| {
                    let mut others = self.all.all().filter(|it| it.id != *self.id);
                    !others.any(|it| it.number.as_ref().is_some_and(|(it, _)| it == number))
                })
            }
            // Demands of reports: no step of an announcement makes them.
            Demand::OwnBureau | Demand::InPeriod | Demand::Whole | Demand::Reported => false,
        }
    }
}
