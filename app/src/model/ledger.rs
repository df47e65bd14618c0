//! 台账: one row for each case, by what must be done next.

use std::sync::Arc;

use shared::{
    Day, EventKind, Role,
    assess::{Assessment, Deadline, Notice, Status},
    calendar::WorkCalendar,
    event::Verdict,
    rule::{Party, Rule},
};

use super::duty::{among_all, number_of, what};
use crate::{components::status::Look, session::LedgerCase, words::people};

/// What stage a case is in while a row of this rule is what must be done next.
const STAGES: [(&str, &str); 31] = [
    ("art12.report_retest", "异议复检"),
    ("art13.decide_objection", "异议待决定"),
    ("art13.serve_decision", "待送达决定"),
    ("art14.open_penalty_case", "待立案"),
    ("art14.order_rectification", "待责令"),
    ("art15.investigate_defect", "处理不合格品"),
    ("art15.order_disposal", "待责令处理"),
    ("art15.report_disposal", "处理不合格品"),
    ("art15.seal_or_seize", "待封存扣押"),
    ("art16.rectify", "整改中"),
    ("art17.commission_reinspection", "待委托复查"),
    ("art17.report_cessation", "已停产"),
    ("art17.verify", "整改核查"),
    ("art18.compel_reinspection", "待强制复查"),
    ("art19.deliver_reinspection", "待送达复查"),
    ("art19.report_reinspection", "复查中"),
    ("art19.serve_reinspection", "待送达复查"),
    ("art20.announce", "待公告"),
    ("art20.open_penalty_case", "待立案"),
    ("art20.recommend_licence_revocation", "待建议吊销"),
    ("art20.reinspect_after_announcement", "待再次复查"),
    ("art20.reinspect_after_suspension", "待期满复查"),
    ("art20.revoke_production_licence", "待吊销许可"),
    ("art20.suspend_business", "待停业整顿"),
    ("art21.copy_report", "待抄报"),
    ("art4.forward_materials", "待转交"),
    ("art5.deliver_conforming", "待送达合格"),
    ("art6.serve_result", "待送达"),
    ("art7.file_objection", "异议期内"),
    ("art8.decide_acceptance", "异议待受理"),
    ("art9.arrange_review", "异议待复检"),
];

/// One row of the ledger.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct LedgerRow {
    pub(crate) case: Arc<LedgerCase>,
    pub(crate) number: String,
    pub(crate) enterprise: String,
    pub(crate) product: String,
    pub(crate) failed_items: String,
    pub(crate) stage: &'static str,
    pub(crate) received: Option<Day>,
    /// What must be done next, empty where nothing is.
    pub(crate) next: String,
    pub(crate) due: Option<Day>,
    /// Whether there is something next that the law sets no day for.
    pub(crate) without_day: bool,
    pub(crate) provisional: bool,
    pub(crate) look: Look,
    /// How long is left, in words.
    pub(crate) left: String,
    /// Where it stands when the most urgent come first: what is running, by its day.
    pub(crate) urgency: (bool, Day),
    pub(crate) bureau: String,
    /// Who has it in hand; else who recorded the last event.
    pub(crate) officer: String,
    /// What a filter looks in.
    pub(crate) search: String,
}

/// The field of a head that says who has the case in hand: `name`, and the `note` that it was
/// handed over with.
pub(crate) const OFFICER_FIELD: &str = "officer";

/// Who has the case in hand; else who recorded the last event.
pub(crate) fn officer_of(case: &LedgerCase) -> String {
    let named = case.file.case.other.get(OFFICER_FIELD);
    match named.and_then(|officer| officer["name"].as_str()) {
        Some(name) => name.to_owned(),
        None => case
            .records
            .last()
            .map(|record| record.author.clone())
            .unwrap_or_default(),
    }
}

impl LedgerRow {
    /// The row of this case today; `initials` gives the pinyin initials of a text.
    pub(crate) fn of(
        case: &Arc<LedgerCase>,
        assessment: &Assessment,
        calendar: &WorkCalendar,
        initials: impl Fn(&str) -> String,
    ) -> Self {
        let head = &case.file.case;
        let today = assessment.as_of;
        let next = next(assessment);
        let (look, left) = match (next, assessment.edition) {
            (Some(row), _) => among_all(row, calendar, today),
            (None, Some(_)) => (Look::Done, "已办结".to_owned()),
            (None, None) => (Look::Provisional, "不计算期限".to_owned()),
        };
        let number = number_of(case);
        let officer = officer_of(case);
        let search = [
            &officer,
            &number,
            &head.enterprise.name,
            &head.product.name,
            &head.product.model,
            &head.report_number,
            &initials(&head.enterprise.name),
            &initials(&head.product.name),
        ]
        .map(|part| part.to_lowercase())
        .join("\n");
        Self {
            number,
            enterprise: head.enterprise.name.clone(),
            product: head.product.name.clone(),
            failed_items: head.failed_items.join("、"),
            stage: stage(case, assessment, next),
            received: first_day(case, &EventKind::MaterialsReceived),
            next: next.map(in_words).unwrap_or_default(),
            due: next.and_then(|row| row.due),
            without_day: next.is_some_and(|row| row.due.is_none()),
            provisional: next.is_some_and(|row| row.provisional),
            look,
            left,
            urgency: (
                next.is_none(),
                next.and_then(|row| row.due).unwrap_or(today),
            ),
            bureau: people::bureau_name(case.file.handling_bureau()),
            officer,
            search,
            case: case.clone(),
        }
    }

    /// Where the case is.
    pub(crate) fn address(&self) -> String {
        format!("/cases/{}", self.case.id)
    }

    /// Whether every word that was typed is found in the row, or in what its officer is called.
    pub(crate) fn matches(&self, typed: &str, officer: &str) -> bool {
        typed
            .split_whitespace()
            .all(|word| self.search.contains(word) || officer.contains(word))
    }

    /// Whether something is still to be done.
    pub(crate) fn is_running(&self) -> bool {
        !self.urgency.0
    }
}

/// Which row says best what the case waits for. What an office can do comes before what the
/// enterprise has let pass, a right only after that, and last what has no day at all.
fn rank(row: &Deadline, today: Day) -> (u8, Day) {
    let is_past = row.status == Status::Overdue && row.rule.party == Party::Enterprise;
    let class = match row.due {
        _ if row.rule.is_right => 2,
        Some(_) if is_past => 1,
        None if !row.is_at_once() => 3,
        _ => 0,
    };
    (class, row.due.unwrap_or(today))
}

fn next(assessment: &Assessment) -> Option<&Deadline> {
    let pending = assessment
        .deadlines
        .iter()
        .filter(|row| row.status.is_pending());
    pending.min_by_key(|row| rank(row, assessment.as_of))
}

/// What an enterprise has until a day is, for the office, that the day has come.
fn in_words(row: &Deadline) -> String {
    match (row.rule.party, row.due) {
        (Party::Enterprise, Some(_)) => what(row).replacen(row.rule.title, row.rule.due, 1),
        _ => what(row),
    }
}

fn first_day(case: &LedgerCase, kind: &EventKind) -> Option<Day> {
    let standing = case.file.standing();
    let events = case.file.events.iter().zip(standing);
    events
        .filter(|(event, stands)| *stands && event.kind == *kind)
        .map(|(event, _)| event.on)
        .min()
}

fn stage(case: &LedgerCase, assessment: &Assessment, next: Option<&Deadline>) -> &'static str {
    let stands = |kind: EventKind| first_day(case, &kind).is_some();
    if assessment.edition.is_none() {
        return "规定不识别";
    }
    if assessment
        .notices
        .iter()
        .any(|raised| raised.notice == Notice::OutOfScopeProduct)
    {
        return "不适用";
    }
    if stands(EventKind::Closed) {
        return "已结案";
    }
    if let Some(row) = next {
        return stage_of(row.rule);
    }
    let reported = |kind: EventKind, verdict: Verdict| {
        case.file
            .events
            .iter()
            .any(|event| event.kind == kind && event.verdict == Some(verdict))
    };
    match () {
        () if case.file.events.is_empty() => "待报送",
        () if reported(EventKind::ReinspectionReported, Verdict::Conforming) => "复查合格",
        () if reported(EventKind::ReportSubmitted, Verdict::Conforming) => "合格",
        () => "已办结",
    }
}

fn stage_of(rule: &Rule) -> &'static str {
    let known = STAGES.iter().find(|(id, _)| *id == rule.id);
    known.map_or(rule.step, |(_, stage)| stage)
}

/// Those who see one bureau's cases need no column for it.
pub(crate) const fn sees_bureaus(role: Role) -> bool {
    matches!(role, Role::Municipal | Role::InspectionBody)
}
