use serde_json::json;

use super::*;
use crate::{
    attachment::{Place, Purpose},
    change::MAXIMUM_CHANGE_BYTES,
};

fn visit(answers: &[(Step, &str)]) -> Visit {
    let mut visit = Visit::new("visit-1".into(), "2013-03-04".parse().unwrap(), 0);
    for (step, answer) in answers {
        visit.answers.insert(*step, (*answer).to_owned());
    }
    visit
}

fn picture(name: &str, purpose: Purpose) -> Attachment {
    Attachment::of(b"\x89PNG\r\n\x1a\n", name, purpose).unwrap()
}

#[test]
fn questions_stand_in_the_order_of_their_steps_with_answers_apart() {
    assert!(QUESTIONS.is_sorted_by_key(|it| it.step));
    for question in QUESTIONS {
        let mut values: Vec<_> = question.choices.iter().map(|it| it.value).collect();
        values.sort_unstable();
        values.dedup();
        assert_eq!(values.len(), question.choices.len(), "{question:?}");
    }
}

#[test]
fn the_result_follows_from_the_answers() {
    use Step::{Causes, Future, Measures, Production, Samples};
    let good = [
        (Causes, "found"),
        (Measures, "done"),
        (Future, "continues"),
        (Samples, "fit"),
    ];
    let check = |changed: &[(Step, &str)], expected| {
        let mut answers = visit(&good);
        for (step, answer) in changed {
            answers.answers.insert(*step, (*answer).to_owned());
        }
        assert_eq!(answers.outcome(), expected, "{changed:?}");
    };
    check(&[], Some(Outcome::Ready));
    check(&[(Causes, "partly")], Some(Outcome::NotImplemented));
    check(&[(Measures, "not_done")], Some(Outcome::NotImplemented));
    check(&[(Samples, "none")], Some(Outcome::NotImplemented));
    check(&[(Samples, "")], None);
    check(&[(Future, "")], None);
    check(&[(Future, "ceased"), (Causes, "")], Some(Outcome::Ceased));
    check(&[(Future, "switched")], Some(Outcome::Switched));
    check(&[(Future, "discontinued")], Some(Outcome::Discontinued));
    // What goes on being made is a fact of its own, not the visit's result.
    check(&[(Production, "producing")], Some(Outcome::Ready));
}

#[test]
fn what_goes_on_is_recorded_beside_the_result() {
    let check = |production: &str, expected: &[(&str, Option<&str>)]| {
        let visit = visit(&[
            (Step::Future, "discontinued"),
            (Step::Production, production),
        ]);
        let events = visit.events();
        let told: Vec<_> = events
            .iter()
            .map(|event| {
                let what = event.details.get("what").and_then(Value::as_str);
                (event.kind.name(), what)
            })
            .collect();
        assert_eq!(told, expected);
        assert_eq!(Visit::of_event(&events[0]), Some(visit));
    };
    let verified = ("rectification_verified", None);
    check("stopped", &[verified]);
    check("unclear", &[verified]);
    let found = "prohibited_production_found";
    check("selling", &[verified, (found, Some("sale"))]);
    check("producing", &[verified, (found, Some("production"))]);
    assert!(visit(&[]).events().is_empty());
}

#[test]
fn what_became_of_the_samples_is_recorded_beside_the_result() {
    let check = |changed: &[(Step, &str)], compelled, expected: &[(&str, Value)]| {
        let mut visit = whole();
        for (step, answer) in changed {
            visit.answers.insert(*step, (*answer).to_owned());
        }
        visit.commission = Some(Commission {
            round: 2,
            compelled,
            body: " 检验机构 ".into(),
            product: String::new(),
            due: Some("2013-04-01".parse().unwrap()),
        });
        let told: Vec<_> = visit
            .events()
            .iter()
            .skip(1)
            .map(|event| {
                let mut fields = serde_json::to_value(event).unwrap();
                for known in ["id", "type", "on"] {
                    fields.as_object_mut().unwrap().remove(known);
                }
                (event.kind.name().to_owned(), fields)
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(kind, fields)| ((*kind).to_owned(), fields.clone()))
            .collect();
        assert_eq!(told, expected, "{changed:?}");
    };
    let commissioned = |more: Value| {
        let mut fields = json!({ "round": 2, "due": "2013-04-01", "body": "检验机构" });
        fields
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        [("reinspection_commissioned", fields)]
    };
    let at = |answer| [(Step::Sampling, answer)];
    check(&at("later"), false, &[]);
    check(&at("taken"), false, &commissioned(json!({})));
    check(
        &at("taken"),
        true,
        &commissioned(json!({ "compelled": true })),
    );
    let refused = |justified: bool| [("sampling_refused", json!({ "justified": justified }))];
    check(&at("refused"), false, &refused(false));
    check(&at("refused_with_reason"), false, &refused(true));
    check(&at("tampered"), false, &[("sample_tampered", json!({}))]);
    // Who ends production has nothing to be sampled.
    check(
        &[(Step::Sampling, "taken"), (Step::Future, "ceased")],
        false,
        &[],
    );
}

/// A visit with nothing missing.
fn whole() -> Visit {
    let mut visit = visit(&[
        (Step::Causes, "found"),
        (Step::Measures, "done"),
        (Step::Stock, "none"),
        (Step::Sold, "none"),
        (Step::Production, "stopped"),
        (Step::Future, "continues"),
        (Step::Samples, "fit"),
    ]);
    for (at, officer) in visit.officers.iter_mut().enumerate() {
        officer.name = format!("officer {at}");
        officer.certificate = format!("0105033{at}");
    }
    visit.present.name = "present".into();
    for signer in [Signer::First, Signer::Second, Signer::Enterprise] {
        let signature = Signature {
            attachment: picture("签字", Purpose::Signature),
            signed_at: 0,
        };
        visit.signatures.insert(signer, signature);
    }
    visit
}

#[test]
fn what_is_missing_is_named_where_it_is_missing() {
    let check = |change: fn(&mut Visit), expected: &[Step]| {
        let mut visit = whole();
        change(&mut visit);
        let steps: Vec<_> = visit.missing().into_iter().map(|it| it.step).collect();
        assert_eq!(steps, expected);
    };
    check(|_| {}, &[]);
    check(|it| it.officers[1].certificate.clear(), &[Step::Officers]);
    check(
        |it| it.officers[1].certificate = it.officers[0].certificate.clone(),
        &[Step::Officers],
    );
    check(|it| it.present.name = " ".into(), &[Step::Present]);
    check(|it| drop(it.answers.remove(&Step::Sold)), &[Step::Sold]);
    let explain: fn(&mut Visit) = |it| {
        it.answers.insert(Step::Production, "unclear".into());
    };
    check(explain, &[Step::Production]);
    check(
        |it| {
            it.answers.insert(Step::Production, "unclear".into());
            it.remarks.insert(Step::Production, "仓库上锁".into());
        },
        &[],
    );
    // Who ends production has no samples to show, and cannot go on producing.
    check(
        |it| {
            it.answers.insert(Step::Future, "ceased".into());
            it.remarks.insert(Step::Future, "设备已拆除".into());
            it.answers.remove(&Step::Samples);
            it.answers.remove(&Step::Sampling);
        },
        &[],
    );
    check(
        |it| {
            it.answers.insert(Step::Future, "ceased".into());
            it.remarks.insert(Step::Future, "设备已拆除".into());
            it.answers.insert(Step::Production, "producing".into());
        },
        &[Step::Future],
    );
    check(
        |it| drop(it.signatures.remove(&Signer::Second)),
        &[Step::Signatures],
    );
    // A refusal takes a reason, a witness, and the witness's signature in place of the other.
    check(
        |it| it.refusal = Some(Refusal::default()),
        &[Step::Signatures],
    );
    let refused: fn(&mut Visit) = |it| {
        it.refusal = Some(Refusal {
            reason: "对结论有异议".into(),
            witness: "witness".into(),
        });
    };
    check(refused, &[Step::Signatures]);
    let mut visit = whole();
    refused(&mut visit);
    let signature = visit.signatures[&Signer::Enterprise].clone();
    visit.signatures.insert(Signer::Witness, signature);
    assert!(visit.missing().is_empty());
    assert_eq!(visit.attachments().len(), 3);
}

/// Takes samples in the visit, for a reinspection that `change` may change.
fn take(visit: &mut Visit, change: fn(&mut Commission)) {
    visit.answers.insert(Step::Sampling, "taken".into());
    let mut commission = Commission {
        round: 1,
        body: "body".into(),
        due: Some(visit.on),
        ..Commission::default()
    };
    change(&mut commission);
    visit.commission = Some(commission);
}

#[test]
fn samples_are_for_somebody_by_a_day_and_of_a_rectification_that_is_ready_or_compelled() {
    let check = |change: fn(&mut Visit), expected: &[Step]| {
        let mut visit = whole();
        change(&mut visit);
        let steps: Vec<_> = visit.missing().into_iter().map(|it| it.step).collect();
        assert_eq!(steps, expected);
    };
    let sampling = &[Step::Sampling];
    check(|it| take(it, |_| {}), &[]);
    check(|it| take(it, |it| it.body = " ".into()), sampling);
    check(|it| take(it, |it| it.due = None), sampling);
    check(
        |it| take(it, |it| it.due = Some("2013-03-03".parse().unwrap())),
        sampling,
    );
    let not_ready: fn(&mut Visit) = |it| {
        it.answers.insert(Step::Causes, "partly".into());
        it.remarks.insert(Step::Causes, "remark".into());
        take(it, |_| {});
    };
    check(not_ready, sampling);
    check(
        |it| {
            it.answers.insert(Step::Causes, "partly".into());
            it.remarks.insert(Step::Causes, "remark".into());
            take(it, |it| it.compelled = true);
        },
        &[],
    );
    check(
        |it| {
            it.answers.insert(Step::Sampling, "taken".into());
        },
        sampling,
    );
}

#[test]
fn the_longest_visit_fits_into_one_change() {
    let mut visit = whole();
    let longest = "长".repeat(MAXIMUM_REMARK_CHARACTERS);
    for step in Step::ALL {
        visit.remarks.insert(step, longest.clone());
    }
    visit.refusal = Some(Refusal {
        reason: longest.clone(),
        witness: longest,
    });
    for _ in 0..MAXIMUM_PHOTOS {
        let mut attachment = picture("不合格原因 照片 60", Purpose::Photo);
        attachment.taken_at = Some(1_362_364_800_000);
        let place = Some(Place {
            latitude_microdegrees: -89_999_999,
            longitude_microdegrees: -179_999_999,
        });
        let step = Step::Production;
        visit.photos.push(Photo {
            step,
            attachment,
            place,
        });
    }
    let event = visit.events().remove(0);
    assert!(serde_json::to_vec(&event).unwrap().len() < MAXIMUM_CHANGE_BYTES - 1024);
}
