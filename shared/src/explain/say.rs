//! The sentence, and what it rests on.

use super::{Assumption, Cell, Piece, Role};
use crate::{
    CaseFile, Day, Event,
    assess::{Deadline, Reckoning, Status, law_of},
    calendar::WorkCalendar,
    progress::span,
    rule::{Condition, Done, Moot, Trigger},
    words::{self, Word, day_beside, month_and_day, weekday},
};

#[derive(Default)]
struct Sentence(Vec<Piece>);

impl Sentence {
    fn say(&mut self, text: impl Into<String>) {
        let text = text.into();
        match self.0.last_mut() {
            Some(last) if !last.strong => last.text.push_str(&text),
            _ => self.0.push(Piece {
                text,
                strong: false,
            }),
        }
    }

    fn stress(&mut self, text: impl Into<String>) {
        self.0.push(Piece {
            text: text.into(),
            strong: true,
        });
    }
}

pub(super) fn sentence(
    row: &Deadline,
    days: &[Cell],
    calendar: &WorkCalendar,
    as_of: Day,
) -> Vec<Piece> {
    let mut sentence = Sentence::default();
    count(&mut sentence, row, days);
    let law = law_of(row.rule).unwrap_or_default();
    sentence.say(format!("依据{law}{}。", words::article(row.rule.article)));
    outcome(&mut sentence, row, calendar, as_of);
    sentence.0
}

fn count(sentence: &mut Sentence, row: &Deadline, days: &[Cell]) {
    let from = row.from;
    let start = month_and_day(from);
    let due = row.due.map(|due| day_beside(due, from)).unwrap_or_default();
    match row.reckoning {
        Reckoning::NoLimit => {
            sentence.say(format!("{start}起应及时办理，条文没有规定天数。"));
        }
        Reckoning::WorkingDays(limit) => {
            sentence.say(format!("{start}当天不算，从次日数起；"));
            let counted: Vec<&Cell> = days
                .iter()
                .filter(|cell| cell.day > from && row.due.is_some_and(|due| cell.day <= due))
                .collect();
            for (name, run) in holidays(&counted) {
                let run = run_of_days(&run);
                let assumed = counted
                    .iter()
                    .any(|cell| cell.assumed && cell.free.as_ref() == Some(&name));
                let how = if assumed {
                    "暂按法定日跳过"
                } else {
                    "放假跳过"
                };
                sentence.say(format!("{name} {run}{how}；"));
            }
            if counted
                .iter()
                .any(|cell| cell.free.as_deref() == Some("休息日"))
            {
                sentence.say("周末不算；");
            }
            let makeup: Vec<Day> = counted
                .iter()
                .filter(|cell| cell.makeup.is_some())
                .map(|cell| cell.day)
                .collect();
            if !makeup.is_empty() {
                sentence.say(format!("{}虽是周末，", list_of_days(&makeup)));
                sentence.stress("调休上班");
                sentence.say("，照算。");
            }
            end_clause(sentence);
            sentence.say(format!("数到第 {limit} 个工作日，是 "));
            sentence.stress(due);
            sentence.say("。");
        }
        Reckoning::CalendarDays { days: limit, full } => {
            sentence.say(format!("{start}当天不算。第 {limit} 日是 "));
            if Some(full) == row.due {
                sentence.stress(due);
                sentence.say("，为工作日，当日到期。");
            } else {
                let cell = days.iter().find(|cell| cell.role == Role::Full);
                let why = match cell.and_then(|cell| cell.free.as_deref()) {
                    Some("休息日") | None => weekday(full).to_owned(),
                    Some(holiday) => format!("{holiday}放假"),
                };
                let full = day_beside(full, from);
                sentence.say(format!("{full}，遇{why}，顺延到下一个工作日，"));
                sentence.stress(due);
                sentence.say("。");
            }
        }
        Reckoning::CalendarDaysUnmoved(limit) => {
            sentence.say(format!("{start}当天不算。第 {limit} 日是 "));
            sentence.stress(due);
            sentence.say("，遇休息日也不顺延。");
        }
        Reckoning::FromEnd {
            days: limit,
            end,
            offset_days,
        } => {
            let side = if offset_days < 0 { "前" } else { "后" };
            let end = day_beside(end, from);
            let offset = offset_days.unsigned_abs();
            sentence.say(format!("{limit} 日期满是 {end}，{side} {offset} 日是 "));
            sentence.stress(due);
            sentence.say("。");
        }
        Reckoning::Document(_) if row.rule.extendable => {
            sentence.say("准予延期至 ");
            sentence.stress(due);
            sentence.say("，照文书，不顺延。");
        }
        Reckoning::Document(_) => {
            sentence.say("文书指定 ");
            sentence.stress(due);
            sentence.say("，照文书，不顺延。");
        }
        Reckoning::DocumentWithoutDay(_) => sentence.say("文书没有写明时限，无从计算到期日。"),
    }
}

/// A list of clauses ends with a full stop before the count is drawn.
fn end_clause(sentence: &mut Sentence) {
    if let Some(last) = sentence.0.last_mut()
        && last.text.ends_with('；')
    {
        last.text.truncate(last.text.len() - '；'.len_utf8());
        last.text.push('。');
    }
}

fn outcome(sentence: &mut Sentence, row: &Deadline, calendar: &WorkCalendar, as_of: Day) {
    let done = row.done.map(|done| day_beside(done, row.from));
    let is_until = matches!(row.rule.done, Done::Until(_));
    let text = match (row.status, done, row.due) {
        (Status::Met, Some(done), _) if is_until => format!("实际延至 {done}。"),
        (Status::Late, Some(done), Some(due)) => {
            let late = span(row, calendar, due, row.done.unwrap_or(due));
            if is_until {
                format!("实际延至 {done}，超过 {late}。")
            } else {
                format!("{done}办结，迟 {late}。")
            }
        }
        (Status::Met | Status::Late, Some(done), _) if row.done < Some(row.from) => {
            format!("{done}已先行办结，视为按期。")
        }
        (Status::Met | Status::Late, Some(done), _) => format!("{done}办结。"),
        (Status::Overdue, _, Some(due)) => {
            format!("至今未办，逾期 {}。", span(row, calendar, due, as_of))
        }
        (Status::Open, _, None) => format!("至今未办，已 {} 日。", as_of - row.from),
        (Status::Lapsed, ..) if row.rule.trigger == Trigger::ResultServed => {
            "期内未提出，视为承认检验结果。".to_owned()
        }
        (Status::Lapsed, ..) => "期内未行使。".to_owned(),
        (Status::Waived, ..) => {
            let reason = row.waiver.map_or("", |waiver| waiver.reason.word());
            format!("{reason}，无须办理。")
        }
        _ => return,
    };
    sentence.say(text);
}

/// The holidays among these days, each with its days, in order.
fn holidays(cells: &[&Cell]) -> Vec<(String, Vec<Day>)> {
    let mut found: Vec<(String, Vec<Day>)> = Vec::new();
    for cell in cells {
        let Some(name) = cell.free.as_ref().filter(|name| *name != "休息日") else {
            continue;
        };
        match found.last_mut() {
            Some((last, days)) if last == name && days.last() == Some(&(cell.day - 1)) => {
                days.push(cell.day);
            }
            _ => found.push((name.clone(), vec![cell.day])),
        }
    }
    found
}

/// 2 月 9 日至 15 日; 9 月 30 日至 10 月 2 日; 6 月 12 日.
fn run_of_days(days: &[Day]) -> String {
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return String::new();
    };
    if first == last {
        month_and_day(*first)
    } else {
        format!(
            "{}至 {}",
            month_and_day(*first),
            within_month(*last, *first)
        )
    }
}

/// 2 月 16 日、17 日.
fn list_of_days(days: &[Day]) -> String {
    let mut text = String::new();
    let mut before: Option<Day> = None;
    for day in days {
        match before {
            None => text.push_str(&month_and_day(*day)),
            Some(before) => {
                text.push('、');
                text.push_str(&within_month(*day, before));
            }
        }
        before = Some(*day);
    }
    text
}

fn within_month(day: Day, beside: Day) -> String {
    let ((_, month, date), (_, beside, _)) = (day.ymd(), beside.ymd());
    if month == beside {
        format!("{date} 日")
    } else {
        month_and_day(day)
    }
}

pub(super) fn assumptions(
    row: &Deadline,
    case: &CaseFile,
    calendar: &WorkCalendar,
    days: &[Cell],
) -> Vec<Assumption> {
    let mut found = Vec::new();
    let mut assume = |title, text: String| found.push(Assumption { title, text });
    if let Some(text) = notices(row, calendar, days) {
        assume("工作日历", text);
    }
    for (place, position) in row.rests_on.iter().enumerate() {
        let Some(event) = case.events.get(*position) else {
            continue;
        };
        let title = match row.reckoning {
            _ if place == 0 => "起算事件",
            Reckoning::Document(document) if document == *position => "依据文书",
            _ => "另据",
        };
        assume(title, on_record(event));
    }
    let roll = match row.reckoning {
        Reckoning::WorkingDays(_) => Some("按工作日计，无须顺延"),
        Reckoning::CalendarDays { full, .. } if Some(full) == row.due => {
            Some("期满日为工作日，不顺延")
        }
        Reckoning::CalendarDays { .. } => Some("期满日非工作日，顺延到下一个工作日"),
        Reckoning::CalendarDaysUnmoved(_) | Reckoning::FromEnd { .. } => Some("不顺延"),
        Reckoning::Document(_) => Some("文书指定，不顺延"),
        Reckoning::NoLimit | Reckoning::DocumentWithoutDay(_) => None,
    };
    if let Some(roll) = roll {
        assume("顺延", roll.to_owned());
    }
    for judged in judged_by_a_person(row) {
        assume("由人认定", judged.to_owned());
    }
    if row.disputed {
        let text = "两处登记不一，暂按在先的一条计算，须人裁定";
        assume("争议", text.to_owned());
    }
    if let Some(waiver) = row.waiver
        && let Some(event) = case.events.get(waiver.event)
    {
        let reason = waiver.reason.word();
        assume("无须办理", format!("{reason}：{}", on_record(event)));
    }
    assume("时区", "北京日期".to_owned());
    found
}

/// An event as the record has it: when, what, when it arrived, which, by whom.
fn on_record(event: &Event) -> String {
    let received = event.received_on.filter(|received| *received != event.on);
    let received = received.map_or_else(String::new, |day| format!("，{day} 收到"));
    let author = event
        .details
        .get("author")
        .and_then(|author| author.as_str());
    let author = author.map_or_else(String::new, |author| format!("，{author}登记"));
    let (on, told, id) = (event.on, words::told(event), &event.id);
    format!("{on} {told}{received}（{id}）{author}")
}

/// Which notices the count went by; none where it looked at no calendar.
fn notices(row: &Deadline, calendar: &WorkCalendar, days: &[Cell]) -> Option<String> {
    let schedule = calendar.of(row.rule.party);
    let due = row.due?;
    let looked_at = match row.reckoning {
        Reckoning::WorkingDays(_) => row.from + 1..=due,
        Reckoning::CalendarDays { full, .. } => full..=due,
        Reckoning::FromEnd { days, end, .. } => row.from + i32::from(days)..=end,
        _ => return None,
    };
    let (first, last) = (*looked_at.start(), *looked_at.end());
    let assumed: Vec<i32> = (first.year()..=last.year())
        .filter(|year| {
            let in_year = |day: Day| day.year() == *year && !schedule.is_known(day);
            in_year(first) || in_year(last) || days.iter().any(|cell| in_year(cell.day))
        })
        .collect();
    let mut found = schedule.notices(looked_at);
    for year in [first.year(), last.year()] {
        found.extend(schedule.notice_of_year(year));
    }
    let mut texts: Vec<String> = Vec::new();
    for notice in found {
        let text = format!("{}（{} 公布）", notice.name, notice.known_from);
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    for year in &assumed {
        texts.push(format!(
            "{year} 年放假安排尚未公布，按周末和法定节日当日推算，未计调休，暂定"
        ));
    }
    if calendar.is_overlaid(row.rule.party, first, last) {
        texts.push("在京机关另有放假安排，已计入".to_owned());
    }
    Some(texts.join("；"))
}

/// What in this row no machine found out: a person said so.
fn judged_by_a_person(row: &Deadline) -> Vec<&'static str> {
    let mut judged = Vec::new();
    match row.rule.condition {
        Condition::Serious => judged.push("产品有严重质量问题，由承办人认定并填入案件"),
        Condition::EndangersSafety => {
            judged.push("产品危及人体健康、人身财产安全，由承办人认定并填入案件");
        }
        Condition::Trait(_) => judged.push("产品属于条文所列种类，由承办人填入案件"),
        Condition::Always | Condition::RegisteredElsewhere => {}
    }
    if row.rule.trigger == Trigger::SeriousFailure {
        judged.push("复查发现严重质量问题，由登记复查结果的人认定");
    }
    if row.reckoning == Reckoning::NoLimit {
        judged.push("是否及时，条文没有天数，由人判断");
    }
    if row
        .waiver
        .is_some_and(|waiver| waiver.reason == Moot::ExcuseAccepted)
    {
        judged.push("未申请复查有正当理由，由区县局认定");
    }
    judged
}
