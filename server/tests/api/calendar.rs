//! Notices on working days travel through the log to everyone.

use std::fmt::Write as _;

use shared::{
    calendar::{CalendarLog, statutory_holidays},
    change::{Body, Change, Subject},
    sync::wire::RefusalReason::{LaterVersion, NotPermitted, Unreadable},
};

use crate::browser::{Server, head, open, subject};

/// A notice for 2027 that works the Saturday before the Spring Festival.
fn notice() -> Body {
    let mut csv = String::from(
        "date,weekday,kind,name,statutory_festival,deviates_from_week,notice,known_from\n",
    );
    for (day, name) in statutory_holidays(2027) {
        let _ = writeln!(
            csv,
            "{day},,holiday,{name},{name},,2027 年放假安排,2026-11-20"
        );
    }
    csv += "2027-02-20,六,makeup_workday,春节,,1,2027 年放假安排,2026-11-20\n";
    Body::Notice { csv }
}

/// An overlay of one day.
fn overlay(day: &str) -> Body {
    Body::OverlayFile {
        csv: format!("date,kind,name\n{day},holiday,在京机关放假\n"),
    }
}

fn calendar_of(held: &[Change]) -> CalendarLog {
    let subject = Subject::calendar();
    CalendarLog::of(held.iter().filter(|change| change.subject == subject))
}

#[tokio::test]
async fn a_notice_reaches_every_scope_those_before_and_those_after() {
    let server = Server::new();
    // These have met the server before the notice, one of them with nothing else to see.
    let mut early = Vec::new();
    for user in ["admin", "chaoyang", "lab"] {
        let mut device = server.device(user).await;
        device.exchange(vec![]).await;
        early.push(device);
    }
    let mut municipal = server.device("municipal").await;
    let loaded = municipal.compose(&Subject::calendar(), notice());
    let switched = municipal.compose(&Subject::calendar(), Body::Overlay { on: true });
    let response = municipal.exchange(vec![loaded.clone(), switched]).await;
    assert!(response.verdicts.iter().all(|it| it.receipt.is_some()));
    for mut device in early {
        device.exchange(vec![]).await;
        assert_eq!(device.held.len(), 2);
        let log = calendar_of(&device.held);
        assert!(
            log.overlay
                && log
                    .calendar
                    .general()
                    .is_known("2027-02-20".parse().unwrap())
        );
        assert!(
            log.calendar
                .general()
                .is_working("2027-02-20".parse().unwrap())
        );
    }
    // And one that comes later, with cases of its own beside it.
    let case = subject("JD-1");
    let opening = municipal.compose(&case, open(head("JD-1", "110108")));
    municipal.exchange(vec![opening]).await;
    let mut late = server.device("haidian").await;
    late.exchange(vec![]).await;
    assert_eq!(calendar_of(&late.held).entries.len(), 2);
    assert!(late.held.iter().any(|change| change.subject == case));
    let quiet = late.exchange(vec![]).await;
    assert!(quiet.page.is_empty() && quiet.restart.is_none());

    // A second device of the author's gets what the first one said.
    let mut other = server.device("municipal").await;
    other.exchange(vec![]).await;
    assert!(other.held.contains(&loaded));

    let withdrawn = Body::NoticeWithdrawn { notice: loaded.id };
    let withdrawn = municipal.compose(&Subject::calendar(), withdrawn);
    municipal.exchange(vec![withdrawn]).await;
    late.exchange(vec![]).await;
    let log = calendar_of(&late.held);
    assert!(
        !log.calendar
            .general()
            .is_known("2027-02-20".parse().unwrap())
    );
    assert_eq!(server.state.database().verify_chain().unwrap(), Ok(5));
}

#[tokio::test]
async fn only_the_municipal_bureau_speaks_of_working_days() {
    let server = Server::new();
    let calendar = Subject::calendar();
    for user in ["chaoyang", "lab", "admin"] {
        let mut device = server.device(user).await;
        let push = vec![
            device.compose(&calendar, notice()),
            device.compose(&calendar, Body::Overlay { on: true }),
            device.compose(&calendar, overlay("2015-09-02")),
        ];
        let response = device.exchange(push).await;
        let refused = response.verdicts.iter().map(|verdict| verdict.refused);
        assert!(refused.eq([Some(NotPermitted); 3]), "{user}");
    }
    let mut municipal = server.device("municipal").await;
    let bad = Body::Notice {
        csv: "date,kind\n2027-01-01,holiday\n".into(),
    };
    let elsewhere = "calendar/tianjin".parse().unwrap();
    let push = vec![
        municipal.compose(&calendar, bad),
        municipal.compose(&calendar, overlay("2015-09-32")),
        municipal.compose(&calendar, overlay("2015-09-02")),
        municipal.compose(&calendar, open(head("JD-1", "110105"))),
        municipal.compose(&elsewhere, Body::Overlay { on: true }),
    ];
    let response = municipal.exchange(push).await;
    let refused = response.verdicts.iter().map(|verdict| verdict.refused);
    assert!(refused.eq([
        Some(Unreadable),
        Some(Unreadable),
        None,
        Some(NotPermitted),
        Some(LaterVersion)
    ]));
    let mut other = server.device("chaoyang").await;
    other.exchange(vec![]).await;
    assert_eq!(other.held.len(), 1, "the overlay that is one");
    assert_eq!(calendar_of(&other.held).entries.len(), 1);
}
