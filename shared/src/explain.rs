//! Why a day is that day: the sum, every day of the count, the sentence, what it assumes.
//!
//! One computation gives the calendar picture of the app, the text of the command line and the
//! JSON of `assess --explain`.

mod basis;
mod cells;
mod say;

use std::fmt;

use serde::Serialize;

pub use basis::{Basis, of_finding, of_notice, of_restriction};
pub use cells::{Cell, Role};

use crate::{
    CaseFile, Day,
    assess::{Deadline, Reckoning, law_of},
    calendar::WorkCalendar,
    edition::Edition,
    words,
};

/// The sum: 收到材料 2 月 7 日 ＋ 第六条 5 个工作日 ＝ 应送达 2 月 19 日.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Equation {
    /// What the count starts from, such as 收到材料.
    pub from_title: &'static str,
    /// The day that is not counted.
    pub from: Day,
    /// The id of the event that set it off.
    pub trigger: String,
    /// The article, such as 第六条.
    pub article: String,
    /// How long there is, such as 5 个工作日.
    pub limit: String,
    /// What is counted.
    pub unit: Unit,
    /// What the due day is, such as 应送达.
    pub due_title: &'static str,
    /// The due day; none where the text sets no number.
    pub due: Option<Day>,
}

/// What a limit counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 工作日
    WorkingDays,
    /// 日
    CalendarDays,
    /// Nothing: a document names the day, or should.
    Document,
    /// Nothing: the text sets no number.
    None,
}

impl Unit {
    const fn of(reckoning: Reckoning) -> Self {
        match reckoning {
            Reckoning::WorkingDays(_) => Self::WorkingDays,
            Reckoning::CalendarDays { .. }
            | Reckoning::CalendarDaysUnmoved(_)
            | Reckoning::FromEnd { .. } => Self::CalendarDays,
            Reckoning::Document(_) | Reckoning::DocumentWithoutDay(_) => Self::Document,
            Reckoning::NoLimit => Self::None,
        }
    }
}

/// A run of the sentence, some of it stressed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// Whether they carry the weight of the sentence.
    pub strong: bool,
}

/// Something that the day rests on and that could have been otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Assumption {
    /// What it is about, such as 工作日历.
    pub title: &'static str,
    /// What is assumed.
    pub text: String,
}

/// Why a row's day is that day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Explanation {
    /// The rule.
    pub rule: &'static str,
    /// The duty, such as 送达检验结果.
    pub title: &'static str,
    /// The regulation or law that the article is of.
    pub law: &'static str,
    /// The sum.
    pub equation: Equation,
    /// Every day from the one not counted to the one due, or to the one done where that is
    /// later. Empty where there is no due day.
    pub days: Vec<Cell>,
    /// The same in a sentence.
    pub sentence: Vec<Piece>,
    /// What it rests on.
    pub assumptions: Vec<Assumption>,
}

/// Explains a row of an assessment of this case on this day, by this calendar.
///
/// ```
/// use shared::{CaseFile, CaseHead, Event, EventKind};
/// use shared::explain::{Assumption, Equation, Explanation, Piece, Unit, explain};
/// use shared::{assess::assess, calendar::WorkCalendar, history::History};
/// let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), ..Default::default() });
/// case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
/// let (calendar, today) = (WorkCalendar::official(), "2013-02-18".parse()?);
/// let assessment = assess(&case, &History::default(), calendar, today);
/// let serve = assessment.row("art6.serve_result", 0).ok_or("article 6")?;
/// let why: Explanation = explain(serve, &case, calendar, today);
/// let Equation { unit, due, .. } = why.equation;
/// assert_eq!((unit, due), (Unit::WorkingDays, serve.due));
/// let assumptions: &[Assumption] = &why.assumptions;
/// assert_eq!(assumptions[0].title, "工作日历", "by which notice the days are free or worked");
/// let stressed = |piece: &Piece| piece.strong;
/// assert!(why.sentence.iter().any(stressed));
/// assert_eq!(
///     why.sentence_text(),
///     "2 月 7 日当天不算，从次日数起；春节 2 月 9 日至 15 日放假跳过；2 月 16 日、17 日虽是周末，\
///      调休上班，照算。数到第 5 个工作日，是 2 月 19 日。依据第六条。",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn explain(
    row: &Deadline,
    case: &CaseFile,
    calendar: &WorkCalendar,
    as_of: Day,
) -> Explanation {
    let rule = row.rule;
    let edition = Edition::of(&case.case.regulation);
    let days = cells::cells(row, calendar.of(rule.party), as_of);
    let trigger = case.events.get(row.trigger());
    Explanation {
        rule: rule.id,
        title: rule.title,
        law: law_of(rule)
            .or(edition.map(|edition| edition.title))
            .unwrap_or_default(),
        equation: Equation {
            from_title: rule.from,
            from: row.from,
            trigger: trigger.map_or_else(String::new, |event| event.id.clone()),
            article: words::article(rule.article),
            limit: limit_text(row),
            unit: Unit::of(row.reckoning),
            due_title: rule.due,
            due: row.due,
        },
        sentence: say::sentence(row, &days, calendar, as_of),
        assumptions: say::assumptions(row, case, calendar, &days),
        days,
    }
}

/// How long there is, as it came about in this case.
fn limit_text(row: &Deadline) -> String {
    match row.reckoning {
        Reckoning::Document(_) if row.rule.extendable => "准予延期".to_owned(),
        Reckoning::DocumentWithoutDay(_) => "文书未写时限".to_owned(),
        _ => words::limit(row.rule.limit),
    }
}

impl Explanation {
    /// The sentence without its stress.
    ///
    /// ```
    /// # use shared::{CaseFile, CaseHead, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
    /// # let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), handling_bureau: "110105".into(), ..Default::default() });
    /// # case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
    /// # let calendar = WorkCalendar::official();
    /// # let found = assess(&case, &History::default(), calendar, "2013-02-18".parse()?);
    /// use shared::explain::explain;
    /// let row = found.row("art6.serve_result", 0).ok_or("article 6")?;
    /// let why = explain(row, &case, calendar, found.as_of);
    /// assert!(why.sentence_text().ends_with("依据第六条。"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sentence_text(&self) -> String {
        self.sentence
            .iter()
            .map(|piece| piece.text.as_str())
            .collect()
    }
}

/// The text form: the sum, a line for each day, the sentence, the assumptions.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = &self.equation;
        writeln!(f, "{}（{}{}）", self.title, self.law, sum.article)?;
        write!(f, "{} {} ＋ {}", sum.from_title, sum.from, sum.limit)?;
        match sum.due {
            Some(due) => writeln!(f, " ＝ {} {due}", sum.due_title)?,
            None => writeln!(f)?,
        }
        for cell in &self.days {
            writeln!(
                f,
                "  {} {}",
                cell.day,
                cell.label(self.counts_working_days())
            )?;
        }
        writeln!(f, "{}", self.sentence_text())?;
        for assumption in &self.assumptions {
            writeln!(f, "{}：{}", assumption.title, assumption.text)?;
        }
        Ok(())
    }
}

impl Explanation {
    /// Whether the ordinals of its days count working days.
    ///
    /// ```
    /// # use shared::{CaseFile, CaseHead, Event, EventKind, assess::assess, calendar::WorkCalendar, history::History};
    /// # let mut case = CaseFile::new(CaseHead { regulation: "beijing-2013".into(), handling_bureau: "110105".into(), ..Default::default() });
    /// # case.events.push(Event::new("e1", EventKind::MaterialsReceived, "2013-02-07".parse()?));
    /// # let calendar = WorkCalendar::official();
    /// # let found = assess(&case, &History::default(), calendar, "2013-02-18".parse()?);
    /// use shared::explain::explain;
    /// let row = found.row("art6.serve_result", 0).ok_or("article 6")?;
    /// assert!(explain(row, &case, calendar, found.as_of).counts_working_days());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn counts_working_days(&self) -> bool {
        self.equation.unit == Unit::WorkingDays
    }
}
