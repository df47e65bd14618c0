//! The statutory steps by track: where on one axis of days each bar, mark and label lies.

use shared::{
    CaseFile, Day, EventKind,
    assess::{Assessment, Deadline, Status},
    calendar::{DayKind, WorkCalendar},
    offer::{Ahead, ahead},
    progress::progress,
    rule::{Party, Track},
    words::{self, Word},
};

use super::labels::{Label, Side, placed};
use crate::{
    components::status::Look,
    words::{day::short, event as event_words},
};

/// The axis goes on after the last thing on it: so many days, and one in so many of its own.
const AFTERWARDS_DAYS: i32 = 5;
const AFTERWARDS_SHARE: i32 = 12;
/// And is never shorter than this.
const SHORTEST_DAYS: i32 = 42;
/// Weeks between two ticks: the first that gives so few.
const TICK_WEEKS: [i32; 6] = [1, 2, 4, 8, 13, 26];
const MOST_TICKS: i32 = 9;
/// Steps that go without saying beside those that they belong to.
const LESSER_STEPS: [&str; 3] = ["组织复检", "送达决定", "强制复查"];
/// Shorter holidays are not drawn as a band.
const BAND_DAYS: usize = 3;
/// On the whole axis there is room for the names of so many.
const MOST_NAMES: i32 = 14;
/// A limit that the law does not set is drawn open for so many days after today.
const OPEN_DAYS: i32 = 18;

/// All lanes over one axis.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Timeline {
    /// Days that the axis spans.
    pub(crate) span: i32,
    /// Day and label of each tick.
    pub(crate) ticks: Vec<(i32, String)>,
    /// Beginning, length and name of each long holiday; the name is empty where it would lie on the
    /// one before.
    pub(crate) bands: Vec<(i32, i32, String)>,
    /// Today, where it lies on the axis.
    pub(crate) now: Option<(i32, String)>,
    pub(crate) lanes: Vec<Lane>,
}

/// One track.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Lane {
    pub(crate) name: &'static str,
    pub(crate) bars: Vec<Bar>,
    /// Due days.
    pub(crate) dues: Vec<i32>,
    /// Events: their day, and whether one of them came late.
    pub(crate) marks: Vec<(i32, bool)>,
    pub(crate) labels: Vec<Label>,
    /// What stands in a lane without anything.
    pub(crate) empty: Option<&'static str>,
    pub(crate) next: Next,
    /// The same in a sentence, for those who do not see it.
    pub(crate) said: String,
}

/// A limit from its trigger to its day, or the days too late.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Bar {
    pub(crate) from: i32,
    pub(crate) days: i32,
    pub(crate) kind: BarKind,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum BarKind {
    Closed,
    /// Part of it used up, in thousandths.
    Running(i32),
    /// The same without an end.
    Open(i32),
    Late,
}

/// What has not happened on a track.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Next {
    /// The steps that come, in their order.
    Steps(Vec<&'static str>),
    /// Nothing more.
    Done(&'static str),
    /// What would have to be, for something to come.
    Words(String),
}

struct Axis {
    begin: Day,
    span: i32,
    today: Day,
}

impl Axis {
    fn of(case: &CaseFile, assessment: &Assessment) -> Self {
        let today = assessment.as_of;
        let events = standing(case).map(|event| event.on);
        let rows = assessment
            .deadlines
            .iter()
            .flat_map(|row| [Some(row.from), row.due, row.done])
            .flatten();
        let days: Vec<Day> = events.chain(rows).collect();
        let begin = days.iter().min().copied().unwrap_or(today).monday();
        let running = assessment
            .deadlines
            .iter()
            .any(|row| row.status.is_pending());
        let last = days
            .iter()
            .max()
            .copied()
            .into_iter()
            .chain(running.then_some(today))
            .max()
            .unwrap_or(today);
        let afterwards = AFTERWARDS_DAYS.max((last - begin) / AFTERWARDS_SHARE);
        let span = (last + afterwards - begin).max(SHORTEST_DAYS);
        Self { begin, span, today }
    }

    fn at(&self, day: Day) -> i32 {
        day - self.begin
    }
}

fn standing(case: &CaseFile) -> impl Iterator<Item = &shared::Event> {
    let stands = case.standing();
    let told = case
        .events
        .iter()
        .zip(stands)
        .filter(|(event, stands)| *stands && event.kind != EventKind::Retracted);
    told.map(|(event, _)| event)
}

/// The timeline of a case on the day of its assessment.
pub(crate) fn timeline(
    case: &CaseFile,
    assessment: &Assessment,
    calendar: &WorkCalendar,
) -> Timeline {
    let axis = Axis::of(case, assessment);
    let ahead = ahead(case, assessment);
    let now = axis.at(axis.today);
    Timeline {
        span: axis.span,
        ticks: ticks(&axis),
        bands: bands(&axis, calendar),
        now: (0..=axis.span)
            .contains(&now)
            .then(|| (now, format!("今天 {}", short(axis.today, axis.today)))),
        lanes: Track::ALL
            .into_iter()
            .map(|track| lane(track, case, assessment, calendar, &axis, &ahead))
            .collect(),
    }
}

fn ticks(axis: &Axis) -> Vec<(i32, String)> {
    let weeks = axis.span / 7;
    let step = TICK_WEEKS
        .into_iter()
        .find(|step| weeks / step <= MOST_TICKS)
        .unwrap_or(52);
    let now = axis.at(axis.today);
    (0..=weeks / step)
        .map(|index| index * step * 7)
        // Today stands on the axis too, with a label to its right that is longer than the others.
        .filter(|day| {
            let share = if *day > now { 1 } else { 2 };
            (now - day).abs() * MOST_TICKS * share >= axis.span
                && (axis.span - day) * MOST_TICKS * 2 >= axis.span
        })
        .map(|day| (day, short(axis.begin + day, axis.today)))
        .collect()
}

fn bands(axis: &Axis, calendar: &WorkCalendar) -> Vec<(i32, i32, String)> {
    let schedule = calendar.general();
    let name_of = |day: Day| match schedule.kind(day) {
        DayKind::Holiday { name, .. } => Some(name.to_owned()),
        _ => None,
    };
    let days: Vec<(i32, Option<String>)> = (0..axis.span)
        .map(|day| (day, name_of(axis.begin + day)))
        .collect();
    let mut named = -axis.span;
    days.chunk_by(|one, other| one.1 == other.1)
        .filter(|run| run.len() >= BAND_DAYS)
        .filter_map(|run| Some((run[0].0, i32::try_from(run.len()).ok()?, run[0].1.clone()?)))
        .map(|(from, length, name)| {
            if (from - named) * MOST_NAMES < axis.span {
                return (from, length, String::new());
            }
            named = from;
            (from, length, name)
        })
        .collect()
}

fn lane(
    track: Track,
    case: &CaseFile,
    assessment: &Assessment,
    calendar: &WorkCalendar,
    axis: &Axis,
    ahead: &[Ahead],
) -> Lane {
    let rows: Vec<&Deadline> = assessment
        .deadlines
        .iter()
        .filter(|row| row.rule.track == track)
        .collect();
    let mut labels = Vec::new();
    let mut dues = Vec::new();
    let mut bars = Vec::new();
    for row in &rows {
        bars.extend(bars_of(row, axis));
        if let Some(due) = row.due.filter(|_| row.status != Status::Waived) {
            dues.push(axis.at(due));
            labels.push(due_label(row, due, calendar, axis));
        } else if row.status == Status::Open {
            labels.push(open_label(row, calendar, axis));
        }
    }
    // What is late is seen, whatever else runs over the same days.
    bars.sort_by_key(|bar| match bar.kind {
        BarKind::Open(_) => 0,
        BarKind::Closed => 1,
        BarKind::Running(_) => 2,
        BarKind::Late => 3,
    });
    dues.sort_unstable();
    dues.dedup();
    let (marks, told) = events_of(track, case, assessment, calendar, axis);
    labels.extend(told);
    let empty = (rows.is_empty() && marks.is_empty()).then_some(match track {
        Track::Service => "尚未报送",
        Track::Objection => "未到异议阶段",
        Track::Rectification => "未到整改阶段",
        Track::Enforcement => "无处罚、强制事由",
        Track::Announcement => "无公告事由",
    });
    Lane {
        name: track.word(),
        bars,
        dues,
        marks,
        labels: placed(labels, axis.span),
        empty,
        next: next(track, &rows, assessment, ahead),
        said: said(&rows, calendar, axis.today),
    }
}

fn bars_of(row: &Deadline, axis: &Axis) -> Vec<Bar> {
    let from = axis.at(row.from);
    let bar = |from: i32, to: i32, kind: BarKind| {
        (to > from).then_some(Bar {
            from,
            days: to - from,
            kind,
        })
    };
    let today = axis.at(axis.today);
    let used = |to: i32| ((today - from).max(0) * 1000 / (to - from).max(1)).min(1000);
    let Some(due) = row.due.map(|due| axis.at(due)) else {
        let open_until = (today + OPEN_DAYS).min(axis.span);
        let open = bar(from, open_until, BarKind::Open(used(open_until)));
        return if row.status == Status::Open {
            open.into_iter().collect()
        } else {
            Vec::new()
        };
    };
    let done = row.done.map(|day| axis.at(day));
    let bars = match row.status {
        Status::Open => [bar(from, due, BarKind::Running(used(due))), None],
        Status::Overdue => [
            bar(from, due, BarKind::Closed),
            bar(due, today, BarKind::Late),
        ],
        Status::Late => [
            bar(from, due, BarKind::Closed),
            bar(due, done.unwrap_or(due), BarKind::Late),
        ],
        Status::Met | Status::Lapsed => [bar(from, due, BarKind::Closed), None],
        Status::Waived => [None, None],
    };
    bars.into_iter().flatten().collect()
}

/// 应送达 02-19; while it runs also how long is left.
fn due_label(row: &Deadline, due: Day, calendar: &WorkCalendar, axis: &Axis) -> Label {
    let open = row.status.is_pending();
    let tail = match row.status {
        Status::Open => Some((progress(row, calendar, axis.today).text, None)),
        Status::Overdue => Some((
            progress(row, calendar, axis.today).text,
            Some(Look::Overdue),
        )),
        Status::Lapsed => Some((row.status.word().to_owned(), None)),
        _ => None,
    };
    Label {
        at: axis.at(due),
        side: Side::Before,
        text: row.rule.due.to_owned(),
        day: Some(short(due, axis.today)),
        tail,
        weight: if open { 0 } else { 3 },
        minor: false,
    }
}

/// A limit that the law does not set: how long it has been waited for.
fn open_label(row: &Deadline, calendar: &WorkCalendar, axis: &Axis) -> Label {
    let who = if row.rule.party == Party::Enterprise {
        "企业"
    } else {
        ""
    };
    Label {
        at: axis.at(row.from),
        side: Side::After,
        text: format!("{who}{}", row.rule.title),
        day: Some(format!(
            "未定期限，{}",
            progress(row, calendar, axis.today).text
        )),
        tail: None,
        weight: 2,
        minor: false,
    }
}

type Marks = Vec<(i32, bool)>;

/// The events of a track: those of one day share a mark and a label.
fn events_of(
    track: Track,
    case: &CaseFile,
    assessment: &Assessment,
    calendar: &WorkCalendar,
    axis: &Axis,
) -> (Marks, Vec<Label>) {
    let mut events: Vec<(Day, &EventKind)> = standing(case)
        .filter(|event| {
            event.on <= axis.today
                && assessment.edition.and_then(|it| it.track_of(&event.kind)) == Some(track)
        })
        .map(|event| (event.on, &event.kind))
        .collect();
    events.sort_by_key(|(on, kind)| (*on, EventKind::ALL.iter().position(|known| known == *kind)));
    let late_on = |day: Day| {
        let mut late = assessment
            .deadlines
            .iter()
            .filter(|row| row.rule.track == track && row.status == Status::Late);
        late.find(|row| row.done == Some(day))
    };
    let sets_off = |day: Day| {
        assessment
            .deadlines
            .iter()
            .any(|row| row.rule.track == track && row.from == day && row.due.is_some())
    };
    let days = events.chunk_by(|one, other| one.0 == other.0);
    days.map(|same| {
        let day = same[0].0;
        let late = late_on(day);
        let mut names: Vec<&str> = same
            .iter()
            .map(|(_, kind)| event_words::brief(kind))
            .collect();
        names.dedup();
        let label = Label {
            at: axis.at(day),
            side: Side::After,
            text: names.join("、"),
            day: Some(short(day, axis.today)),
            tail: late.map(|row| (progress(row, calendar, axis.today).text, Some(Look::Late))),
            weight: if late.is_some() || sets_off(day) {
                1
            } else {
                2
            },
            minor: false,
        };
        ((axis.at(day), late.is_some()), label)
    })
    .unzip()
}

fn next(track: Track, rows: &[&Deadline], assessment: &Assessment, ahead: &[Ahead]) -> Next {
    let of_track = || {
        ahead
            .iter()
            .filter(|it| it.rule.track == track && !LESSER_STEPS.contains(&it.rule.step))
    };
    let steps = |wanted: &dyn Fn(&Ahead) -> bool| {
        let mut steps: Vec<&'static str> = of_track()
            .filter(|it| wanted(it))
            .map(|it| it.rule.step)
            .collect();
        steps.dedup();
        steps
    };
    let is_pending = rows.iter().any(|row| row.status.is_pending());
    let steps = match track {
        // An objection's steps are worth showing while one may be filed.
        Track::Objection => steps(&|_| true),
        _ => steps(&|it| it.regular),
    };
    let conditional = of_track()
        .find(|it| !it.regular)
        .map(|it| format!("{}{}", it.rule.after, it.rule.step));
    let lapsed = rows.iter().any(|row| row.status == Status::Lapsed);
    match track {
        _ if !steps.is_empty() => Next::Steps(steps),
        Track::Announcement if !assessment.findings.is_empty() => {
            let numbers: Vec<String> = assessment
                .findings
                .iter()
                .map(|finding| finding.category.to_string())
                .collect();
            Next::Words(format!("可列入公告第 {} 类", numbers.join("、")))
        }
        _ if is_pending => Next::Steps(Vec::new()),
        Track::Objection if lapsed => Next::Done("期满未提异议"),
        _ if !rows.is_empty() => Next::Done("本轨已办结"),
        _ => Next::Words(conditional.unwrap_or_default()),
    }
}

fn said(rows: &[&Deadline], calendar: &WorkCalendar, today: Day) -> String {
    let of_row = |row: &&Deadline| {
        let due = row.due.map_or_else(String::new, |due| {
            format!("，{} {}", row.rule.due, words::day_beside(due, today))
        });
        format!(
            "{}{due}，{}",
            row.rule.title,
            progress(row, calendar, today).text
        )
    };
    rows.iter().map(of_row).collect::<Vec<_>>().join("；")
}
