//! A district's report on a period: what it says, who takes which step, and that the order in which
//! changes arrive makes no difference.

use proptest::prelude::*;
use serde_json::json;
use shared::{
    Actor, CaseFile, Day, EventKind,
    bureau::BUREAUS,
    calendar::WorkCalendar,
    change::{Body, Change, Subject},
    id::CaseId,
    publication::{Barred, Demand},
    span::Span,
    status::{
        ACTS, Act, Line, STATUS_RIGHTS, State, StatusReports, Step, may_report, status_document,
        status_figures, status_lines,
    },
};

use crate::{
    fixture::{Told, case_of},
    log::{self, Written},
};

fn span(text: &str) -> Span {
    text.parse().unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn case(number: &str, bureau: &str, events: &[Told<'_>]) -> CaseFile {
    let head = json!({
        "number": number, "regulation": "beijing-2013", "handling_bureau": bureau,
        "product": { "name": "电线" }, "enterprise": { "name": "某厂" },
    });
    case_of(&head, events)
}

/// What a report of 朝阳 says of these cases, as `act day note`.
fn said(cases: &[CaseFile], of: &str, as_of: &str) -> Vec<String> {
    let ids: Vec<CaseId> = (0..cases.len())
        .map(|at| CaseId::from_random([u8::try_from(at).unwrap(); 16]))
        .collect();
    let lines = status_lines(
        ids.iter().zip(cases),
        WorkCalendar::official(),
        "110105",
        span(of),
        day(as_of),
    );
    lines
        .iter()
        .map(|line| {
            let title = ACTS.iter().find(|(act, ..)| *act == line.act).unwrap().1;
            format!("{} {title} {} {}", line.number, line.on, line.note)
        })
        .collect()
}

#[test]
fn a_report_says_what_was_done_in_its_period_and_what_was_overdue_at_its_end() {
    let none = || json!({});
    let cases = [
        case(
            "甲",
            "110105",
            &[
                ("materials_received", "2013-02-27", none()),
                ("result_served", "2013-03-04", none()),
                ("rectification_ordered", "2013-03-04", none()),
                ("rectification_order_served", "2013-03-05", none()),
                ("rectification_reported", "2013-03-20", none()),
                ("reinspection_applied", "2013-03-20", none()),
                (
                    "rectification_verified",
                    "2013-03-25",
                    json!({ "outcome": "ready" }),
                ),
                (
                    "reinspection_commissioned",
                    "2013-03-26",
                    json!({ "due": "2013-04-20" }),
                ),
                (
                    "reinspection_reported",
                    "2013-04-09",
                    json!({ "verdict": "conforming" }),
                ),
                ("closed", "2013-04-12", none()),
            ],
        ),
        // Served too late: overdue at the end of March, late in April.
        case(
            "乙",
            "110105",
            &[
                ("materials_received", "2013-03-18", none()),
                ("goods_sealed", "2013-03-19", none()),
                ("rectification_ordered", "2013-03-20", none()),
                ("result_served", "2013-04-02", none()),
            ],
        ),
        case(
            "丙",
            "110108",
            &[("materials_received", "2013-03-18", none())],
        ),
    ];
    assert_eq!(
        said(&cases, "2013-03", "2013-03-31"),
        [
            "乙 收到材料 2013-03-18 ",
            "甲 送达检验结果 2013-03-04 ",
            "甲 责令整改 2013-03-04 ",
            "乙 责令整改 2013-03-20 ",
            "乙 封存、扣押 2013-03-19 封存产品",
            "甲 整改核查 2013-03-25 具备复查条件",
            "甲 委托复查 2013-03-26 ",
            "乙 逾期未办 2013-03-25 送达检验结果",
        ]
    );
    assert_eq!(
        said(&cases, "2013-04", "2013-04-30"),
        [
            "乙 送达检验结果 2013-04-02 ",
            "甲 复查结果 2013-04-09 合格",
            "甲 结案 2013-04-12 ",
        ]
    );
    // Drawn before its end, it speaks of what has happened by then.
    assert_eq!(said(&cases, "2013-03", "2013-03-04").len(), 2);
    // A month's work is in its quarter and in its year.
    for longer in ["2013/1", "2013"] {
        let longer = said(&cases, longer, "2013-03-31");
        for line in said(&cases, "2013-03", "2013-03-31") {
            assert!(longer.contains(&line), "{line}");
        }
        assert!(longer.contains(&"甲 收到材料 2013-02-27 ".to_owned()));
    }
}

/// What was retracted was not done.
#[test]
fn a_retracted_event_is_not_reported() {
    let mut file = case(
        "甲",
        "110105",
        &[("result_served", "2013-03-04", json!({}))],
    );
    assert_eq!(
        said(std::slice::from_ref(&file), "2013-03", "2013-03-31").len(),
        1
    );
    let served = file.events[0].id.clone();
    let mut retracted = shared::Event::new("r", EventKind::Retracted, day("2013-05-02"));
    retracted.retracts = Some(served);
    file.events.push(retracted);
    assert_eq!(said(&[file], "2013-03", "2013-03-31"), Vec::<String>::new());
}

#[test]
fn every_act_of_the_table_is_of_events_that_the_district_records_or_is_told() {
    let mut seen: Vec<&EventKind> = Vec::new();
    for (act, title, kinds) in &ACTS {
        assert_eq!(kinds.is_empty(), *act == Act::Overdue, "{title}");
        for kind in *kinds {
            assert!(!seen.contains(&kind), "{} twice", kind.name());
            seen.push(kind);
        }
    }
}

impl Written for Step {
    type All = StatusReports;

    fn all(changes: &[Change]) -> StatusReports {
        StatusReports::of(changes)
    }

    fn may(&self, actor: &Actor, subject: &Subject, all: &StatusReports) -> Result<(), Barred> {
        may_report(actor, subject, self, all)
    }

    fn body(&self) -> Body {
        Self::body(self)
    }
}

type Log = log::Log<Step>;

impl Log {
    fn state(&self) -> State {
        let all = self.all();
        all.get(span("2013-03"), "110105")
            .map_or(State::Unreported, shared::status::StatusReport::state)
    }
}

fn line(at: u8) -> Line {
    Line {
        act: Act::Served,
        on: day("2013-03-12"),
        case: CaseId::from_random([at; 16]),
        number: format!("京2013-{at:03}"),
        enterprise: "某厂".into(),
        product: "电线".into(),
        note: String::new(),
    }
}

fn lines(drawing: &str, at: &[u8]) -> Step {
    Step::Lines {
        drawing: drawing.into(),
        lines: at.iter().map(|at| line(*at)).collect(),
    }
}

fn confirmed(drawing: &str, lines: usize) -> Step {
    Step::Confirmed {
        drawing: drawing.into(),
        as_of: day("2013-03-31"),
        lines,
        remark: "本月无其他情况。".into(),
    }
}

fn received(drawing: &str) -> Step {
    Step::Received {
        drawing: drawing.into(),
    }
}

fn returned(drawing: &str, reason: &str) -> Step {
    Step::Returned {
        drawing: drawing.into(),
        reason: reason.into(),
    }
}

fn of_march() -> Subject {
    Subject::status(span("2013-03"), "110105")
}

/// Reported, sent back, and reported anew.
fn reported_anew() -> Log {
    let mut log = Log::default();
    let subject = of_march();
    log.take("chaoyang", &subject, &lines("a", &[1, 2]));
    log.take("chaoyang", &subject, &lines("a", &[3]));
    log.take("chaoyang", &subject, &confirmed("a", 3));
    log.take("municipal", &subject, &returned("a", "请补充一件。"));
    log.take("chaoyang", &subject, &lines("b", &[1, 2, 3, 4]));
    log.take("chaoyang", &subject, &confirmed("b", 4));
    log
}

#[test]
fn every_step_stands_in_the_table_once_and_is_whose_it_is() {
    let steps = [
        lines("a", &[1]),
        confirmed("a", 0),
        received("a"),
        returned("a", "有误"),
    ];
    assert_eq!(steps.len(), STATUS_RIGHTS.len());
    for step in &steps {
        let rights = STATUS_RIGHTS.iter().filter(|it| it.step == step.name());
        assert_eq!(rights.count(), 1, "{}", step.name());
        assert_eq!(Step::of(&step.body()).as_ref(), Some(step), "it comes back");
        let is_of_district = matches!(step.name(), "lines" | "confirmed");
        for user in ["chaoyang", "haidian", "miyun", "lab", "admin", "municipal"] {
            let found = Log::default().may(user, &of_march(), step);
            let expected = match (user, is_of_district) {
                ("chaoyang", true) => Ok(()),
                ("haidian" | "miyun", true) => Err(Barred::Missing(Demand::OwnBureau)),
                ("municipal", false) => Err(Barred::Missing(Demand::Reported)),
                _ => Err(Barred::OtherRole),
            };
            assert_eq!(found, expected, "{user}: {}", step.name());
        }
    }
}

#[test]
fn a_bureau_reports_under_the_code_of_today_alone() {
    let step = lines("a", &[1]);
    let log = Log::default();
    let of = |code: &str| Subject::status(span("2013-03"), code);
    assert_eq!(log.may("miyun", &of("110118"), &step), Ok(()));
    assert_eq!(
        log.may("miyun", &of("110228"), &step),
        Err(Barred::OtherSubject)
    );
    for bureau in BUREAUS {
        assert_eq!(
            of(bureau.code).status_of(),
            Some((span("2013-03"), bureau.code))
        );
    }
}

#[test]
fn a_report_is_confirmed_received_and_sent_back_in_turn() {
    let subject = of_march();
    let mut log = Log::default();
    let barred = |log: &Log, user: &str, step: Step, demand: Demand| {
        assert_eq!(log.may(user, &subject, &step), Err(Barred::Missing(demand)));
    };
    log.take("chaoyang", &subject, &lines("a", &[1, 2]));
    barred(&log, "chaoyang", confirmed("a", 3), Demand::Whole);
    let early = Step::Confirmed {
        drawing: "a".into(),
        as_of: day("2013-04-01"),
        lines: 2,
        remark: String::new(),
    };
    barred(&log, "chaoyang", early, Demand::InPeriod);
    assert_eq!(log.state(), State::Unreported);
    log.take("chaoyang", &subject, &confirmed("a", 2));
    assert_eq!(log.state(), State::Reported);

    assert_eq!(
        log.may("municipal", &subject, &returned("a", " ")),
        Err(Barred::Incomplete)
    );
    barred(&log, "municipal", received("b"), Demand::SameContent);
    log.take("municipal", &subject, &returned("a", "请补充。"));
    assert_eq!(log.state(), State::Returned);
    barred(&log, "municipal", received("a"), Demand::Reported);

    log.take("chaoyang", &subject, &confirmed("a", 2));
    log.take("municipal", &subject, &received("a"));
    assert_eq!(log.state(), State::Received);
    barred(&log, "municipal", returned("a", "晚了"), Demand::Reported);

    // A supplement is received anew.
    log.take("chaoyang", &subject, &lines("c", &[9]));
    assert_eq!(log.state(), State::Received, "nothing was confirmed");
    log.take("chaoyang", &subject, &confirmed("c", 1));
    assert_eq!(log.state(), State::Reported);
}

#[test]
fn what_was_looked_at_is_what_is_received() {
    let log = reported_anew();
    let all = log.all();
    let report = all.get(span("2013-03"), "110105").unwrap();
    assert_eq!((report.state(), report.lines().len()), (State::Reported, 4));
    let steps: Vec<_> = report.log.iter().map(|(step, _)| *step).collect();
    assert_eq!(steps, ["confirmed", "returned", "confirmed"]);
    assert_eq!(
        log.may("municipal", &of_march(), &received("a")),
        Err(Barred::Missing(Demand::SameContent))
    );
    let served = &status_figures(report.lines())[1];
    assert_eq!(
        (served.title, served.times, served.cases),
        ("送达检验结果", 4, 4)
    );
    let paper = status_document(
        span("2013-03"),
        "110105",
        report.lines(),
        report.confirmed.as_ref(),
    );
    let text = paper.to_text();
    assert!(text.starts_with("北京市朝阳区质量技术监督局\n"), "{text}");
    for said in [
        "送达检验结果 4 件",
        "本月无其他情况。",
        "京2013-004",
        "2013 年 3 月 12 日",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_eq!(paper.blanks(), Vec::<&str>::new());
}

proptest! {
    #[test]
    fn any_order_of_arrival_folds_to_the_same(
        order in Just((0..6_usize).collect::<Vec<_>>()).prop_shuffle(),
        twice in 0..6_usize,
    ) {
        let changes = reported_anew().changes;
        let mut shuffled: Vec<&Change> = order.into_iter().map(|at| &changes[at]).collect();
        shuffled.push(&changes[twice]);
        prop_assert_eq!(StatusReports::of(shuffled), StatusReports::of(&changes));
    }

    /// Whatever a day lies in holds it, and one text names one period.
    #[test]
    fn periods_hold_their_days(unix_days in -20_000..40_000_i32) {
        let day = Day::from_unix_days(unix_days);
        let month = Span::month_of(day);
        let quarter = Span::Quarter(shared::announcement::Quarter::at(day));
        for span in [month, quarter, Span::Year(day.year())] {
            prop_assert!(span.holds(day));
            prop_assert!(!span.holds(span.first_day() - 1) && !span.holds(span.last_day() + 1));
            prop_assert_eq!(span.to_string().parse::<Span>(), Ok(span));
        }
    }
}
