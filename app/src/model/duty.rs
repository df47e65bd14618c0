//! 今日: duties of all cases, by how urgent they are.

use std::{cmp::Ordering, sync::Arc};

use shared::{
    Actor, Day, EventKind, Role,
    assess::{Assessment, Deadline, Reckoning, Status},
    calendar::WorkCalendar,
    event::By,
    progress::progress,
    rule::{Done, Party},
    words,
};

use crate::{
    components::status::Look,
    session::LedgerCase,
    words::{event as event_words, people},
};

/// Calendar days that count as soon (三日内).
pub(crate) const SOON_DAYS: i32 = 3;
/// What is said of a row while two recordings differ.
pub(crate) const DISPUTED: &str = "两处登记不一";

/// How soon a duty must be done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Group {
    /// 已逾期
    Overdue,
    /// 今天: due today, and what is to be done at once
    Today,
    /// 三日内
    Soon,
    /// 本周: by Sunday
    ThisWeek,
    /// 以后
    Later,
}

impl Group {
    /// Every group with its word, in the order of the page.
    pub(crate) const ALL: [(Self, &'static str); 5] = [
        (Self::Overdue, "已逾期"),
        (Self::Today, "今天"),
        (Self::Soon, "三日内"),
        (Self::ThisWeek, "本周"),
        (Self::Later, "以后"),
    ];

    /// The group of what is due on `due`, or at once.
    fn of(status: Status, due: Option<Day>, today: Day) -> Self {
        match due {
            _ if status == Status::Overdue => Self::Overdue,
            None => Self::Today,
            Some(due) if due <= today => Self::Today,
            Some(due) if due - today <= SOON_DAYS => Self::Soon,
            Some(due) if due <= today.monday() + 6 => Self::ThisWeek,
            Some(_) => Self::Later,
        }
    }
}

/// Whose duties a segment shows, by role; the first is shown at first.
const SCOPES: [(Role, &str, &[Party]); 5] = [
    (
        Role::District,
        "本局各案",
        &[Party::District, Party::Enterprise, Party::InspectionBody],
    ),
    (Role::District, "本局须办", &[Party::District]),
    (Role::Municipal, "市局须办", &[Party::Municipal]),
    (
        Role::Municipal,
        "全市",
        &[
            Party::Municipal,
            Party::District,
            Party::Enterprise,
            Party::InspectionBody,
        ],
    ),
    (Role::InspectionBody, "本机构须办", &[Party::InspectionBody]),
];

/// What a segment is called, and whose duties it shows.
pub(crate) type Scope = (&'static str, &'static [Party]);

/// The segments of a role.
pub(crate) fn scopes_of(role: Role) -> Vec<Scope> {
    SCOPES
        .iter()
        .filter(|(of, ..)| *of == role)
        .map(|(_, name, parties)| (*name, *parties))
        .collect()
}

/// What a duty's button does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Act {
    /// What is said on it.
    pub(crate) words: &'static str,
    /// Where it leads.
    pub(crate) address: String,
}

/// One duty that is still to be done.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Duty {
    /// Tells it from every other duty.
    pub(crate) key: String,
    pub(crate) case: Arc<LedgerCase>,
    pub(crate) group: Group,
    pub(crate) look: Look,
    /// How long is left, in words.
    pub(crate) left: String,
    pub(crate) from: Day,
    pub(crate) due: Option<Day>,
    pub(crate) provisional: bool,
    /// What must be done.
    pub(crate) what: String,
    pub(crate) article: String,
    pub(crate) party: Party,
    /// By whom.
    pub(crate) by: String,
    pub(crate) act: Act,
}

impl Duty {
    /// Where its case is.
    pub(crate) fn address(&self) -> String {
        format!("/cases/{}", self.case.id)
    }
}

/// The number that a case goes by: its own, or its report's until the server gives one.
pub(crate) fn number_of(case: &LedgerCase) -> String {
    let head = &case.file.case;
    match (head.number.as_str(), head.report_number.as_str()) {
        ("", "") => "未编号".to_owned(),
        ("", report) => report.to_owned(),
        (number, _) => number.to_owned(),
    }
}

/// What the actor may do about a row: record what does it, or look at the case.
fn act_for(case: &LedgerCase, deadline: &Deadline, actor: &Actor) -> Act {
    let by = by_of(actor.role);
    let may = |kind: &&EventKind| kind.facts().is_some_and(|facts| facts.by.includes(by));
    let recorded = |kind: &EventKind| {
        deadline.done_by.iter().any(|at| {
            case.file
                .events
                .get(*at)
                .is_some_and(|event| event.kind == *kind)
        })
    };
    match deadline
        .rule
        .done_by()
        .iter()
        .filter(may)
        .find(|kind| !recorded(kind))
    {
        Some(kind) => Act {
            words: event_words::act(kind),
            address: record_address(case, kind, round_of(deadline)),
        },
        None => Act {
            words: "查看",
            address: format!("/cases/{}", case.id),
        },
    }
}

/// The round of the event that does a row, where it has one: what follows an announcement or a
/// suspension is another reinspection than the first.
pub(crate) fn round_of(deadline: &Deadline) -> Option<u8> {
    match deadline.rule.done {
        Done::Commissioned(round) => Some(round),
        _ => deadline.rule.per_round.then_some(deadline.round),
    }
}

/// Where an event of this type is recorded.
pub(crate) fn record_address(case: &LedgerCase, kind: &EventKind, round: Option<u8>) -> String {
    let address = format!("/cases/{}/record/{kind}", case.id);
    match round {
        Some(round) if round > 0 => format!("{address}?round={round}"),
        _ => address,
    }
}

/// The column "by" that a role stands for.
pub(crate) const fn by_of(role: Role) -> By {
    match role {
        Role::Municipal => By::MUNICIPAL,
        Role::District => By::DISTRICT,
        Role::InspectionBody => By::INSPECTION_BODY,
        Role::Administrator => By::NOBODY,
    }
}

/// How a row stands among the rows of all cases.
pub(crate) fn among_all(
    deadline: &Deadline,
    calendar: &WorkCalendar,
    today: Day,
) -> (Look, String) {
    if deadline.disputed {
        return (Look::Disputed, DISPUTED.to_owned());
    }
    let progress = progress(deadline, calendar, today);
    (Look::among_all(progress.mark), progress.text)
}

/// The duties of one case.
pub(crate) fn of_case<'a>(
    case: &'a Arc<LedgerCase>,
    assessment: &'a Assessment,
    calendar: &'a WorkCalendar,
    actor: &'a Actor,
) -> impl Iterator<Item = Duty> + 'a {
    let today = assessment.as_of;
    assessment
        .deadlines
        .iter()
        .filter(|deadline| deadline.is_duty())
        .map(move |deadline| {
            let (look, left) = among_all(deadline, calendar, today);
            Duty {
                key: format!("{}-{}-{}", case.id, deadline.rule.id, deadline.round),
                case: case.clone(),
                group: Group::of(deadline.status, deadline.due, today),
                look,
                left,
                from: deadline.from,
                due: deadline.due,
                provisional: deadline.provisional,
                what: what(deadline),
                article: words::article(deadline.rule.article),
                party: deadline.rule.party,
                by: people::party(deadline.rule.party, case.file.handling_bureau(), actor.role),
                act: act_for(case, deadline, actor),
            }
        })
}

/// What must be done, and whether the limit was extended.
pub(crate) fn what(deadline: &Deadline) -> String {
    let extended = matches!(deadline.reckoning, Reckoning::Document(_)) && deadline.rule.extendable;
    let title = deadline.rule.title;
    if extended {
        format!("{title}（已延期）")
    } else {
        title.to_owned()
    }
}

/// More urgent first: by group, then by day, then by number.
pub(crate) fn by_urgency(one: &Duty, other: &Duty) -> Ordering {
    // Within a day what has no day of its own comes first, the longest waiting before the others.
    let rank = |duty: &Duty| (duty.group, duty.due, duty.from);
    rank(one)
        .cmp(&rank(other))
        .then_with(|| number_of(&one.case).cmp(&number_of(&other.case)))
}
