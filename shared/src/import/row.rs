//! One row: its cells checked, its case and events made.

use serde_json::{Map, Value};

use super::{
    answer::Answers,
    check::check_cell,
    field::Field,
    problem::{Fault, Problem},
    propose::{Finding, RowProposal},
    reading::Reading,
    value,
};
use crate::{
    Day, Event, EventKind,
    event::Verdict,
    id::{self, CaseId},
    permission::FROM_SHEET,
};

/// Fields whose texts are kept as the sheet says them: those that no part of the head holds, and
/// the days of events, for not everyone who reads a sheet may record all that it tells.
const KEPT: [Field; 21] = [
    Field::PlanKind,
    Field::BusinessLicence,
    Field::PhysicalVerdict,
    Field::LabelVerdict,
    Field::ItemCount,
    Field::FailedCount,
    Field::Retest,
    Field::TransferredOn,
    Field::ResultServedOn,
    Field::OrderedOn,
    Field::OrderServedOn,
    Field::RectifyBy,
    Field::RectificationReportedOn,
    Field::ReinspectionAppliedOn,
    Field::RectifiedOn,
    Field::ReinspectionVerdict,
    Field::ReinspectionBody,
    Field::ReinspectedOn,
    Field::Penalised,
    Field::HandleBy,
    Field::CannotHandle,
];

/// What must not be earlier than what.
const IN_ORDER: [(Field, Field); 9] = [
    (Field::SampledOn, Field::SubmittedOn),
    (Field::SampledOn, Field::TransferredOn),
    (Field::SubmittedOn, Field::TransferredOn),
    (Field::TransferredOn, Field::ResultServedOn),
    (Field::TransferredOn, Field::OrderedOn),
    (Field::OrderedOn, Field::OrderServedOn),
    (Field::OrderedOn, Field::RectifyBy),
    (Field::OrderedOn, Field::RectificationReportedOn),
    (Field::OrderedOn, Field::ReinspectionAppliedOn),
];

pub(super) struct RowReader<'a> {
    pub(super) reading: &'a Reading<'a>,
    pub(super) row: usize,
    pub(super) answers: &'a Answers,
    problems: Vec<Problem>,
    kept: Map<String, Value>,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(reading: &'a Reading<'a>, row: usize, answers: &'a Answers) -> Self {
        Self {
            reading,
            row,
            answers,
            problems: vec![],
            kept: Map::new(),
        }
    }

    pub(super) fn read(mut self) -> RowProposal {
        self.check_cells();
        self.check_order();
        let (finding, verdict) = self.finding();
        let mut case = self.head();
        let bureau_from = self.place(&mut case);
        let id = CaseId::of_head(&case);
        let mut events = self.events(verdict, finding, &case.handling_bureau);
        for event in &mut events {
            event.details.insert("source".to_owned(), FROM_SHEET.into());
            if let Some(id) = &id {
                event.id = id::imported_event_id(id, event);
            }
        }
        for field in KEPT {
            self.keep(field);
        }
        self.keep_the_rest();
        if !self.kept.is_empty() {
            case.other
                .insert("sheet".to_owned(), Value::Object(self.kept));
        }
        RowProposal {
            row: self.row,
            id,
            case,
            events,
            finding,
            bureau_from,
            problems: self.problems,
        }
    }

    pub(super) fn text(&self, field: Field) -> &'a str {
        self.reading.text(self.row, field)
    }

    fn has(&self, field: Field) -> bool {
        self.reading.columns.contains_key(&field)
    }

    pub(super) fn blame(&mut self, field: Field, fault: Fault) {
        self.problems.push(Problem {
            column: self.reading.columns.get(&field).copied(),
            field: Some(field),
            fault,
        });
    }

    /// The cell's day; for the day of submission, where the sheet has none, the person's.
    pub(super) fn day(&self, field: Field) -> Option<Day> {
        let answered = || {
            self.answers
                .submitted_on
                .filter(|_| field == Field::SubmittedOn)
        };
        self.reading.day(self.row, field).or_else(answered)
    }

    /// What can be said of each cell by itself.
    fn check_cells(&mut self) {
        for (index, column) in self.reading.mapping.columns.iter().enumerate() {
            let Some(field) = column.field else { continue };
            let cell = self.reading.sheet.cell(self.row, index);
            if let Some(fault) = check_cell(field, cell, self.answers.today) {
                self.problems.push(Problem {
                    column: Some(index),
                    field: Some(field),
                    fault,
                });
            }
        }
        for field in [Field::Enterprise, Field::Product] {
            if self.text(field).is_empty() {
                self.blame(field, Fault::Missing(field));
            }
        }
    }

    fn check_order(&mut self) {
        for (earlier, later) in IN_ORDER {
            if let (Some(after), Some(on)) = (self.day(earlier), self.day(later))
                && on < after
            {
                // The answer for the whole sheet has no cell: the other day is shown.
                let shown = if self.has(later) { later } else { earlier };
                self.blame(
                    shown,
                    Fault::Before {
                        after: earlier,
                        on: after,
                    },
                );
            }
        }
    }

    /// What the row finds, and the verdict that a report is to state.
    fn finding(&mut self) -> (Finding, Option<Verdict>) {
        let failing = self.reading.lists_failures
            && self.answers.failing_list != Some(false)
            && !self.text(Field::FailedItems).is_empty();
        let stated = value::verdict(self.text(Field::Verdict));
        let negated = || {
            let nonconforming = value::flag(self.text(Field::Nonconforming))?;
            Some(if nonconforming {
                Verdict::Nonconforming
            } else {
                Verdict::Conforming
            })
        };
        let verdict = stated
            .or_else(negated)
            .or(failing.then_some(Verdict::Nonconforming));
        if value::flag(self.text(Field::Refused)) == Some(true) {
            if verdict.is_some() {
                self.blame(Field::Verdict, Fault::RefusedWithVerdict);
                self.keep(Field::Verdict);
            }
            return (Finding::Refused, None);
        }
        let items = !self.text(Field::FailedItems).is_empty();
        match verdict {
            None if self.text(Field::Verdict).is_empty() => {
                let fault = if self.has(Field::Verdict) {
                    Fault::Missing(Field::Verdict)
                } else {
                    Fault::NoVerdict
                };
                self.blame(Field::Verdict, fault);
            }
            Some(Verdict::Conforming) if items => {
                self.blame(Field::FailedItems, Fault::ConformingWithItems);
            }
            Some(Verdict::Nonconforming) if !items && self.has(Field::FailedItems) => {
                self.blame(Field::FailedItems, Fault::NoItems);
            }
            _ => {}
        }
        (verdict.map_or(Finding::None, Finding::from), verdict)
    }

    /// What happened on a known day, in the order of the regulation.
    fn events(&mut self, verdict: Option<Verdict>, finding: Finding, bureau: &str) -> Vec<Event> {
        let mut events = vec![];
        if finding == Finding::Refused {
            if let Some(day) = self.day(Field::SampledOn) {
                events.push(Event {
                    justified: Some(false),
                    ..Event::new("", EventKind::SamplingRefused, day)
                });
            } else {
                self.blame(Field::SampledOn, Fault::RefusedWithoutDay);
                self.keep(Field::Refused);
            }
        }
        match (verdict, self.day(Field::SubmittedOn)) {
            (Some(_), Some(day)) => events.push(Event {
                verdict,
                ..Event::new("", EventKind::ReportSubmitted, day)
            }),
            (Some(verdict), None) => {
                let text = match verdict {
                    Verdict::Conforming => "合格",
                    Verdict::Nonconforming => "不合格",
                };
                insert(&mut self.kept, Field::Verdict.title(), text);
            }
            (None, _) => {}
        }
        if let Some(day) = self.day(Field::TransferredOn) {
            // A district that cannot be read says as much already.
            let said = |problem: &Problem| matches!(problem.fault, Fault::District(_));
            if bureau.is_empty() && !self.problems.iter().any(said) {
                self.blame(Field::TransferredOn, Fault::ForwardedToNobody);
            }
            events.push(Event {
                to: Some(bureau.to_owned()),
                ..Event::new("", EventKind::MaterialsForwarded, day)
            });
            events.push(Event::new("", EventKind::MaterialsReceived, day));
        }
        let served = match finding {
            Finding::Conforming => EventKind::ConformingResultDelivered,
            _ => EventKind::ResultServed,
        };
        for (field, kind) in [
            (Field::ResultServedOn, served),
            (Field::OrderedOn, EventKind::RectificationOrdered),
            (Field::OrderServedOn, EventKind::RectificationOrderServed),
            (
                Field::RectificationReportedOn,
                EventKind::RectificationReported,
            ),
            (Field::ReinspectionAppliedOn, EventKind::ReinspectionApplied),
        ] {
            if let Some(day) = self.day(field) {
                events.push(Event::new("", kind, day));
            }
        }
        events
    }

    /// Keeps what a field's cell says, under the field's own name so that it is found again.
    fn keep(&mut self, field: Field) {
        let text = self.text(field);
        insert(&mut self.kept, field.title(), text);
    }

    /// Keeps every cell that no field claims under its heading.
    fn keep_the_rest(&mut self) {
        for (index, column) in self.reading.mapping.columns.iter().enumerate() {
            let kept_as = match column.field {
                None if column.heading.is_empty() => format!("第 {} 列", index + 1),
                None => column.heading.clone(),
                Some(Field::Remarks) => Field::Remarks.title().to_owned(),
                Some(_) => continue,
            };
            let text = value::content(&self.reading.sheet.cell(self.row, index).text);
            let mut name = kept_as.clone();
            let mut more = 2;
            while self.kept.contains_key(&name) {
                name = format!("{kept_as}（{more}）");
                more += 1;
            }
            insert(&mut self.kept, &name, text);
        }
    }
}

/// Sets a text that says something.
pub(super) fn insert(map: &mut Map<String, Value>, key: &str, text: &str) {
    if !text.is_empty() {
        map.insert(key.to_owned(), Value::String(text.to_owned()));
    }
}
