//! What follows beside the rows: categories, restrictions, notices.

use super::{
    Category8, Deadline, Finding, InForce, Notice, Raised, Restriction, Status,
    rows::{Rectification, Request},
};
use crate::{
    EventKind,
    edition::Edition,
    event::{FiledWith, Outcome, Verdict},
    facts::{At, Facts},
    history::{History, Preceding},
    rule::Trigger,
};

/// What all of this looks at.
pub(super) struct View<'v, 'a> {
    pub(super) facts: &'v Facts<'a>,
    pub(super) edition: &'static Edition,
    pub(super) rows: &'v [Deadline],
    pub(super) rectification: Option<&'v Rectification<'a>>,
    /// There is a nonconforming result, and it stands.
    pub(super) result_stands: bool,
    pub(super) cessation: Option<At<'a>>,
    pub(super) passed: Option<At<'a>>,
}

impl<'a> View<'_, 'a> {
    fn row(&self, trigger: Trigger, round: u8) -> Option<&Deadline> {
        self.rows
            .iter()
            .find(|row| row.rule.trigger == trigger && row.round == round)
    }

    fn rectification_row(&self) -> Option<&Deadline> {
        self.rows.iter().find(|row| row.rule.extendable)
    }

    /// The categories that apply, by number, and what can be said of the eighth.
    pub(super) fn findings(&self, history: &History) -> (Vec<Finding>, Category8) {
        let mut found = Vec::new();
        let mut applies = |category: u8, events: Option<Vec<usize>>| {
            if let Some(events) = events {
                found.push(Finding {
                    category,
                    events,
                    preceding: None,
                });
            }
        };
        applies(1, self.unjustified(&EventKind::SamplingRefused));
        let tampered = self.facts.only(&EventKind::SampleTampered);
        applies(2, tampered.map(|at| vec![at.position]));
        if !self.result_stands {
            return (found, Category8::DoesNotApply);
        }
        applies(3, self.unjustified(&EventKind::RectificationRefused));
        applies(4, self.nothing_filed());
        applies(5, self.not_put_right());
        applies(6, self.ceased());
        applies(7, self.went_on());
        let (finding, category_8) = self.twice_running(history);
        found.extend(finding);
        found.retain(|finding| self.edition.category(finding.category).is_some());
        (found, category_8)
    }

    fn unjustified(&self, kind: &EventKind) -> Option<Vec<usize>> {
        let refused: Vec<usize> = self
            .facts
            .all(kind)
            .filter(|at| at.event.justified != Some(true))
            .map(|at| at.position)
            .collect();
        (!refused.is_empty()).then_some(refused)
    }

    /// Category 4.
    fn nothing_filed(&self) -> Option<Vec<usize>> {
        let rectification = self.rectification?;
        rectification.fell_due(self.facts.as_of)?;
        let excused = self.cessation.is_some()
            || rectification.request.is_some()
            || self.facts.only(&EventKind::ReinspectionApplied).is_some()
            || self.facts.only(&EventKind::ExcuseAccepted).is_some();
        if excused {
            return None;
        }
        Some(self.rectification_row()?.rests_on.clone())
    }

    /// Category 5.
    fn not_put_right(&self) -> Option<Vec<usize>> {
        let row = self.rectification_row()?;
        if row.status != Status::Met {
            return None;
        }
        let not_implemented = self
            .facts
            .all(&EventKind::RectificationVerified)
            .filter(|at| at.event.outcome == Some(Outcome::NotImplemented));
        let failed = self.facts.reinspections().filter(|report| {
            report.event.verdict == Some(Verdict::Nonconforming)
                && self.facts.overturned(report.event.round()).is_none()
        });
        let because: Vec<usize> = not_implemented
            .chain(failed)
            .map(|at| at.position)
            .collect();
        (!because.is_empty()).then(|| [row.done_by.clone(), because].concat())
    }

    /// Category 6.
    fn ceased(&self) -> Option<Vec<usize>> {
        let ceased = self.cessation.filter(|_| self.passed.is_none())?;
        Some(vec![ceased.position])
    }

    /// Category 7.
    fn went_on(&self) -> Option<Vec<usize>> {
        let served = self.facts.only(&EventKind::ResultServed)?;
        let found: Vec<usize> = self
            .facts
            .all(&EventKind::ProhibitedProductionFound)
            .filter(|found| found.on() >= served.on())
            .filter(|found| self.passed.is_none_or(|passed| found.on() < passed.on()))
            .map(|found| found.position)
            .collect();
        (!found.is_empty()).then_some(found)
    }

    /// Category 8.
    fn twice_running(&self, history: &History) -> (Option<Finding>, Category8) {
        match history.preceding(self.facts.head()) {
            Preceding::Unknown => (None, Category8::NotDeterminableHere),
            Preceding::Result(before) if before.nonconforming => {
                let finding = Finding {
                    category: 8,
                    events: self
                        .facts
                        .nonconforming()
                        .iter()
                        .map(|at| at.position)
                        .collect(),
                    preceding: Some(before.period),
                };
                (Some(finding), Category8::Applies)
            }
            Preceding::Result(_) | Preceding::None => (None, Category8::DoesNotApply),
        }
    }

    /// The restrictions in force, while the result stands.
    pub(super) fn restrictions(&self) -> Vec<InForce> {
        if !self.result_stands {
            return Vec::new();
        }
        let since = |restriction, kind: &EventKind| {
            self.facts.only(kind).map(|at| InForce {
                restriction,
                since: at.on(),
                event: at.position,
            })
        };
        let until_it_passes =
            |in_force: Option<InForce>| in_force.filter(|_| self.passed.is_none());
        [
            since(
                Restriction::NoProductionOrSaleOfNonconforming,
                &EventKind::ResultServed,
            ),
            until_it_passes(since(
                Restriction::NoProductionOrSaleOfSameModel,
                &EventKind::RectificationOrderServed,
            )),
            until_it_passes(since(
                Restriction::BusinessSuspended,
                &EventKind::BusinessSuspended,
            )),
        ]
        .into_iter()
        .flatten()
        .filter(|in_force| {
            let restrictions = self.edition.restrictions;
            restrictions
                .iter()
                .any(|(known, _)| *known == in_force.restriction)
        })
        .collect()
    }

    /// The notices, in the order of their declaration.
    pub(super) fn notices(&self) -> Vec<Raised> {
        let mut raised = Vec::new();
        let mut raise = |notice, events: Vec<usize>| {
            if !events.is_empty() {
                raised.push(Raised { notice, events });
            }
        };
        let positions = |found: &mut dyn Iterator<Item = At<'a>>| -> Vec<usize> {
            found.map(|at| at.position).collect()
        };
        let facts = self.facts;
        let received = facts.only(&EventKind::MaterialsReceived);
        raise(
            Notice::BeforeEffectiveDate,
            positions(
                &mut received
                    .into_iter()
                    .filter(|at| at.on() < self.edition.in_force),
            ),
        );
        let (mut late, mut accepted, mut missing) = (Vec::new(), Vec::new(), Vec::new());
        for round in &facts.rounds {
            let Some(filed) = facts.first(&EventKind::ObjectionFiled, *round) else {
                continue;
            };
            let right = self.row(Trigger::ResultServed, *round);
            if right.is_some_and(|row| row.status == Status::Late) {
                late.push(filed.position);
                let taken = facts.first(&EventKind::ObjectionAccepted, *round);
                accepted.extend(taken.map(|at| at.position));
            }
            let national = filed.event.filed_with == Some(FiledWith::National);
            if national && filed.event.received_on.is_none() {
                missing.push(filed.position);
            }
        }
        raise(Notice::LateObjection, late);
        raise(Notice::LateObjectionAccepted, accepted);
        raise(Notice::ReceiptDayMissing, missing);
        let limit_ends = self.rectification.and_then(|it| it.limit_ends);
        if let Some(limit_ends) = limit_ends {
            let ask_by = limit_ends - i32::from(self.edition.extension_asked_days_before);
            let longest = limit_ends + i32::from(self.edition.extension_longest_days);
            raise(
                Notice::ExtensionRequestedLate,
                positions(
                    &mut facts
                        .all(&EventKind::ExtensionRequested)
                        .filter(|request| request.on() > ask_by),
                ),
            );
            raise(
                Notice::ExtensionTooLong,
                positions(
                    &mut facts
                        .all(&EventKind::ExtensionGranted)
                        .filter(|grant| grant.event.until.is_some_and(|until| until > longest)),
                ),
            );
        }
        let grants = positions(&mut facts.all(&EventKind::ExtensionGranted));
        if grants.len() > 1 {
            raise(Notice::ExtendedTwice, grants);
        }
        if let Some(row) = self
            .rectification_row()
            .filter(|row| row.status == Status::Late)
        {
            raise(Notice::RectifiedLate, row.done_by.clone());
        }
        raise(Notice::Category4Doubtful, self.category_4_doubtful());
        raised
    }

    fn category_4_doubtful(&self) -> Vec<usize> {
        let Some(rectification) = self.rectification else {
            return Vec::new();
        };
        let Some(due) = rectification.fell_due(self.facts.as_of) else {
            return Vec::new();
        };
        if !self.result_stands || self.cessation.is_some() {
            return Vec::new();
        }
        if let Some(applied) = self.facts.only(&EventKind::ReinspectionApplied) {
            let late = applied.on() > due;
            return if late {
                vec![applied.position]
            } else {
                Vec::new()
            };
        }
        if rectification.is_undecided() {
            return Vec::new();
        }
        let refused = rectification
            .request
            .filter(|(_, state)| *state == Request::Refused);
        let refused = refused.map(|(request, _)| request);
        let excused = self.facts.only(&EventKind::ExcuseAccepted);
        refused
            .into_iter()
            .chain(excused)
            .map(|at| at.position)
            .collect()
    }
}
