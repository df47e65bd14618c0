//! A rule: who must do what, from when, within how long, under which article.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{
    case::Trait,
    event::{EventKind, Outcome, Verdict},
};

/// Whom a duty falls on, or whose right it is (article 3).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// 市局
    Municipal,
    /// 区县局
    District,
    /// 检验机构
    InspectionBody,
    /// 受检企业 / 不合格企业
    Enterprise,
}

/// The lane of a case's timeline that a rule belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Track {
    /// 送达
    Service,
    /// 异议
    Objection,
    /// 整改复查
    Rectification,
    /// 处罚与强制
    Enforcement,
    /// 公告
    Announcement,
}

impl Track {
    /// Every track, in the order of the timeline.
    ///
    /// ```
    /// use shared::rule::Track;
    /// assert_eq!((Track::ALL[0], Track::ALL[4]), (Track::Service, Track::Announcement));
    /// ```
    pub const ALL: [Self; 5] = [
        Self::Service,
        Self::Objection,
        Self::Rectification,
        Self::Enforcement,
        Self::Announcement,
    ];
}

/// How long there is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// The text sets no number (at once, in time): no due day, open until done.
    None,
    /// Ends on the n-th working day after the trigger.
    WorkingDays(u16),
    /// Ends on the n-th day after the trigger, or on the next working day.
    CalendarDays(u16),
    /// The n-th day after the trigger, as it falls: it bounds a power, and is never moved.
    CalendarDaysUnmoved(u16),
    /// So many days before (negative) or after the end of a limit in calendar days, as they fall.
    FromEndOf {
        /// The limit, which ends as [`Limit::CalendarDays`] does.
        calendar_days: u16,
        /// Calendar days from that end, negative before it.
        offset_days: i16,
    },
    /// The day that the triggering document names, as written.
    Document,
}

/// What starts a rule's clock. Where an event is named, the first standing one of the row's
/// round counts, and its values are read from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trigger {
    /// The earliest event of one of these types.
    First(&'static [EventKind]),
    /// The inspection report, with this verdict.
    Report(Verdict),
    /// The first verification that found one of these.
    Verified(&'static [Outcome]),
    /// A nonconforming result was served: the spot check's, or in round k the reinspection's.
    ResultServed,
    /// An objection was received, where the day is known and has come.
    ObjectionReceived,
    /// Both rectification report and reinspection application were received; the later day.
    RectificationReceived,
    /// The rectification limit ran out with nothing filed: the day after.
    RectificationFellDue,
    /// A reinspection was reported with this verdict; of this round, else of the row's.
    Reinspection(Option<u8>, Verdict),
    /// The materials of a reinspection were received that is not reported conforming.
    ReinspectionMaterials,
    /// The announcement that followed a failed first reinspection.
    FailureAnnounced,
    /// The day until which business was suspended has passed: that day.
    SuspensionEnded,
    /// The first nonconforming reinspection that is not overturned, else the first of all.
    FirstFailure,
    /// The nonconforming and serious reinspection of the lowest round (article 20).
    SeriousFailure,
    /// What the enterprise handed in with the first event of this type arrived.
    Received(&'static [EventKind]),
    /// Every event of one of these types, one row each.
    Each(&'static [EventKind]),
}

/// What besides the trigger must hold for the rule to bind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Condition {
    /// Nothing.
    Always,
    /// A person found 严重质量问题 (article 14).
    Serious,
    /// A person found 危及人体健康、人身财产安全 (article 15).
    EndangersSafety,
    /// The product has one of these traits.
    Trait(&'static [Trait]),
    /// The enterprise is registered in Beijing, in another district than the handling bureau's
    /// (article 21).
    RegisteredElsewhere,
}

/// What does the duty, or uses the right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Done {
    /// The first event of one of these types, in the row's round.
    Any(&'static [EventKind]),
    /// One of each of these types; the later day counts.
    All(&'static [EventKind]),
    /// The reinspection of this round is commissioned.
    Commissioned(u8),
    /// The first event of one of these types on or after the trigger's day.
    Since(&'static [EventKind]),
    /// The last event of one of these types: the day until which it runs.
    Until(&'static [EventKind]),
}

/// Why a duty that is not done need not be done any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Moot {
    /// The spot check's result was overturned (article 13).
    ResultOverturned,
    /// The reinspection that the row rests on was overturned (article 13).
    ReinspectionOverturned,
    /// The enterprise ceased, switched or gave up the product (article 17).
    CessationStands,
    /// A proper reason for not applying was accepted (article 18).
    ExcuseAccepted,
    /// The application for reinspection came after all (article 18).
    AppliedLate,
}

/// One duty or right.
///
/// Words are those that a case's pages use; `title` names the duty, `step` the same in a lane of
/// the timeline, and `from`, `due` and `after` fit into 收到材料 ＋ 5 个工作日 ＝ 应送达 and
/// 收件后 5 个工作日.
///
/// ```
/// use shared::{EventKind, edition::Edition};
/// use shared::rule::{Condition, Done, Limit, Party, Rule, Track, Trigger};
/// let edition = Edition::of("beijing-2013").ok_or("known")?;
/// let serve: &Rule = edition.rule("art6.serve_result").ok_or("article 6")?;
/// assert_eq!((serve.article, serve.party, serve.track), (6, Party::District, Track::Service));
/// assert_eq!(serve.trigger, Trigger::First(&[EventKind::MaterialsReceived]));
/// assert_eq!((serve.condition, serve.limit), (Condition::Always, Limit::WorkingDays(5)));
/// assert_eq!(serve.done, Done::Any(&[EventKind::ResultServed]));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rule {
    /// Its name in an assessment, such as `art6.serve_result`.
    pub id: &'static str,
    /// The article of the edition (or of the national rule) that it comes from.
    pub article: u8,
    /// Whom it falls on.
    pub party: Party,
    /// Where it stands in the timeline.
    pub track: Track,
    /// The duty, such as 送达检验结果.
    pub title: &'static str,
    /// The duty in two or four characters, such as 送达.
    pub step: &'static str,
    /// What the count starts from, such as 收到材料.
    pub from: &'static str,
    /// What the due day is, such as 应送达.
    pub due: &'static str,
    /// What it waits for while not yet triggered, such as 收件后.
    pub after: &'static str,
    /// A right lapses where a duty becomes overdue.
    pub is_right: bool,
    /// One row for each round (articles 7 to 13 and 19), else a single one of round 0.
    pub per_round: bool,
    /// What starts the clock.
    pub trigger: Trigger,
    /// What else must hold.
    pub condition: Condition,
    /// How long there is.
    pub limit: Limit,
    /// What does it.
    pub done: Done,
    /// The due day is moved to the `until` of the last extension granted.
    pub extendable: bool,
    /// What makes it needless.
    pub moot: &'static [Moot],
}

impl Rule {
    /// What most rules share; each says where it differs.
    pub(crate) const DUTY: Self = Self {
        id: "",
        article: 0,
        party: Party::District,
        track: Track::Service,
        title: "",
        step: "",
        from: "",
        due: "",
        after: "",
        is_right: false,
        per_round: false,
        trigger: Trigger::First(&[]),
        condition: Condition::Always,
        limit: Limit::None,
        done: Done::Any(&[]),
        extendable: false,
        moot: &[],
    };

    /// The types of event that start the clock or stop it from starting.
    ///
    /// ```
    /// use shared::{EventKind, edition::Edition};
    /// let edition = Edition::of("beijing-2013").ok_or("known")?;
    /// let serve = edition.rule("art6.serve_result").ok_or("article 6")?;
    /// assert_eq!(serve.triggers(), [EventKind::MaterialsReceived]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn triggers(&self) -> &'static [EventKind] {
        use EventKind as K;
        match self.trigger {
            Trigger::First(kinds) | Trigger::Received(kinds) | Trigger::Each(kinds) => kinds,
            Trigger::Report(_) => &[K::ReportSubmitted],
            Trigger::Verified(_) => &[K::RectificationVerified],
            Trigger::ResultServed => &[
                K::ResultServed,
                K::ReinspectionResultServed,
                K::ReinspectionReported,
            ],
            Trigger::ObjectionReceived => &[K::ObjectionFiled],
            Trigger::RectificationReceived => &[K::RectificationReported, K::ReinspectionApplied],
            Trigger::RectificationFellDue => &[
                K::RectificationOrderServed,
                K::ExtensionRequested,
                K::ExtensionGranted,
                K::ExtensionRefused,
                K::ReinspectionApplied,
            ],
            Trigger::Reinspection(..) | Trigger::SeriousFailure => &[K::ReinspectionReported],
            Trigger::ReinspectionMaterials => {
                &[K::ReinspectionMaterialsReceived, K::ReinspectionReported]
            }
            Trigger::FailureAnnounced => &[K::Announced, K::ReinspectionReported],
            Trigger::SuspensionEnded => &[K::BusinessSuspended],
            Trigger::FirstFailure => &[K::ReinspectionReported, K::ObjectionDecided],
        }
    }

    /// The types of event that do it: what to record next.
    ///
    /// ```
    /// use shared::{EventKind, edition::Edition};
    /// let edition = Edition::of("beijing-2013").ok_or("known")?;
    /// let serve = edition.rule("art6.serve_result").ok_or("article 6")?;
    /// assert_eq!(serve.done_by(), [EventKind::ResultServed]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn done_by(&self) -> &'static [EventKind] {
        match self.done {
            Done::Any(kinds) | Done::All(kinds) | Done::Since(kinds) | Done::Until(kinds) => kinds,
            Done::Commissioned(_) => &[EventKind::ReinspectionCommissioned],
        }
    }
}

impl Moot {
    /// The types of event that make a row moot for this reason, or end the reason.
    ///
    /// ```
    /// use shared::{EventKind, rule::Moot};
    /// assert_eq!(Moot::ExcuseAccepted.read_from(), [EventKind::ExcuseAccepted]);
    /// ```
    pub const fn read_from(self) -> &'static [EventKind] {
        use EventKind as K;
        match self {
            Self::ResultOverturned | Self::ReinspectionOverturned => &[K::ObjectionDecided],
            Self::CessationStands => &[K::RectificationVerified, K::ProhibitedProductionFound],
            Self::ExcuseAccepted => &[K::ExcuseAccepted],
            Self::AppliedLate => &[K::ReinspectionApplied],
        }
    }
}

impl Rule {
    /// Every type of event that the rule's rows read; an event of any other type changes
    /// nothing in them.
    ///
    /// ```
    /// use shared::{EventKind, edition::Edition};
    /// let edition = Edition::of("beijing-2013").ok_or("known")?;
    /// let serve = edition.rule("art6.serve_result").ok_or("article 6")?;
    /// assert!(serve.reads().all(|kind| *kind != EventKind::Announced));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn reads(&self) -> impl Iterator<Item = &'static EventKind> {
        let extension: &[EventKind] = if self.extendable {
            &[EventKind::ExtensionGranted]
        } else {
            &[]
        };
        let forwarding: &[EventKind] = if self.condition == Condition::RegisteredElsewhere {
            &[EventKind::MaterialsForwarded]
        } else {
            &[]
        };
        let moot = self.moot.iter().flat_map(|moot| moot.read_from());
        [self.triggers(), self.done_by(), extension, forwarding]
            .into_iter()
            .flatten()
            .chain(moot)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}
