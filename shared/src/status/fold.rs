//! Reports as a fold over the log: the same changes give the same, whatever their order.

use std::collections::BTreeMap;

use super::{Line, Step};
use crate::{
    Day,
    change::Change,
    fold::{Record, in_order},
    span::Span,
};

/// All reports that a log has, by period and bureau.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct StatusReports(BTreeMap<(Span, String), StatusReport>);

/// A district's report on a period. Confirmed anew, the municipal bureau receives it anew.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct StatusReport {
    /// The confirmation that counts: the last one.
    pub confirmed: Option<Confirmed>,
    /// That the municipal bureau has received it.
    pub received: Option<Record>,
    /// That the municipal bureau sent it back, and why.
    pub returned: Option<(String, Record)>,
    /// The steps that were taken, but for the lines, first to last.
    pub log: Vec<(&'static str, Record)>,
    /// Lines by drawing.
    of_drawings: BTreeMap<String, Vec<Line>>,
}

/// A confirmation by the district's officer.
#[derive(Clone, PartialEq, Debug)]
pub struct Confirmed {
    /// The drawing that is confirmed.
    pub drawing: String,
    /// The ledger as of this day.
    pub as_of: Day,
    /// What the officer adds.
    pub remark: String,
    /// Who confirmed, and when.
    pub record: Record,
}

/// How far a report has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum State {
    /// 未报送
    Unreported,
    /// 退回
    Returned,
    /// 待接收
    Reported,
    /// 已接收
    Received,
}

/// ```
/// use shared::{change::{Change, Subject}, id::CaseId};
/// use shared::status::{Confirmed, State, StatusReport, StatusReports, Step};
/// let march = "2013-03".parse()?;
/// let change = |sequence: u64, step: Step| -> Result<Change, Box<dyn std::error::Error>> {
///     Ok(Change {
///         id: format!("m4xw/{sequence}").parse()?,
///         subject: Subject::status(march, "110105"),
///         clock: format!("{}-00000", 1_363_046_400_000 + sequence).parse()?,
///         author: "chaoyang".into(),
///         schema: 1,
///         body: step.body().to_raw(),
///     })
/// };
/// let (drawing, as_of) = ("d".to_owned(), "2013-03-31".parse()?);
/// let log = [
///     change(1, Step::Lines { drawing: drawing.clone(), lines: Vec::new() })?,
///     change(2, Step::Confirmed { drawing: drawing.clone(), as_of, lines: 0, remark: String::new() })?,
///     change(3, Step::Received { drawing })?,
/// ];
/// let all = StatusReports::of(&log[..2]);
/// let report: &StatusReport = all.get(march, "110105").ok_or("it is there")?;
/// let confirmed: &Confirmed = report.confirmed.as_ref().ok_or("it is confirmed")?;
/// assert_eq!((report.state(), confirmed.record.author.as_str()), (State::Reported, "chaoyang"));
/// assert_eq!((report.lines(), report.lines_of("d")), (&[][..], 0));
/// assert_eq!(StatusReports::of(&log).all().next().map(|(_, _, it)| it.state()), Some(State::Received));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl StatusReports {
    /// Folds changes of the subjects `status/…`; others have no part in it, and neither has what a
    /// later version says.
    pub fn of<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Self {
        let mut all = Self::default();
        for change in in_order(changes) {
            let Some((span, bureau)) = change.subject.status_of() else {
                continue;
            };
            let Some(step) = change.body().ok().as_ref().and_then(Step::of) else {
                continue;
            };
            let report = all.0.entry((span, bureau.to_owned())).or_default();
            report.take(step, Record::of(change));
        }
        all
    }

    /// The report of a bureau on a period.
    pub fn get(&self, span: Span, bureau: &str) -> Option<&StatusReport> {
        self.0.get(&(span, bureau.to_owned()))
    }

    /// Each of them, with its period and bureau.
    pub fn all(&self) -> impl Iterator<Item = (Span, &str, &StatusReport)> {
        let all = self.0.iter();
        all.map(|((span, bureau), report)| (*span, bureau.as_str(), report))
    }
}

impl StatusReport {
    fn take(&mut self, step: Step, record: Record) {
        let name = step.name();
        let is_current = self.is_of(step.drawing());
        match step {
            Step::Lines { drawing, lines } => {
                self.of_drawings.entry(drawing).or_default().extend(lines);
                return;
            }
            Step::Confirmed {
                drawing,
                as_of,
                remark,
                ..
            } => {
                (self.received, self.returned) = (None, None);
                self.confirmed = Some(Confirmed {
                    drawing,
                    as_of,
                    remark,
                    record: record.clone(),
                });
            }
            // What was looked at is no longer what is reported.
            _ if !is_current => {}
            Step::Received { .. } => {
                self.received = Some(record.clone());
                self.returned = None;
            }
            Step::Returned { reason, .. } => {
                self.received = None;
                self.returned = Some((reason, record.clone()));
            }
        }
        self.log.push((name, record));
    }

    /// Whether this drawing is what is confirmed.
    pub(super) fn is_of(&self, drawing: &str) -> bool {
        let confirmed = self.confirmed.as_ref();
        confirmed.is_some_and(|confirmed| confirmed.drawing == drawing)
    }

    /// What it says.
    pub fn lines(&self) -> &[Line] {
        let confirmed = self.confirmed.as_ref();
        let lines = confirmed.and_then(|it| self.of_drawings.get(&it.drawing));
        lines.map_or(&[], Vec::as_slice)
    }

    /// How many lines of a drawing are here.
    pub fn lines_of(&self, drawing: &str) -> usize {
        self.of_drawings.get(drawing).map_or(0, Vec::len)
    }

    /// How far it has come.
    pub const fn state(&self) -> State {
        match (&self.confirmed, &self.received, &self.returned) {
            (None, ..) => State::Unreported,
            (_, Some(_), _) => State::Received,
            (_, None, Some(_)) => State::Returned,
            (_, None, None) => State::Reported,
        }
    }
}
