//! A case on a day: what is due, what is done, what follows. Pure, and the same everywhere.

mod findings;
mod moved;
mod national;
mod rows;

use serde::Serialize;

pub use moved::{Moved, moved};
pub use national::{NATIONAL_RULES, law_of};
pub(crate) use rows::holds;

use crate::{
    CaseFile, Day,
    calendar::WorkCalendar,
    conflict::conflicts,
    edition::Edition,
    facts::Facts,
    history::{History, Period},
    rule::{Limit, Moot, Party, Rule},
};

/// How a row stands on the day of the assessment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not done, and past due.
    Overdue,
    /// Not done, and not past due.
    Open,
    /// Done after the due day.
    Late,
    /// Done by the due day, or done where there is none.
    Met,
    /// A right not used in time: the result counts as accepted (article 7).
    Lapsed,
    /// Not done, and moot.
    Waived,
}

impl Status {
    /// Whether something is still to be done.
    ///
    /// ```
    /// use shared::assess::Status;
    /// assert!(Status::Overdue.is_pending() && !Status::Lapsed.is_pending());
    /// ```
    pub const fn is_pending(self) -> bool {
        matches!(self, Self::Overdue | Self::Open)
    }
}

/// How a due day came about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reckoning {
    /// The regulation sets no number: there is no due day.
    NoLimit,
    /// The n-th working day after `from`.
    WorkingDays(u16),
    /// The n-th day after `from`, which is `full`, or the next working day.
    CalendarDays {
        /// n.
        days: u16,
        /// The n-th day itself, before it is rolled.
        full: Day,
    },
    /// The n-th day after `from`, never moved.
    CalendarDaysUnmoved(u16),
    /// Days from the end of a limit in calendar days; that end is `end`.
    FromEnd {
        /// The limit, in calendar days.
        days: u16,
        /// Its end, rolled.
        end: Day,
        /// Calendar days from there, negative before it.
        offset_days: i16,
    },
    /// As a document says: the due or until day of the event at this position.
    Document(usize),
    /// A document should name the day, and does not.
    DocumentWithoutDay(usize),
}

/// One row of an assessment: a duty or right whose trigger has happened.
///
/// Positions are those of events in the case's list.
#[derive(Clone, PartialEq, Debug)]
pub struct Deadline {
    /// The rule.
    pub rule: &'static Rule,
    /// The inspection it belongs to: 0 the spot check, 1 to 3 the reinspections.
    pub round: u8,
    /// The day that is not counted: counting starts on the next.
    pub from: Day,
    /// The events that its day and its being there rest on; the one that set it off first.
    pub rests_on: Vec<usize>,
    /// How the due day came about.
    pub reckoning: Reckoning,
    /// The last day for it; none where the regulation sets no number.
    pub due: Option<Day>,
    /// How it stands.
    pub status: Status,
    /// The day on which it was done.
    pub done: Option<Day>,
    /// The events that did it.
    pub done_by: Vec<usize>,
    /// Why it need not be done, where it is waived.
    pub waiver: Option<Waiver>,
    /// The due day, or the day it starts from, rests on days that no notice speaks for yet.
    pub provisional: bool,
    /// An event that it rests on is in conflict: two offices recorded different things.
    pub disputed: bool,
}

impl Deadline {
    /// Whether it is to be done at once: an office's duty that the regulation sets no number for.
    ///
    /// ```
    /// use shared::{CaseFile, CaseHead, Day, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
    /// let day = |text: &str| text.parse::<Day>();
    /// let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), ..Default::default() });
    /// case.events = vec![Event::new("1", EventKind::MaterialsForwarded, day("2013-03-01")?)];
    /// let assessed = assess(&case, &History::default(), WorkCalendar::official(), day("2013-03-04")?);
    /// assert!(assessed.deadlines.iter().all(|row| !row.is_at_once() || row.due.is_none()));
    /// # Ok::<(), shared::day::ParseDayError>(())
    /// ```
    pub fn is_at_once(&self) -> bool {
        self.due.is_none() && self.rule.limit == Limit::None && self.rule.party != Party::Enterprise
    }

    /// Whether it is a duty that stands out: to be done, no mere right, and with a day or to be done
    /// at once. Without a day every case has some of an enterprise's.
    ///
    /// ```
    /// use shared::{CaseFile, CaseHead, Day, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
    /// let day = |text: &str| text.parse::<Day>();
    /// let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), ..Default::default() });
    /// case.events = vec![Event::new("1", EventKind::MaterialsReceived, day("2013-03-01")?)];
    /// let assessed = assess(&case, &History::default(), WorkCalendar::official(), day("2013-03-04")?);
    /// let duties: Vec<_> = assessed.deadlines.iter().filter(|row| row.is_duty()).collect();
    /// assert_eq!(duties[0].due, Some(day("2013-03-08")?), "the result is to be served (article 6)");
    /// # Ok::<(), shared::day::ParseDayError>(())
    /// ```
    pub fn is_duty(&self) -> bool {
        let has_day = self.due.is_some();
        self.status.is_pending() && !self.rule.is_right && (has_day || self.is_at_once())
    }
}

/// Why a row is waived.
///
/// ```
/// use shared::{assess::Waiver, rule::Moot};
/// let waiver = Waiver { reason: Moot::ResultOverturned, event: 4 };
/// assert_eq!(waiver.reason.read_from()[0].name(), "objection_decided");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waiver {
    /// The reason.
    pub reason: Moot,
    /// The event that gives it, by position.
    pub event: usize,
}

/// An announcement category that applies, and what it rests on.
///
/// ```
/// use shared::{CaseFile, CaseHead, Event, EventKind, assess::{Finding, assess}};
/// use shared::{calendar::WorkCalendar, history::History};
/// let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), ..Default::default() });
/// let day = "2013-02-07".parse()?;
/// case.events.push(Event::new("e1", EventKind::SamplingRefused, day));
/// let found = assess(&case, &History::default(), WorkCalendar::official(), day);
/// assert_eq!(found.findings, [Finding { category: 1, events: vec![0], preceding: None }]);
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The number in article 24(3).
    pub category: u8,
    /// The events it rests on, by position.
    pub events: Vec<usize>,
    /// For category 8 the spot check before this one.
    pub preceding: Option<Period>,
}

/// What an enterprise must not do while the result stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Restriction {
    /// 不得生产、销售不合格产品 (article 15)
    NoProductionOrSaleOfNonconforming,
    /// 不得生产、销售同型号产品 (article 16)
    NoProductionOrSaleOfSameModel,
    /// 停业整顿 (article 20)
    BusinessSuspended,
}

/// A restriction in force, and since which event.
///
/// ```
/// use shared::{CaseFile, CaseHead, Event, EventKind, assess::{InForce, Restriction, assess}};
/// use shared::{calendar::WorkCalendar, history::History};
/// let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), ..Default::default() });
/// let day = "2013-02-08".parse()?;
/// case.events.push(Event::new("e1", EventKind::ResultServed, day));
/// let found = assess(&case, &History::default(), WorkCalendar::official(), day);
/// let restriction = Restriction::NoProductionOrSaleOfNonconforming;
/// assert_eq!(found.restrictions, [InForce { restriction, since: day, event: 0 }], "article 15");
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InForce {
    /// The restriction.
    pub restriction: Restriction,
    /// Its first day.
    pub since: Day,
    /// The event that put it in force, by position.
    pub event: usize,
}

/// What an officer should be told beside the rows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// Events are dated after the day of the assessment; they do not count.
    FutureEvent,
    /// The regulation does not apply to the product (article 27).
    OutOfScopeProduct,
    /// The materials were received before the regulation came into force (article 29).
    BeforeEffectiveDate,
    /// An objection was sent after its due day (article 7).
    LateObjection,
    /// Such an objection was accepted all the same (article 8).
    LateObjectionAccepted,
    /// An objection went to the national bureau, and the day on which it reached the municipal
    /// bureau is not recorded (articles 7, 8).
    ReceiptDayMissing,
    /// An extension was asked for later than 5 days before the limit ends (order 133, article 40).
    ExtensionRequestedLate,
    /// An extension runs more than 30 days past the limit (order 133, article 40).
    ExtensionTooLong,
    /// More than one extension was granted (order 133, article 40).
    ExtendedTwice,
    /// Report and application are in, the later after the due day (article 16).
    RectifiedLate,
    /// Whether category 4 applies is not settled by the text; a person must decide (article 24).
    #[serde(rename = "category_4_doubtful")]
    Category4Doubtful,
}

/// A notice, and the events it is about, by position.
///
/// ```
/// use shared::{CaseFile, CaseHead, Event, EventKind, assess::{Notice, Raised, assess}};
/// use shared::{calendar::WorkCalendar, history::History};
/// let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), ..Default::default() });
/// case.events.push(Event::new("e1", EventKind::ResultServed, "2013-02-08".parse()?));
/// let found = assess(&case, &History::default(), WorkCalendar::official(), "2013-02-07".parse()?);
/// assert!(found.notices.contains(&Raised { notice: Notice::FutureEvent, events: vec![0] }));
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Raised {
    /// The notice.
    pub notice: Notice,
    /// The events.
    pub events: Vec<usize>,
}

/// What can be said of category 8 (article 24(3)8), which rests on earlier spot checks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Category8 {
    /// It applies.
    Applies,
    /// It does not.
    DoesNotApply,
    /// The history of this organisation and kind is not on this device.
    NotDeterminableHere,
}

/// The national rule that runs beside the regulation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NationalRule {
    /// A rule before 2011-02-01: not computed.
    EarlierNotComputed,
    /// 产品质量监督抽查管理办法, order 133, from 2011-02-01: computed.
    Order133,
    /// 产品质量监督抽查管理暂行办法, order 18, from 2020-01-01: not computed.
    Order18NotComputed,
}

/// A case on a day.
#[derive(Clone, PartialEq, Debug)]
pub struct Assessment {
    /// The day.
    pub as_of: Day,
    /// The edition; none where this version does not know it: then there is nothing but the
    /// notice on events of the future.
    pub edition: Option<&'static Edition>,
    /// The rows, sorted by rule and round.
    pub deadlines: Vec<Deadline>,
    /// Further limits of national law, never mixed with the rows.
    pub further: Vec<Deadline>,
    /// Which national rule on spot checks the triggers of `further` fall under, the later one
    /// where they differ, or without triggers the last event; none where nothing has happened.
    pub national_rule: Option<NationalRule>,
    /// The categories that apply, by number.
    pub findings: Vec<Finding>,
    /// Whether category 8 applies, or cannot be told here.
    pub category_8: Category8,
    /// The restrictions in force.
    pub restrictions: Vec<InForce>,
    /// The notices, each once.
    pub notices: Vec<Raised>,
}

/// Assesses a case by the edition that it names: every row, category, restriction and notice of
/// the regulation as they stand on `as_of`.
///
/// Events after `as_of` do not count. A case of an edition that this version does not know has
/// no rows, and [`Assessment::edition`] says so.
///
/// ```
/// use shared::{CaseFile, CaseHead, Event, EventKind};
/// use shared::assess::{Assessment, Category8, Deadline, NationalRule, Reckoning, Status, assess};
/// use shared::{calendar::WorkCalendar, history::History};
/// let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), ..Default::default() });
/// case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
/// let as_of = "2013-02-20".parse()?;
/// let assessment: Assessment = assess(&case, &History::default(), WorkCalendar::official(), as_of);
/// let serve: &Deadline = assessment.row("art6.serve_result", 0).ok_or("article 6")?;
/// assert_eq!(serve.due, Some("2013-02-19".parse()?));
/// assert_eq!(serve.reckoning, Reckoning::WorkingDays(5));
/// assert_eq!(serve.status, Status::Overdue);
/// assert_eq!(assessment.category_8, Category8::DoesNotApply);
/// assert_eq!(assessment.national_rule, Some(NationalRule::Order133));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn assess(
    case: &CaseFile,
    history: &History,
    calendar: &WorkCalendar,
    as_of: Day,
) -> Assessment {
    assess_by(
        Edition::of(&case.case.regulation),
        case,
        history,
        calendar,
        as_of,
    )
}

/// Assesses a case by this edition, whichever it names; by none, where it is not known.
///
/// ```
/// use shared::{CaseFile, CaseHead, assess::assess_by, calendar::WorkCalendar, history::History};
/// let case = CaseFile::new(CaseHead::default());
/// let day = "2013-03-01".parse()?;
/// let found = assess_by(None, &case, &History::default(), WorkCalendar::official(), day);
/// assert!(found.edition.is_none() && found.deadlines.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn assess_by(
    edition: Option<&'static Edition>,
    case: &CaseFile,
    history: &History,
    calendar: &WorkCalendar,
    as_of: Day,
) -> Assessment {
    let facts = Facts::new(case, as_of);
    let mut assessment = Assessment {
        as_of,
        edition,
        deadlines: Vec::new(),
        further: Vec::new(),
        national_rule: None,
        findings: Vec::new(),
        category_8: Category8::DoesNotApply,
        restrictions: Vec::new(),
        notices: Vec::new(),
    };
    if !facts.future.is_empty() {
        assessment.notices.push(Raised {
            notice: Notice::FutureEvent,
            events: facts.future.clone(),
        });
    }
    let Some(edition) = edition else {
        return assessment;
    };
    if !facts.in_scope() {
        assessment.notices.push(Raised {
            notice: Notice::OutOfScopeProduct,
            events: Vec::new(),
        });
        return assessment;
    }
    let (mut rows, rectification) = rows::rows(&facts, edition, calendar);
    let (mut further, national_rule) = national::further(&facts, calendar);
    if facts.may_conflict {
        mark_disputed(case, rows.iter_mut().chain(&mut further));
    }
    let view = findings::View {
        facts: &facts,
        edition,
        rows: &rows,
        rectification: rectification.as_ref(),
        result_stands: facts.result_stands(),
        cessation: facts.cessation(),
        passed: facts.passed(),
    };
    (assessment.findings, assessment.category_8) = view.findings(history);
    assessment.restrictions = view.restrictions();
    assessment.notices.extend(view.notices());
    assessment.deadlines = rows;
    assessment.further = further;
    assessment.national_rule = national_rule;
    assessment
}

/// Marks the rows that rest on an event in conflict.
fn mark_disputed<'d>(case: &CaseFile, rows: impl Iterator<Item = &'d mut Deadline>) {
    let disputed: Vec<usize> = conflicts(case)
        .into_iter()
        .flat_map(|conflict| conflict.events)
        .collect();
    for row in rows {
        let waived_by = row.waiver.iter().map(|waiver| &waiver.event);
        let mut events = row.rests_on.iter().chain(&row.done_by).chain(waived_by);
        row.disputed = events.any(|event| disputed.contains(event));
    }
}

impl Deadline {
    /// The event that set it off, by position.
    ///
    /// ```
    /// # use shared::{CaseFile, CaseHead, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
    /// # let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), handling_bureau: "110105".into(), ..Default::default() });
    /// # case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
    /// # let calendar = WorkCalendar::official();
    /// # let found = assess(&case, &History::default(), calendar, "2013-02-18".parse()?);
    /// let row = found.row("art6.serve_result", 0).ok_or("article 6")?;
    /// assert_eq!(case.events[row.trigger()].id, "e1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn trigger(&self) -> usize {
        self.rests_on.first().copied().unwrap_or_default()
    }
}

impl Assessment {
    /// The row of this rule and round.
    ///
    /// ```
    /// # use shared::{CaseFile, CaseHead, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
    /// # let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), handling_bureau: "110105".into(), ..Default::default() });
    /// # case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
    /// # let calendar = WorkCalendar::official();
    /// # let found = assess(&case, &History::default(), calendar, "2013-02-18".parse()?);
    /// assert!(found.row("art6.serve_result", 0).is_some());
    /// assert!(found.row("art7.file_objection", 0).is_none(), "nothing is served yet");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn row(&self, rule: &str, round: u8) -> Option<&Deadline> {
        self.deadlines
            .iter()
            .find(|row| row.rule.id == rule && row.round == round)
    }
}
