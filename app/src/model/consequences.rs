//! What an event changes: the case before it, and after.

use shared::{
    CaseFile, Day,
    assess::{Assessment, Deadline, Status},
    calendar::WorkCalendar,
    explain::{of_finding, of_notice, of_restriction},
    progress::progress,
};

use crate::components::status::Look;

/// What follows from recording an event.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Consequences {
    /// Days that begin to run: what they are called, the day, whether it is provisional.
    pub(crate) days: Vec<(&'static str, Day, bool)>,
    /// Rows that are done or need not be done any more.
    pub(crate) closed: Vec<Line>,
    /// Rows that begin.
    pub(crate) opened: Vec<Line>,
    /// Rows whose day is another: the line, and the day before.
    pub(crate) moved: Vec<(Line, Option<Day>)>,
    /// Rows that are no more.
    pub(crate) gone: Vec<Line>,
    /// What begins to hold: restrictions, notices, categories.
    pub(crate) begins: Vec<String>,
    /// What ends.
    pub(crate) ends: Vec<String>,
}

/// One row, as a line of the preview.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Line {
    pub(crate) look: Look,
    pub(crate) words: String,
    pub(crate) what: &'static str,
    pub(crate) party: shared::rule::Party,
    pub(crate) article: u8,
    pub(crate) due: Option<Day>,
}

impl Consequences {
    /// What is different after. `after_file` is the case with the event.
    pub(crate) fn of(
        before: &Assessment,
        before_file: &CaseFile,
        after: &Assessment,
        after_file: &CaseFile,
        calendar: &WorkCalendar,
    ) -> Self {
        let line = |row: &Deadline| line(row, calendar, after.as_of);
        let of = |assessment: &'_ Assessment, row: &Deadline| {
            assessment.row(row.rule.id, row.round).cloned()
        };
        let mut found = Self::default();
        for row in &after.deadlines {
            match of(before, row) {
                None => {
                    found.opened.push(line(row));
                    if let Some(due) = row.due.filter(|_| row.status == Status::Open) {
                        found.days.push((row.rule.due, due, row.provisional));
                    }
                }
                Some(old) if old.status.is_pending() && !row.status.is_pending() => {
                    found.closed.push(line(row));
                }
                Some(old) if old.due != row.due => {
                    if let Some(due) = row.due.filter(|_| row.status.is_pending()) {
                        found.days.push((row.rule.due, due, row.provisional));
                    }
                    found.moved.push((line(row), old.due));
                }
                Some(_) => {}
            }
        }
        found.gone = before
            .deadlines
            .iter()
            .filter(|row| of(after, row).is_none())
            .map(line)
            .collect();
        let old = in_force(before, before_file);
        let new = in_force(after, after_file);
        found.begins = new
            .iter()
            .filter(|title| !old.contains(title))
            .cloned()
            .collect();
        found.ends = old
            .into_iter()
            .filter(|title| !new.contains(title))
            .collect();
        found
    }

    /// Whether nothing is different.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// 整改期满 2013-04-11（周四）；异议期满 …
    pub(crate) fn days_in_words(&self) -> String {
        let day = |(title, day, provisional): &(&str, Day, bool)| {
            let guess = if *provisional { "，暂定" } else { "" };
            format!("{title} {day}（{}{guess}）", shared::words::weekday(*day))
        };
        self.days.iter().map(day).collect::<Vec<_>>().join("；")
    }
}

fn line(row: &Deadline, calendar: &WorkCalendar, today: Day) -> Line {
    let progress = progress(row, calendar, today);
    Line {
        look: Look::in_case(progress.mark),
        words: progress.text,
        what: row.rule.title,
        party: row.rule.party,
        article: row.rule.article,
        due: row.due,
    }
}

fn in_force(assessment: &Assessment, file: &CaseFile) -> Vec<String> {
    let Some(edition) = assessment.edition else {
        return Vec::new();
    };
    let restrictions = assessment
        .restrictions
        .iter()
        .map(|it| of_restriction(it, file, edition).title);
    let notices = assessment
        .notices
        .iter()
        .map(|it| of_notice(it, file, Some(edition)).title);
    let findings = assessment.findings.iter().map(|it| {
        format!(
            "公告第 {} 类：{}",
            it.category,
            of_finding(it, file, edition).title
        )
    });
    restrictions.chain(notices).chain(findings).collect()
}

#[cfg(test)]
mod tests {
    use shared::{CaseHead, Event, EventKind, assess::assess, history::History};

    use super::*;

    #[test]
    fn consequences_are_what_is_different() {
        let check = |events: &[(&str, &str)], then: (&str, &str), expected: [&str; 5]| {
            let event = |(kind, on): &(&str, &str)| {
                Event::new(*kind, EventKind::from_name(kind), on.parse().unwrap())
            };
            let mut file = CaseFile::new(CaseHead {
                regulation: "beijing-2013".into(),
                ..CaseHead::default()
            });
            file.events.extend(events.iter().map(event));
            let mut after_file = file.clone();
            after_file.events.push(event(&then));
            let (calendar, as_of) = (WorkCalendar::official(), "2013-03-04".parse().unwrap());
            let assess = |file: &CaseFile| assess(file, &History::default(), calendar, as_of);
            let found = Consequences::of(
                &assess(&file),
                &file,
                &assess(&after_file),
                &after_file,
                calendar,
            );
            let lines = |lines: &[Line]| {
                lines
                    .iter()
                    .map(|line| format!("{} {}", line.what, line.words))
                    .collect::<Vec<_>>()
                    .join("；")
            };
            let said = [
                found.days_in_words(),
                lines(&found.closed),
                lines(&found.opened),
                found.begins.join("；"),
                found.ends.join("；"),
            ];
            assert_eq!(said, expected);
        };
        check(
            &[("materials_received", "2013-02-25")],
            ("result_served", "2013-03-04"),
            [
                "异议期满 2013-03-19（周二）",
                "送达检验结果 已办",
                "报告不合格品处理 已 0 日；提出异议 剩 15 日",
                "不得生产、销售该批不合格产品",
                "",
            ],
        );
        check(
            &[("rectification_order_served", "2013-02-01")],
            ("rectification_reported", "2013-03-04"),
            ["", "", "", "", ""],
        );
    }
}
