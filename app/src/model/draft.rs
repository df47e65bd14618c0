//! What is being recorded, as long as it is only typed: its event, and what is to be said of it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use shared::{
    CaseFile, Day, Event, EventKind,
    assess::{Assessment, Deadline},
    calendar::{DayKind, WorkCalendar},
    conflict::RESENDS,
    field::{Entry, Field, fields},
    id::CaseId,
    progress::progress,
    rule::Done,
    words,
};

use crate::{components::fields::Remark, words::day::short};

/// The name of the day on which it happened, in a case file and here.
pub(crate) const ON: &str = "on";
/// What a yes-or-no field holds.
pub(crate) const YES: &str = "true";
pub(crate) const NO: &str = "false";

/// What is typed into each field, by the field's name.
pub(crate) type Typed = BTreeMap<&'static str, String>;

/// What is typed into a field, without the space around it.
pub(crate) fn text<'t>(typed: &'t Typed, name: &str) -> &'t str {
    typed.get(name).map_or("", |text| text.trim())
}

/// The event that the typed values are, as soon as its day is one. The journal gives it its id.
pub(crate) fn event(kind: &EventKind, typed: &Typed) -> Option<Event> {
    let on: Day = text(typed, ON).parse().ok()?;
    let mut document = Map::from_iter([
        ("id".to_owned(), json!("")),
        ("type".to_owned(), json!(kind.name())),
        (ON.to_owned(), json!(on)),
    ]);
    for field in fields(kind) {
        let text = text(typed, field.name);
        if !text.is_empty() {
            document.insert(field.name.to_owned(), value(field.entry, text));
        }
    }
    // A day typed by halves is no day yet: without it the rest can be looked at all the same.
    for field in fields(kind)
        .iter()
        .filter(|field| field.entry == Entry::Day)
    {
        if text(typed, field.name).parse::<Day>().is_err() {
            document.remove(field.name);
        }
    }
    let resent = text(typed, RESENDS);
    if !resent.is_empty() {
        document.insert(RESENDS.to_owned(), json!(resent));
    }
    serde_json::from_value(Value::Object(document)).ok()
}

/// What would have to be typed for this event.
pub(crate) fn typed(event: &Event) -> Typed {
    let Ok(Value::Object(document)) = serde_json::to_value(event) else {
        return Typed::new();
    };
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let lines: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            lines.join("\n")
        }
        other => other.to_string(),
    };
    names(&event.kind)
        .filter_map(|name| Some((name, text(document.get(name)?))))
        .collect()
}

/// The name under which the device keeps what is typed for an event that is not recorded yet.
pub(crate) fn name_of(case: &CaseId, kind: &EventKind, round: &str) -> String {
    format!("record/{case}/{}/{round}", kind.name())
}

/// A draft as the device keeps it: what is typed, and what is to be recorded with it.
pub(crate) fn to_text(typed: &Typed, companions: &[EventKind]) -> String {
    let companions: Vec<_> = companions.iter().map(EventKind::name).collect();
    serde_json::to_string(&(typed, companions)).unwrap_or_default()
}

/// The same read back; nothing where it cannot be read.
pub(crate) fn from_text(kind: &EventKind, text: &str) -> Option<(Typed, Vec<EventKind>)> {
    let (kept, companions): (BTreeMap<String, String>, Vec<String>) =
        serde_json::from_str(text).ok()?;
    let typed = names(kind).filter_map(|name| Some((name, kept.get(name)?.clone())));
    let companions = companions.iter().map(|name| EventKind::from_name(name));
    Some((typed.collect(), companions.collect()))
}

/// Everything that is typed for an event of this kind.
fn names(kind: &EventKind) -> impl Iterator<Item = &'static str> {
    let own = fields(kind).iter().map(|field| field.name);
    [ON, RESENDS].into_iter().chain(own)
}

fn value(entry: Entry, text: &str) -> Value {
    match entry {
        Entry::YesNo => json!(text == YES),
        Entry::Round => json!(text.parse::<u8>().unwrap_or_default()),
        Entry::Lines => json!(
            text.lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .collect::<Vec<_>>()
        ),
        Entry::Day | Entry::Text | Entry::Bureau | Entry::Event | Entry::Choice(_) => json!(text),
    }
}

/// What the remarks on a field are judged by.
#[derive(Clone, Copy)]
pub(crate) struct Context<'c> {
    pub(crate) kind: &'c EventKind,
    pub(crate) typed: &'c Typed,
    pub(crate) case: &'c CaseFile,
    /// The case without the event.
    pub(crate) before: &'c Assessment,
    pub(crate) calendar: &'c WorkCalendar,
    /// Saving was asked for: what is missing is said.
    pub(crate) asked: bool,
}

impl<'c> Context<'c> {
    fn round(&self) -> u8 {
        event(self.kind, self.typed).map_or(0, |event| event.round())
    }

    /// The row that the event does.
    pub(crate) fn row(&self) -> Option<&'c Deadline> {
        let round = self.round();
        let mut rows = self
            .before
            .deadlines
            .iter()
            .filter(|row| row.rule.done_by().contains(self.kind));
        rows.find(|row| match row.rule.done {
            Done::Commissioned(of) => of == round,
            _ => !row.rule.per_round || row.round == round,
        })
    }

    /// What is said of the day on which it happened.
    pub(crate) fn on_day(&self) -> Vec<Remark> {
        let text = text(self.typed, ON);
        let today = self.before.as_of;
        let Ok(on) = text.parse::<Day>() else {
            let words = "请填写日期".to_owned();
            return if self.asked || !text.is_empty() {
                vec![Remark::Wrong(words)]
            } else {
                Vec::new()
            };
        };
        let mut remarks = vec![Remark::Note(self.kind_of_day(on))];
        if on > today {
            remarks.push(Remark::Warning(format!(
                "晚于今天（{today}），到那天才计入"
            )));
        }
        remarks.extend(self.row().and_then(|row| self.against_row(row, on)));
        remarks.extend(self.recorded_before(on));
        remarks
    }

    fn against_row(&self, row: &Deadline, on: Day) -> Option<Remark> {
        let today = self.before.as_of;
        if on < row.from {
            return Some(Remark::Warning(format!(
                "早于{}（{}）",
                row.rule.from,
                short(row.from, today)
            )));
        }
        let due = row.due?;
        let mut done = row.clone();
        done.done = Some(on);
        done.status = if on > due {
            shared::assess::Status::Late
        } else {
            shared::assess::Status::Open
        };
        let words = progress(&done, self.calendar, on).text;
        let due = format!("{} {}", row.rule.due, short(due, today));
        Some(if row.due < Some(on) {
            Remark::Warning(format!("{words}（{due}）"))
        } else {
            Remark::Note(format!("在期限内（{due}）"))
        })
    }

    /// A fact that happens once and is on record already.
    fn recorded_before(&self, on: Day) -> Option<Remark> {
        let round = self.round();
        let once = self.kind.facts().is_some_and(|facts| !facts.many);
        let stands = self.case.standing();
        let mut known = self
            .case
            .events
            .iter()
            .zip(stands)
            .filter(|(event, stands)| {
                *stands && event.kind == *self.kind && event.round() == round
            });
        let (known, _) = known.next().filter(|_| once)?;
        let differs = if known.on == on {
            ""
        } else {
            "，两处不一将列为冲突"
        };
        Some(Remark::Warning(format!(
            "已登记过（{}）{differs}",
            known.on
        )))
    }

    fn kind_of_day(&self, on: Day) -> String {
        let weekday = words::weekday(on);
        match self.calendar.general().kind(on) {
            DayKind::Working => weekday.to_owned(),
            DayKind::Weekend => format!("{weekday}，休息日"),
            DayKind::Holiday { name, .. } => format!("{weekday}，{name}放假"),
            DayKind::MakeupWorkday { name, .. } => format!("{weekday}，{name}调休上班"),
        }
    }

    /// What is said of one of the event's own fields.
    pub(crate) fn on_field(&self, field: &Field) -> Vec<Remark> {
        let typed = text(self.typed, field.name);
        if typed.is_empty() {
            let missing = field.needed && self.asked;
            return if missing {
                vec![Remark::Wrong(format!("请填写{}", field.title))]
            } else {
                Vec::new()
            };
        }
        if field.entry != Entry::Day {
            return Vec::new();
        }
        let Ok(day) = typed.parse::<Day>() else {
            return vec![Remark::Wrong("请填写日期".to_owned())];
        };
        let of_document = matches!(field.name, "due" | "until");
        let fixed = if of_document {
            "，照文书，不顺延"
        } else {
            ""
        };
        let mut remarks = vec![Remark::Note(self.kind_of_day(day) + fixed)];
        if let Ok(on) = text(self.typed, ON).parse::<Day>()
            && day < on
        {
            remarks.push(match field.name {
                "received_on" => Remark::Warning("早于提交日期".to_owned()),
                _ => Remark::Wrong("早于事件日期".to_owned()),
            });
        }
        remarks
    }

    /// Whether something stands in the way of saving.
    pub(crate) fn is_wrong(&self) -> bool {
        let own = fields(self.kind)
            .iter()
            .flat_map(|field| self.on_field(field));
        self.on_day()
            .into_iter()
            .chain(own)
            .any(|remark| remark.is_wrong())
    }

    /// What is usually handed in with it: the other parts of the same duty, not yet recorded.
    pub(crate) fn companions(&self) -> Vec<EventKind> {
        let Some(row) = self.row() else {
            return Vec::new();
        };
        let Done::All(kinds) = row.rule.done else {
            return Vec::new();
        };
        let stands = self.case.standing();
        let is_recorded = |kind: &EventKind| {
            self.case
                .events
                .iter()
                .zip(&stands)
                .any(|(event, stands)| *stands && event.kind == *kind)
        };
        kinds
            .iter()
            .filter(|kind| *kind != self.kind && !is_recorded(kind))
            .cloned()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use shared::{CaseHead, assess::assess, history::History};

    use super::*;

    fn case() -> CaseFile {
        let mut case = CaseFile::new(CaseHead {
            regulation: "beijing-2013".into(),
            ..CaseHead::default()
        });
        case.events.push(Event::new(
            "m",
            EventKind::MaterialsReceived,
            "2013-02-07".parse().unwrap(),
        ));
        case
    }

    fn said(
        kind: &EventKind,
        typed: &[(&'static str, &str)],
        field: &str,
        asked: bool,
    ) -> Vec<String> {
        let (case, calendar) = (case(), WorkCalendar::official());
        let before = assess(
            &case,
            &History::default(),
            calendar,
            "2013-03-04".parse().unwrap(),
        );
        let typed: Typed = typed
            .iter()
            .map(|(name, text)| (*name, (*text).to_owned()))
            .collect();
        let context = Context {
            kind,
            typed: &typed,
            case: &case,
            before: &before,
            calendar,
            asked,
        };
        let remarks = match fields(kind).iter().find(|known| known.name == field) {
            Some(field) => context.on_field(field),
            None => context.on_day(),
        };
        let words = |remark: Remark| match remark {
            Remark::Note(words) => words,
            Remark::Warning(words) => format!("? {words}"),
            Remark::Wrong(words) => format!("! {words}"),
        };
        remarks.into_iter().map(words).collect()
    }

    #[test]
    fn days_are_judged_while_they_are_typed() {
        let check = |on: &str, asked: bool, expected: &[&str]| {
            assert_eq!(
                said(&EventKind::ResultServed, &[(ON, on)], ON, asked),
                expected,
                "{on}"
            );
        };
        check("", false, &[]);
        check("", true, &["! 请填写日期"]);
        check("2013-0", false, &["! 请填写日期"]);
        check("2013-02-18", false, &["周一", "在期限内（应送达 02-19）"]);
        check(
            "2013-02-16",
            false,
            &["周六，春节调休上班", "在期限内（应送达 02-19）"],
        );
        check(
            "2013-02-22",
            false,
            &["周五", "? 迟 3 个工作日（应送达 02-19）"],
        );
        check("2013-02-06", false, &["周三", "? 早于收到材料（02-07）"]);
        check(
            "2013-03-05",
            false,
            &[
                "周二",
                "? 晚于今天（2013-03-04），到那天才计入",
                "? 迟 10 个工作日（应送达 02-19）",
            ],
        );
    }

    #[test]
    fn facts_that_happen_once_are_not_recorded_twice_unnoticed() {
        let check = |on: &str, expected: &str| {
            let said = said(&EventKind::MaterialsReceived, &[(ON, on)], ON, false);
            assert!(said.iter().any(|words| words == expected), "{said:?}");
        };
        check("2013-02-07", "? 已登记过（2013-02-07）");
        check("2013-02-08", "? 已登记过（2013-02-07），两处不一将列为冲突");
    }

    #[test]
    fn fields_of_an_event_are_judged_too() {
        let check = |until: &str, asked: bool, expected: &[&str]| {
            let typed = [(ON, "2013-03-01"), ("until", until)];
            assert_eq!(
                said(&EventKind::ExtensionGranted, &typed, "until", asked),
                expected,
                "{until}"
            );
        };
        check("", false, &[]);
        check("", true, &["! 请填写截止日期"]);
        check(
            "2013-02-28",
            false,
            &["周四，照文书，不顺延", "! 早于事件日期"],
        );
        check("2013-04-13", false, &["周六，休息日，照文书，不顺延"]);
    }

    #[test]
    fn what_is_typed_is_kept_and_an_event_can_be_typed_again() {
        let typed: Typed = [(ON, "2013-0"), ("method", "留置送达"), (RESENDS, "m4xw/3")]
            .map(|(name, text)| (name, text.to_owned()))
            .into();
        let together = vec![EventKind::RectificationOrdered];
        let kind = EventKind::ResultServed;
        let read = from_text(&kind, &to_text(&typed, &together));
        assert_eq!(read, Some((typed, together)));
        assert_eq!(from_text(&kind, "{}"), None);

        let event: Event = serde_json::from_value(json!({
            "id": "m4xw/3", "type": "reinspection_reported", "on": "2013-03-01",
            "round": 2, "verdict": "nonconforming", "serious": true,
        }))
        .unwrap();
        let again = super::event(&event.kind, &super::typed(&event)).unwrap();
        assert_eq!(
            Event {
                id: event.id.clone(),
                ..again
            },
            event
        );
    }

    #[test]
    fn what_is_typed_becomes_an_event() {
        let typed: Typed = [
            (ON, "2013-03-01"),
            ("round", "2"),
            ("verdict", "nonconforming"),
            ("serious", YES),
        ]
        .map(|(name, text)| (name, text.to_owned()))
        .into();
        let event = event(&EventKind::ReinspectionReported, &typed).unwrap();
        assert_eq!((event.round(), event.serious), (2, Some(true)));
        assert_eq!(event.verdict, Some(shared::event::Verdict::Nonconforming));
    }
}
