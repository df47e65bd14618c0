//! What people do, each deed with a mark by which it is known wherever it goes.

use fastrand::Rng;
use serde_json::{Value, value::RawValue};
use shared::{
    Actor, CaseHead, Event, EventKind, Role,
    change::{Body, Change, ChangeId, Subject},
    day::Day,
    id::CaseId,
};

/// Names a deed wherever it goes: what is recorded under another id or with another stamp is still
/// the same deed.
pub type Mark = usize;

/// The bureaus of a schedule.
pub const BUREAUS: [&str; 3] = ["110105", "110108", "110106"];
/// The inspection body.
pub const LABORATORY: &str = "北京市产品质量监督检验院";

/// A deed before it has a number.
#[derive(Clone)]
pub struct Deed {
    pub subject: Subject,
    pub body: Body,
    /// Fields of the head that it replaces are filled in where it is recorded.
    pub raw: Option<Box<RawValue>>,
    pub is_bad: bool,
    pub is_later: bool,
    /// Its author may not do it.
    pub is_forbidden: bool,
}

impl Deed {
    /// The body under the id that it gets: an event is named by its change.
    pub fn named(self, id: &ChangeId) -> Body {
        match self.body {
            Body::Event { mut event } => {
                if event.id.is_empty() {
                    event.id = id.to_string();
                }
                Body::Event { event }
            }
            body => body,
        }
    }
}

/// The mark in a change; the server's own have none.
pub fn mark(change: &Change) -> Option<Mark> {
    let (_, rest) = change.body.get().split_once('~')?;
    rest.split_once('~')?.0.parse().ok()
}

pub fn written(mark: Mark) -> String {
    format!("~{mark}~")
}

/// The cases of a schedule.
pub fn subject(number: usize) -> Subject {
    Subject::case(&CaseId::of_report(
        "BJ2013Q1",
        LABORATORY,
        &format!("JD-{number}"),
    ))
}

/// Something that this person may well do; now and then something that they may not.
pub fn deed(rng: &mut Rng, actor: &Actor, cases: usize, mark: Mark, known: &[String]) -> Deed {
    let number = rng.usize(..cases);
    let subject = subject(number);
    let on = Day::from_unix_days(15_770 + rng.i32(0..60));
    let event = |kind: EventKind| {
        let mut event = Event::new("", kind, on);
        event.details.insert("mark".into(), written(mark).into());
        event
    };
    let edit = |field: &str| Body::Head {
        field: field.into(),
        value: written(mark).into(),
        replaces: Vec::new(),
    };
    let raw = |text: String| RawValue::from_string(text).expect("it is JSON");
    let mut deed = Deed {
        subject,
        body: edit("enterprise.phone"),
        raw: None,
        is_bad: false,
        is_later: false,
        is_forbidden: false,
    };
    let opens = matches!(actor.role, Role::Municipal | Role::InspectionBody);
    deed.body = match rng.u8(..20) {
        0 => {
            deed.is_bad = true;
            deed.raw = Some(raw(format!(
                r#"{{"kind":"event","mark":"{}"}}"#,
                written(mark)
            )));
            deed.body
        }
        1 => {
            deed.is_later = true;
            deed.raw = Some(raw(format!(
                r#"{{"kind":"moved","mark":"{}"}}"#,
                written(mark)
            )));
            deed.body
        }
        2 => {
            (deed.is_bad, deed.is_forbidden) = (true, true);
            edit("handling_bureau")
        }
        3..=7 if opens => Body::Open {
            head: Box::new(head(rng, number, mark)),
        },
        3 | 4 if !known.is_empty() => {
            let mut retraction = event(EventKind::Retracted);
            retraction.retracts = Some(known[rng.usize(..known.len())].clone());
            Body::Event {
                event: Box::new(retraction),
            }
        }
        8..=11 if actor.role == Role::Municipal => {
            let mut forwarded = event(EventKind::MaterialsForwarded);
            forwarded.to = Some(BUREAUS[rng.usize(..BUREAUS.len())].into());
            Body::Event {
                event: Box::new(forwarded),
            }
        }
        8 if actor.role == Role::District => {
            let mut copied = event(EventKind::CopyReported);
            copied.to = Some(BUREAUS[rng.usize(..BUREAUS.len())].into());
            Body::Event {
                event: Box::new(copied),
            }
        }
        9..=16 => {
            let kinds: &[EventKind] = match actor.role {
                Role::District => &[
                    EventKind::ResultServed,
                    EventKind::RectificationOrdered,
                    EventKind::GoodsSealed,
                    EventKind::MaterialsReceived,
                ],
                Role::Municipal => &[EventKind::ObjectionDecided, EventKind::Closed],
                _ => &[EventKind::SamplingRefused],
            };
            Body::Event {
                event: Box::new(event(kinds[rng.usize(..kinds.len())].clone())),
            }
        }
        _ => edit(match actor.role {
            Role::District => ["enterprise.phone", "enterprise.address"][rng.usize(..2)],
            Role::InspectionBody => "product.model",
            _ => ["enterprise.phone", "enterprise.name", "product.model"][rng.usize(..3)],
        }),
    };
    deed
}

fn head(rng: &mut Rng, number: usize, mark: Mark) -> CaseHead {
    let mut head = CaseHead {
        handling_bureau: BUREAUS[number % BUREAUS.len()].into(),
        inspection_body: LABORATORY.into(),
        report_number: format!("JD-{number}"),
        ..CaseHead::default()
    };
    head.enterprise.name = ["北京华京顺家具厂", "北京日盛电器有限公司"][number % 2].into();
    if rng.bool() {
        head.product.name = "衣柜".into();
    }
    head.other
        .insert("mark".into(), Value::String(written(mark)));
    head
}
