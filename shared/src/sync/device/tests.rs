//! The machine step by step.

use super::*;
use crate::{
    change::{Body, Epoch},
    sync::wire::Receipt,
};

const NOW: u64 = 1_363_046_400_000;

fn body(_: &ChangeId) -> Body {
    Body::Head {
        field: "number".into(),
        value: "1".into(),
        replaces: Vec::new(),
    }
}

fn device(changes: usize) -> (Device, Vec<Change>) {
    let mut state = DeviceState::new("m4xw".parse().unwrap(), "chaoyang");
    let subject: Subject = "case/abc".parse().unwrap();
    let changes = state.compose(NOW, (0..changes).map(|_| (subject.clone(), body)));
    (
        Device::new(state, changes.clone(), Vec::new(), [1; 16]),
        changes,
    )
}

fn answer(settled: u64) -> ExchangeResponse {
    ExchangeResponse {
        epoch: Epoch::from_text("e1"),
        scope: "all".into(),
        restart: None,
        hold: None,
        settled,
        verdicts: Vec::new(),
        page: Vec::new(),
        cursor: 0,
        more: false,
        held: Digest::default(),
        now_milliseconds: NOW,
    }
}

fn taken(sequences: std::ops::RangeInclusive<u64>) -> ExchangeResponse {
    let mut response = answer(*sequences.end());
    response.verdicts = sequences
        .map(|sequence| Verdict::taken(sequence, Receipt("r".into())))
        .collect();
    response
}

fn request(commands: &[Command]) -> &ExchangeRequest {
    match commands {
        [Command::Exchange(request)] => request,
        other => panic!("expected one exchange: {other:?}"),
    }
}

fn commit(commands: &[Command]) -> &Commit {
    match commands {
        [Command::Commit(commit)] => commit,
        other => panic!("expected one commit: {other:?}"),
    }
}

fn answered(device: &mut Device, response: ExchangeResponse) -> Vec<Command> {
    device.step(NOW, Input::Answered(Box::new(response)))
}

fn committed(device: &mut Device) -> Vec<Command> {
    device.step(
        NOW,
        Input::Committed {
            unsettled: Vec::new(),
            doubtful: Vec::new(),
        },
    )
}

#[test]
fn what_is_recorded_is_sent_once_and_called_synced_only_when_committed() {
    let (mut device, changes) = device(2);
    assert_eq!(request(&device.step(NOW, Input::Wake)).push, changes);
    assert_eq!(device.standing(), Standing::Exchanging);
    let commands = answered(&mut device, taken(1..=2));
    assert_eq!(commit(&commands).verdicts.len(), 2);
    assert_eq!(device.standing(), Standing::Exchanging);
    let after = committed(&mut device);
    assert_eq!(
        after,
        [Command::Wait {
            milliseconds: QUIET_WAIT_MILLISECONDS
        }]
    );
    assert_eq!(
        (device.standing(), device.unsettled_count()),
        (Standing::Synced, 0)
    );
    assert_eq!(request(&device.step(NOW, Input::Wake)).push, []);
}

#[test]
fn what_is_recorded_during_an_exchange_goes_with_the_next() {
    let (mut device, _) = device(1);
    device.step(NOW, Input::Wake);
    let mut state = device.state().clone();
    let later = state.compose(NOW, [("case/abc".parse::<Subject>().unwrap(), body)]);
    assert_eq!(device.step(NOW, Input::Recorded(later.clone())), []);
    answered(&mut device, taken(1..=1));
    assert_eq!(request(&committed(&mut device)).push, later);
}

#[test]
fn a_lost_answer_and_a_failed_commit_change_nothing() {
    let (mut device, changes) = device(3);
    for round in 0..4 {
        assert_eq!(request(&device.step(NOW, Input::Wake)).push, changes);
        let commands = if round % 2 == 0 {
            device.step(NOW, Input::Failed(Failure::Unreachable))
        } else {
            answered(&mut device, taken(1..=3));
            device.step(NOW, Input::CommitFailed)
        };
        let [Command::Wait { milliseconds }] = commands[..] else {
            panic!("{commands:?}")
        };
        assert!((FIRST_WAIT_MILLISECONDS / 2..=LONGEST_WAIT_MILLISECONDS).contains(&milliseconds));
        assert_ne!(device.standing(), Standing::Synced);
    }
}

#[test]
fn changes_that_a_server_has_lost_are_sent_again() {
    let (mut device, changes) = device(2);
    device.step(NOW, Input::Wake);
    answered(&mut device, taken(1..=2));
    committed(&mut device);
    device.step(NOW, Input::Wake);
    let rolled_back = ExchangeResponse {
        restart: Some(Restart::NewEpoch),
        ..answer(0)
    };
    assert_eq!(
        commit(&answered(&mut device, rolled_back)).doubt_after,
        Some(0)
    );
    let next = device.step(
        NOW,
        Input::Committed {
            unsettled: changes.clone(),
            doubtful: Vec::new(),
        },
    );
    assert_eq!(request(&next).push, changes);
}

#[test]
fn a_page_that_does_not_add_up_is_not_kept() {
    let (mut device, changes) = device(1);
    device.step(NOW, Input::Wake);
    let item = Item::Change(Box::new(Delivered {
        change: changes[0].clone(),
        receipt: Receipt("r".into()),
    }));
    let mut response = ExchangeResponse {
        page: vec![item],
        cursor: 1,
        ..taken(1..=1)
    };
    let commands = answered(&mut device, response.clone());
    assert_eq!(
        (
            commit(&commands).received.len(),
            commit(&commands).state.cursor
        ),
        (0, 0)
    );
    committed(&mut device);
    device.step(NOW, Input::Wake);
    response.held = changes[0].fingerprint();
    response.restart = Some(Restart::DigestMismatch);
    let commands = answered(&mut device, response);
    assert_eq!(
        (
            commit(&commands).received.len(),
            commit(&commands).state.cursor
        ),
        (1, 1)
    );
    assert_eq!(commit(&commands).doubt_after, Some(1));
}

#[test]
fn a_clock_far_ahead_is_corrected_before_anything_is_taken() {
    let (mut device, _) = device(2);
    let ahead = NOW + 3_600_000;
    device.step(ahead, Input::Wake);
    let response = ExchangeResponse {
        hold: Some(Hold::ClockAhead),
        ..answer(0)
    };
    let commands = device.step(ahead, Input::Answered(Box::new(response)));
    let restamped = &commit(&commands).restamped;
    assert_eq!(restamped.len(), 2);
    assert!(
        restamped
            .iter()
            .all(|change| change.clock.milliseconds <= NOW + 1)
    );
    assert!(commit(&commands).state.clock_is_off());
    let next = committed(&mut device);
    assert_eq!(&request(&next).push, restamped);
}

#[test]
fn a_stamp_that_was_not_kept_was_not_given() {
    let (mut device, changes) = device(1);
    let ahead = NOW + 3_600_000;
    device.step(ahead, Input::Wake);
    let response = ExchangeResponse {
        hold: Some(Hold::ClockAhead),
        ..answer(0)
    };
    device.step(ahead, Input::Answered(Box::new(response)));
    device.step(ahead, Input::CommitFailed);
    assert_eq!(request(&device.step(ahead, Input::Wake)).push, changes);
}

#[test]
fn what_is_settled_again_is_not_stamped_anew() {
    let (mut device, _) = device(2);
    device.step(NOW, Input::Wake);
    let response = ExchangeResponse {
        hold: Some(Hold::ClockAhead),
        ..taken(1..=1)
    };
    let commands = answered(&mut device, response);
    let restamped: Vec<_> = commit(&commands)
        .restamped
        .iter()
        .map(|change| change.id.sequence)
        .collect();
    assert_eq!(restamped, [2]);
}

#[test]
fn a_copy_of_a_device_goes_on_under_another_name() {
    let mut state = DeviceState::new("m4xw".parse().unwrap(), "chaoyang");
    let subject: Subject = "case/abc".parse().unwrap();
    let day = crate::Day::from_unix_days(15_800);
    let served = |id: &ChangeId| Body::Event {
        event: Box::new(crate::Event::new(
            id.to_string(),
            crate::EventKind::ResultServed,
            day,
        )),
    };
    let mut changes = state.compose(NOW, [(subject.clone(), served)]);
    changes.extend(state.compose(
        NOW,
        [(subject, |_: &ChangeId| {
            let mut event = crate::Event::new("r", crate::EventKind::Retracted, day);
            event.retracts = Some("m4xw/1".into());
            Body::Event {
                event: Box::new(event),
            }
        })],
    ));
    let mut device = Device::new(state, changes, Vec::new(), [1; 16]);
    device.step(NOW, Input::Wake);
    let mut response = answer(1);
    response.verdicts = vec![Verdict::refused(1, RefusalReason::IdReused)];
    answered(&mut device, response);
    let next = committed(&mut device);
    let request = request(&next);
    assert_ne!(request.device.as_str(), "m4xw");
    assert_eq!((request.settled, request.push.len()), (0, 2));
    let event = |index: usize| match request.push[index].body() {
        Ok(Body::Event { event }) => *event,
        other => panic!("{other:?}"),
    };
    let name = request.push[0].id.to_string();
    assert_eq!((event(0).id, event(1).retracts), (name.clone(), Some(name)));
}

#[test]
fn copies_with_the_same_to_send_part_under_different_names() {
    let mut state = DeviceState::new("m4xw".parse().unwrap(), "chaoyang");
    let subject: Subject = "case/abc".parse().unwrap();
    let changes = state.compose(NOW, [(subject, body)]);
    let names: BTreeSet<DeviceId> = [[1; 16], [2; 16]]
        .into_iter()
        .map(|chance| {
            let mut device = Device::new(state.clone(), changes.clone(), Vec::new(), chance);
            device.step(NOW, Input::Wake);
            let mut response = answer(1);
            response.verdicts = vec![Verdict::refused(1, RefusalReason::IdReused)];
            answered(&mut device, response);
            request(&committed(&mut device)).device.clone()
        })
        .collect();
    assert_eq!(names.len(), 2);
}

#[test]
fn what_was_taken_and_is_out_of_sight_goes() {
    let (mut device, changes) = device(1);
    device.step(NOW, Input::Wake);
    let mut response = taken(1..=1);
    response.verdicts[0].out_of_sight = true;
    let commands = answered(&mut device, response);
    assert_eq!(commit(&commands).revoked, [changes[0].subject.clone()]);
}

#[test]
fn what_was_taken_has_the_stamp_that_it_was_taken_with() {
    let (mut device, changes) = device(1);
    device.step(NOW, Input::Wake);
    let clock = HybridTime {
        milliseconds: NOW + 5,
        counter: 0,
    };
    let mut response = taken(1..=1);
    response.verdicts[0].clock = Some(clock);
    let commands = answered(&mut device, response);
    let received = &commit(&commands).received[0].change;
    assert_eq!((&received.id, received.clock), (&changes[0].id, clock));
}

#[test]
fn what_the_server_has_lost_is_offered_before_anything_is_sent() {
    let (mut device, changes) = device(3);
    device.step(NOW, Input::Wake);
    answered(&mut device, taken(1..=2));
    committed(&mut device);
    device.step(NOW, Input::Failed(Failure::Unreachable));
    device.step(NOW, Input::Wake);
    let rolled_back = ExchangeResponse {
        restart: Some(Restart::NewEpoch),
        ..answer(0)
    };
    answered(&mut device, rolled_back);
    let doubtful: Vec<_> = changes[..2]
        .iter()
        .map(|change| Delivered {
            change: change.clone(),
            receipt: Receipt("r".into()),
        })
        .collect();
    let next = device.step(
        NOW,
        Input::Committed {
            unsettled: changes[2..].to_vec(),
            doubtful: doubtful.clone(),
        },
    );
    assert_eq!(
        (&request(&next).offers, request(&next).push.len()),
        (&doubtful, 0)
    );
    answered(&mut device, answer(0));
    let next = committed(&mut device);
    // Numbers 1 and 2 do not come again.
    assert_eq!(
        (request(&next).holes_up_to, &request(&next).push[..]),
        (2, &changes[2..])
    );
}

#[test]
fn a_server_that_settles_nothing_is_not_asked_in_a_circle() {
    let (mut device, _) = device(1);
    device.step(NOW, Input::Wake);
    answered(&mut device, answer(0));
    assert!(matches!(committed(&mut device)[..], [Command::Wait { .. }]));
    assert_eq!(device.standing(), Standing::Trouble);
}
