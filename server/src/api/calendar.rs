//! Duties as a calendar (RFC 5545), by a secret link that calendar programs can follow, or once as
//! a file. It leaves this system, so it says the case's number and what is due, and no more.

use axum::{
    Json,
    extract::{Path, State as AxumState},
    http::{
        StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::IntoResponse,
};
use chrono::{DateTime, TimeDelta};
use icalendar::{Calendar, Component, Event, EventLike, Property};
use shared::{
    Actor, CaseFile, Day, Role,
    account::CalendarLink,
    assess::{Deadline, assess},
    calendar::WorkCalendar,
    history::History,
    id::CaseId,
    rule::Party,
    sync::Scope,
};

use super::{State, now_milliseconds, problem::Problem, session::SignedIn};
use crate::db;

/// How the file of a calendar ends.
const ENDING: &str = ".ics";

/// Whether the user has a link to a calendar, and since when.
#[utoipa::path(get, path = "/api/calendar-link", responses((status = 200, body = CalendarLink), (status = 401, body = Problem)))]
pub(super) async fn link(
    AxumState(state): AxumState<State>,
    SignedIn(actor, _): SignedIn,
) -> Result<Json<CalendarLink>, Problem> {
    let made = state
        .with_database(move |database| database.calendar_link(&actor.user))
        .await?;
    Ok(Json(CalendarLink {
        created_milliseconds: made,
        token: None,
    }))
}

/// Makes a link to the user's calendar; the one before leads nowhere from then on.
#[utoipa::path(post, path = "/api/calendar-link", responses((status = 200, body = CalendarLink), (status = 401, body = Problem)))]
pub(super) async fn make_link(
    AxumState(state): AxumState<State>,
    SignedIn(actor, _): SignedIn,
) -> Result<Json<CalendarLink>, Problem> {
    let now = now_milliseconds();
    let token = state
        .with_database(move |database| database.make_calendar_link(&actor.user, now))
        .await?;
    Ok(Json(CalendarLink {
        created_milliseconds: Some(now),
        token: Some(token),
    }))
}

/// Revokes the link to the user's calendar.
#[utoipa::path(delete, path = "/api/calendar-link", responses((status = 204), (status = 401, body = Problem)))]
pub(super) async fn drop_link(
    AxumState(state): AxumState<State>,
    SignedIn(actor, _): SignedIn,
) -> Result<StatusCode, Problem> {
    state
        .with_database(move |database| database.drop_calendar_link(&actor.user))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The calendar that a secret link leads to; the file is the token and `.ics`.
#[utoipa::path(
    get, path = "/api/calendar/{file}", params(("file" = String, Path)),
    responses((status = 200, content_type = "text/calendar", body = String), (status = 404, body = Problem)),
)]
pub(super) async fn feed(
    AxumState(state): AxumState<State>,
    Path(file): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let token = file
        .strip_suffix(ENDING)
        .ok_or_else(Problem::unknown_calendar)?
        .to_owned();
    let text = state
        .with_database(move |database| {
            let actor = database.calendar_of(&token)?;
            actor.map(|actor| calendar_of(database, &actor)).transpose()
        })
        .await?
        .ok_or_else(Problem::unknown_calendar)?;
    Ok(([(CONTENT_TYPE, "text/calendar; charset=utf-8")], text))
}

/// The same once, for the user who is signed in.
#[utoipa::path(
    get, path = "/api/duties.ics",
    responses((status = 200, content_type = "text/calendar", body = String), (status = 401, body = Problem)),
)]
pub(super) async fn once(
    AxumState(state): AxumState<State>,
    SignedIn(actor, _): SignedIn,
) -> Result<impl IntoResponse, Problem> {
    let text = state
        .with_database(move |database| calendar_of(database, &actor))
        .await?;
    Ok((
        [
            (CONTENT_TYPE, "text/calendar; charset=utf-8"),
            (CONTENT_DISPOSITION, "attachment; filename=\"duties.ics\""),
        ],
        text,
    ))
}

fn calendar_of(database: &db::Database, actor: &Actor) -> Result<String, db::Error> {
    let cases = database.cases_in_sight(&Scope::of(actor))?;
    let calendar = database.calendar()?.calendar;
    let cases = cases.iter().map(|(id, case)| (id, &case.file));
    Ok(written(actor, cases, &calendar, now_milliseconds()))
}

/// Every duty of the user's own office that has a day, as a day of the calendar.
fn written<'a>(
    actor: &Actor,
    cases: impl IntoIterator<Item = (&'a CaseId, &'a CaseFile)>,
    work_calendar: &WorkCalendar,
    now_milliseconds: u64,
) -> String {
    let now = now_milliseconds.cast_signed();
    let today = Day::at_unix_milliseconds(now);
    let mut calendar = Calendar::empty();
    for (name, value) in [("VERSION", "2.0"), ("PRODID", "-//Aftercheck//duties//ZH")] {
        calendar.append_property(Property::new(name, value));
    }
    calendar
        .name("抽查后处理 到期事项")
        .ttl(&TimeDelta::hours(1));
    for (id, case) in cases {
        // Earlier results have no part in dates.
        let assessed = assess(case, &History::default(), work_calendar, today);
        let duties = assessed
            .deadlines
            .iter()
            .filter(|row| row.is_duty() && is_for(actor, case, row));
        for (duty, due) in duties.filter_map(|row| Some((row, row.due?))) {
            let number = match case.case.number.as_str() {
                "" => "未编号",
                number => number,
            };
            let mut event =
                Event::with_uid(&format!("{id}-{}-{}@aftercheck", duty.rule.id, duty.round));
            event
                .all_day(due.date())
                .summary(&format!("{number} {}", duty.rule.title))
                .append_property(Property::new("TRANSP", "TRANSPARENT"));
            if let Some(now) = DateTime::from_timestamp_millis(now) {
                event.timestamp(now);
            }
            calendar.push(event);
        }
    }
    calendar.to_string()
}

/// Whether it is for the user's own office to do.
fn is_for(actor: &Actor, case: &CaseFile, duty: &Deadline) -> bool {
    match (actor.role, duty.rule.party) {
        (Role::Municipal, Party::Municipal) | (Role::InspectionBody, Party::InspectionBody) => true,
        (Role::District, Party::District) => case.handling_bureau() == actor.office,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{CaseHead, Event as CaseEvent, EventKind};

    #[test]
    fn a_duty_is_a_day_that_says_number_and_duty_only() {
        let mut case = CaseFile::new(CaseHead {
            regulation: "beijing-2013".into(),
            number: "京2013-003".into(),
            handling_bureau: "110105".into(),
            ..CaseHead::default()
        });
        case.case.enterprise.name = "北京华盛电缆有限公司".into();
        let received: Day = "2013-03-01".parse().unwrap();
        case.events = vec![CaseEvent::new("1", EventKind::MaterialsReceived, received)];
        let id = CaseId::from_random([7; 16]);
        // 2013-03-04 at noon in Beijing.
        let of = |role, office: &str| {
            let actor = Actor {
                user: "u".into(),
                role,
                office: office.into(),
            };
            written(
                &actor,
                [(&id, &case)],
                WorkCalendar::official(),
                1_362_369_600_000,
            )
        };
        let text = of(Role::District, "110105");
        assert!(
            text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"),
            "{text}"
        );
        assert!(text.ends_with("END:VCALENDAR\r\n"), "{text}");
        assert!(text.lines().all(|line| line.len() <= 75), "{text}");
        let unfolded = text.replace("\r\n ", "");
        for line in [
            "PRODID:-//Aftercheck//duties//ZH",
            "SUMMARY:京2013-003 送达检验结果",
            "DTSTART;VALUE=DATE:20130308",
            "DTSTAMP:20130304T040000Z",
            "TRANSP:TRANSPARENT",
        ] {
            assert!(
                unfolded.lines().any(|said| said == line),
                "{line}\n{unfolded}"
            );
        }
        assert_eq!(
            unfolded.matches("BEGIN:VEVENT").count(),
            2,
            "to serve, and to order"
        );
        assert!(!unfolded.contains("华盛"));
        for (role, office) in [
            (Role::District, "110108"),
            (Role::Municipal, ""),
            (Role::Administrator, ""),
        ] {
            assert!(!of(role, office).contains("VEVENT"), "{role:?}");
        }
    }
}
