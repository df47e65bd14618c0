//! The document that `aftercheck assess` prints.
//!
//! The fields `rule` to `done` of a row, `number`, `announcement_categories`, `restrictions` and
//! `notices` are fixed; what stands beside them explains them.

use serde::Serialize;

use crate::{
    CaseFile, Day,
    assess::{
        Assessment, Category8, Deadline, NationalRule, Notice, Restriction, Status, assess, law_of,
    },
    calendar::WorkCalendar,
    case_file::{Unknown, unknown},
    conflict::conflicts,
    edition::Edition,
    explain::{Basis, Explanation, explain, of_finding, of_notice, of_restriction},
    history::History,
    rule::{Moot, Party},
    words::{self, Word},
};

/// A ledger on a day.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The day.
    pub as_of: Day,
    /// Its cases, in the order in which they were given.
    pub cases: Vec<CaseReport>,
}

/// A case on that day.
#[derive(Debug, Serialize)]
pub struct CaseReport {
    /// The case number.
    pub number: String,
    /// The edition that it was computed by; none where this version does not know it.
    pub edition: Option<&'static str>,
    /// The rows, sorted by rule, then round.
    pub deadlines: Vec<Row>,
    /// The categories of article 24(3) that apply.
    pub announcement_categories: Vec<u8>,
    /// The restrictions in force.
    pub restrictions: Vec<Restriction>,
    /// The notices.
    pub notices: Vec<Notice>,
    /// What can be said of category 8.
    pub category_8: Category8,
    /// The bureau that handles the case.
    pub handling_bureau: String,
    /// What each category rests on.
    pub category_basis: Vec<Basis>,
    /// What each restriction rests on.
    pub restriction_basis: Vec<Basis>,
    /// What each notice rests on.
    pub notice_basis: Vec<Basis>,
    /// Limits of national law beside the regulation.
    pub further_limits: Vec<Row>,
    /// The national rule on spot checks that `further_limits` go by, or that is not computed.
    pub national_rule: Option<Named<NationalRule>>,
    /// Events in conflict: ids of each set, the one that counts first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Vec<String>>,
    /// What in the file this version does not know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<Unknown>,
    /// What else should be said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// A value, and what it is called.
///
/// ```
/// use shared::{report::Named, rule::Moot};
/// let named = Named { code: Moot::AppliedLate, title: "逾期申请" };
/// assert_eq!(serde_json::to_value(&named)?["code"], "applied_late");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Serialize)]
pub struct Named<T> {
    /// The value.
    pub code: T,
    /// What it is called.
    pub title: &'static str,
}

impl<T: Word> From<T> for Named<T> {
    fn from(code: T) -> Self {
        let title = code.word();
        Self { code, title }
    }
}

/// One row.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The rule.
    pub rule: &'static str,
    /// The round.
    pub round: u8,
    /// The day that is not counted.
    pub from: Day,
    /// The last day for it.
    pub due: Option<Day>,
    /// How it stands.
    pub status: Status,
    /// The day on which it was done.
    pub done: Option<Day>,
    /// The duty or right.
    pub title: &'static str,
    /// Whom it falls on.
    pub responsible: Party,
    /// The article.
    pub article: String,
    /// The law, where it is another than the edition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub law: Option<&'static str>,
    /// The ids of the events that it rests on, the trigger first.
    pub rests_on: Vec<String>,
    /// The ids of the events that did it.
    pub done_by: Vec<String>,
    /// Why it need not be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived_because: Option<Named<Moot>>,
    /// It rests on days that no notice speaks for yet.
    #[serde(skip_serializing_if = "is_false")]
    pub provisional: bool,
    /// It rests on an event in conflict.
    #[serde(skip_serializing_if = "is_false")]
    pub disputed: bool,
    /// Why the day is that day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
    /// The same as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation_text: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// Assesses a ledger: all cases together are the history that category 8 looks at.
///
/// ```
/// use shared::{CaseFile, CaseHead, calendar::WorkCalendar};
/// use shared::report::{CaseReport, Report, Row, report};
/// let case = CaseFile::new(CaseHead { number: "京2013-001".into(), ..Default::default() });
/// let report: Report = report(&[case], WorkCalendar::official(), "2013-03-01".parse()?, false);
/// let reported: &CaseReport = &report.cases[0];
/// assert_eq!(reported.number, "京2013-001");
/// assert_eq!(reported.edition, None, "it names no edition");
/// let rows: &[Row] = &reported.deadlines;
/// assert!(rows.is_empty(), "and so there are none");
/// # Ok::<(), shared::day::ParseDayError>(())
/// ```
pub fn report(ledger: &[CaseFile], calendar: &WorkCalendar, as_of: Day, explained: bool) -> Report {
    let history = History::of_ledger(ledger, as_of);
    let cases = ledger
        .iter()
        .map(|case| {
            let assessment = assess(case, &history, calendar, as_of);
            case_report(case, &assessment, calendar, explained)
        })
        .collect();
    Report { as_of, cases }
}

fn case_report(
    case: &CaseFile,
    assessment: &Assessment,
    calendar: &WorkCalendar,
    explained: bool,
) -> CaseReport {
    let rows = |rows: &[Deadline]| {
        rows.iter()
            .map(|deadline| {
                let why = || explain(deadline, case, calendar, assessment.as_of);
                row(deadline, case, explained.then(why))
            })
            .collect()
    };
    let of_edition = |basis: &dyn Fn(&'static Edition) -> Vec<Basis>| {
        assessment.edition.map(basis).unwrap_or_default()
    };
    CaseReport {
        number: case.case.number.clone(),
        edition: assessment.edition.map(|edition| edition.id),
        deadlines: rows(&assessment.deadlines),
        announcement_categories: assessment.findings.iter().map(|it| it.category).collect(),
        restrictions: assessment
            .restrictions
            .iter()
            .map(|it| it.restriction)
            .collect(),
        notices: assessment.notices.iter().map(|it| it.notice).collect(),
        category_8: assessment.category_8,
        handling_bureau: case.handling_bureau().to_owned(),
        category_basis: of_edition(&|edition| {
            let findings = assessment.findings.iter();
            findings.map(|it| of_finding(it, case, edition)).collect()
        }),
        restriction_basis: of_edition(&|edition| {
            let restrictions = assessment.restrictions.iter();
            restrictions
                .map(|it| of_restriction(it, case, edition))
                .collect()
        }),
        notice_basis: assessment
            .notices
            .iter()
            .map(|it| of_notice(it, case, assessment.edition))
            .collect(),
        further_limits: rows(&assessment.further),
        national_rule: assessment.national_rule.map(Named::from),
        conflicts: conflicts(case)
            .iter()
            .map(|conflict| ids(case, &conflict.events))
            .collect(),
        unknown: unknown(case),
        remarks: remarks(case, assessment),
    }
}

fn remarks(case: &CaseFile, assessment: &Assessment) -> Vec<String> {
    let mut remarks = Vec::new();
    if assessment.edition.is_none() {
        remarks.push(format!(
            "本版本不认识规定“{}”：列出记录，不计算期限",
            case.case.regulation
        ));
    }
    if assessment.category_8 == Category8::NotDeterminableHere {
        remarks.push(assessment.category_8.word().to_owned());
    }
    let mut rows = assessment.deadlines.iter().chain(&assessment.further);
    if rows.any(|row| row.provisional) {
        remarks.push("部分日期所依的放假安排尚未公布，暂定".to_owned());
    }
    remarks
}

fn ids(case: &CaseFile, positions: &[usize]) -> Vec<String> {
    let event = |position: &usize| case.events.get(*position);
    positions
        .iter()
        .filter_map(event)
        .map(|event| event.id.clone())
        .collect()
}

fn row(deadline: &Deadline, case: &CaseFile, explanation: Option<Explanation>) -> Row {
    let rule = deadline.rule;
    Row {
        rule: rule.id,
        round: deadline.round,
        from: deadline.from,
        due: deadline.due,
        status: deadline.status,
        done: deadline.done,
        title: rule.title,
        responsible: rule.party,
        article: words::article(rule.article),
        law: law_of(rule),
        rests_on: ids(case, &deadline.rests_on),
        done_by: ids(case, &deadline.done_by),
        waived_because: deadline.waiver.map(|waiver| waiver.reason.into()),
        provisional: deadline.provisional,
        disputed: deadline.disputed,
        explanation_text: explanation.as_ref().map(ToString::to_string),
        explanation,
    }
}
