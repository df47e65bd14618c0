//! The life of an announcement: who takes which step, what must come before it, and that the order
//! in which changes arrive makes no difference.

use proptest::prelude::*;
use serde_json::json;
use shared::{
    Actor, CaseFile,
    calendar::WorkCalendar,
    change::{Body, Change, Digest, Subject},
    document::Number,
    history::History,
    id::CaseId,
    publication::{
        Announcement, Announcements, Barred, Chosen, Demand, Difference, Draw, RIGHTS, Review,
        Risk, Row, Stage, Step, differences, document, draw, due_announcements, generated,
        may_take,
    },
};

use crate::log::{self, Written, actor};

fn id(byte: u8) -> CaseId {
    CaseId::from_random([byte; 16])
}

/// A case of 朝阳 whose sampling was refused.
fn case(traits: &[&str], refused: bool) -> CaseFile {
    let events = if refused {
        json!([{ "id": "e1", "type": "sampling_refused", "on": "2013-03-04" }])
    } else {
        json!([{ "id": "e1", "type": "report_submitted", "on": "2013-03-04", "verdict": "conforming" }])
    };
    serde_json::from_value(json!({
        "format": "aftercheck-case/1",
        "case": {
            "regulation": "beijing-2013", "spot_check": { "year": 2013, "quarter": 1 },
            "product": { "name": "电热毯", "kind": "电热毯", "traits": traits },
            "enterprise": { "name": "某厂" }, "handling_bureau": "110105",
        },
        "events": events,
    }))
    .unwrap()
}

fn drawn(cases: &[(CaseId, CaseFile)]) -> Draw {
    draw(
        cases.iter().map(|(id, file)| (id, file)),
        &History::default(),
        WorkCalendar::official(),
        &Chosen::Quarter("2013/1".parse().unwrap()),
        "2013-04-01".parse().unwrap(),
    )
}

impl Written for Step {
    type All = Announcements;

    fn all(changes: &[Change]) -> Announcements {
        Announcements::of(changes)
    }

    fn may(&self, actor: &Actor, subject: &Subject, all: &Announcements) -> Result<(), Barred> {
        may_take(actor, subject, self, all)
    }

    fn body(&self) -> Body {
        Self::body(self)
    }
}

type Log = log::Log<Step>;

impl Log {
    fn barred(&self, user: &str, subject: &Subject, step: &Step, by: Demand) {
        assert_eq!(
            self.may(user, subject, step),
            Err(Barred::Missing(by)),
            "{user}: {step:?}"
        );
    }

    fn draft(&mut self, user: &str, id: &CaseId, found: &Draw, corrects: Option<CaseId>) {
        let subject = Subject::announcement(id);
        let period = Some("2013/1".parse().unwrap());
        self.take(user, &subject, &Step::Opened { period, corrects });
        let drawing = user.to_owned();
        let rows = found.rows.clone();
        let figures = Box::new(found.drawn.clone());
        self.take(
            user,
            &subject,
            &Step::Drawn {
                drawing: drawing.clone(),
                drawn: figures,
            },
        );
        self.take(user, &subject, &Step::Rows { drawing, rows });
        for (part, text) in generated(found, period) {
            self.take(
                user,
                &subject,
                &Step::Text {
                    part: part.into(),
                    text,
                },
            );
        }
    }
}

fn own<'a>(all: &'a Announcements, id: &CaseId) -> &'a Announcement {
    all.get(id).expect("it was begun")
}

fn review(content: Digest) -> Step {
    Step::Reviewed {
        review: Review {
            content,
            approved: true,
            remark: String::new(),
            without: String::new(),
        },
    }
}

fn review_without_answers(content: Digest) -> Step {
    match review(content) {
        Step::Reviewed { review } => Step::Reviewed {
            review: Review {
                without: "已逾答复期限。".into(),
                ..review
            },
        },
        other => other,
    }
}

fn publish(content: Digest) -> Step {
    let channels = vec!["市局网站".to_owned()];
    Step::Published {
        content,
        on: "2013-05-06".parse().unwrap(),
        channels,
    }
}

fn number(serial: u32) -> Step {
    let series = "京质监公告".to_owned();
    Step::Numbered {
        number: Number {
            series,
            year: 2013,
            serial,
        },
        issue: 1,
    }
}

fn text(words: &str) -> Step {
    Step::Text {
        part: "meaning".into(),
        text: words.into(),
    }
}

fn asked() -> Step {
    let (title, text) = ("公告".to_owned(), "请提意见。".to_owned());
    Step::Asked {
        title,
        text,
        rows: Vec::new(),
        answer_by: None,
    }
}

fn answered(words: &str) -> Step {
    let on = "2013-04-09".parse().unwrap();
    Step::Answered {
        agrees: true,
        text: words.into(),
        on,
    }
}

fn risk() -> Step {
    let (by, conclusion) = ("风险办".to_owned(), "风险低。".to_owned());
    let on = "2013-04-10".parse().unwrap();
    Step::RiskAssessed {
        risk: Risk { on, by, conclusion },
    }
}

/// Drafted, asked, assessed, approved and numbered, by two people.
fn ready() -> (Log, CaseId) {
    let mut log = Log::default();
    let found = drawn(&[(id(1), case(&["consumer_goods"], true))]);
    let announcement = id(9);
    let subject = Subject::announcement(&announcement);
    log.draft("first", &announcement, &found, None);
    log.take(
        "first",
        &Subject::opinion(&announcement, "110105"),
        &asked(),
    );
    log.take(
        "chaoyang",
        &Subject::opinion(&announcement, "110105"),
        &answered("无意见。"),
    );
    log.take("first", &subject, &risk());
    let digest = own(&log.all(), &announcement).digest();
    log.take("second", &subject, &review(digest));
    log.take("first", &subject, &number(1));
    (log, announcement)
}

#[test]
fn every_step_stands_in_the_table_once() {
    let on = "2013-05-06".parse().unwrap();
    let found = drawn(&[(id(1), case(&[], true))]);
    let row = Box::new(found.rows[0].clone());
    let steps = [
        Step::Opened {
            period: None,
            corrects: None,
        },
        Step::Drawn {
            drawing: String::new(),
            drawn: Box::new(found.drawn),
        },
        Step::Rows {
            drawing: String::new(),
            rows: Vec::new(),
        },
        text("t"),
        Step::Row {
            row,
            left_out: None,
            base: None,
        },
        asked(),
        answered(""),
        risk(),
        review(Digest::default()),
        number(1),
        publish(Digest::default()),
        Step::Withdrawn {
            on,
            reason: "数据有误".into(),
        },
    ];
    assert_eq!(steps.len(), RIGHTS.len());
    for step in &steps {
        let rights = RIGHTS.iter().filter(|right| right.step == step.name());
        assert_eq!(rights.count(), 1, "{}", step.name());
        assert_eq!(Step::of(&step.body()).as_ref(), Some(step), "it comes back");
        // Nobody but the municipal bureau has a part in it, but for a district that is asked.
        let on_subject = if step.is_of_opinion() {
            Subject::opinion(&id(9), "110105")
        } else {
            Subject::announcement(&id(9))
        };
        for user in ["chaoyang", "lab", "admin"] {
            let found = may_take(&actor(user), &on_subject, step, &Announcements::default());
            if step.name() == "answered" && user == "chaoyang" {
                assert_eq!(found, Err(Barred::Missing(Demand::Opened)));
            } else {
                assert_eq!(found, Err(Barred::OtherRole), "{user}: {}", step.name());
            }
        }
    }
}

#[test]
fn publication_waits_for_each_thing_that_must_come_before() {
    let mut log = Log::default();
    let announcement = id(9);
    let subject = Subject::announcement(&announcement);
    let opinion = Subject::opinion(&announcement, "110105");
    let digest = |log: &Log| own(&log.all(), &announcement).digest();

    log.barred("first", &subject, &text("t"), Demand::Opened);
    log.barred("first", &opinion, &asked(), Demand::Opened);
    let found = drawn(&[(id(1), case(&["consumer_goods"], true))]);
    log.draft("first", &announcement, &found, None);
    let again = Step::Opened {
        period: None,
        corrects: None,
    };
    log.barred("second", &subject, &again, Demand::NotOpened);

    log.barred(
        "second",
        &subject,
        &review(digest(&log)),
        Demand::OpinionsAsked,
    );
    log.barred("chaoyang", &opinion, &answered(""), Demand::AskedBureau);
    log.take("first", &opinion, &asked());
    log.barred("haidian", &opinion, &answered(""), Demand::AskedBureau);
    log.take("chaoyang", &opinion, &answered("无意见。"));
    assert!(own(&log.all(), &announcement).opinions["110105"].is_answered());
    // Asked anew, the answer of before is none.
    log.take("first", &opinion, &asked());
    assert!(!own(&log.all(), &announcement).opinions["110105"].is_answered());
    log.barred(
        "second",
        &subject,
        &review(digest(&log)),
        Demand::OpinionsAnswered,
    );
    log.barred(
        "second",
        &subject,
        &review_without_answers(digest(&log)),
        Demand::RiskAssessed,
    );
    log.take("chaoyang", &opinion, &answered("无意见。"));

    log.barred(
        "second",
        &subject,
        &review(digest(&log)),
        Demand::RiskAssessed,
    );
    log.take("second", &subject, &risk());
    log.barred(
        "first",
        &subject,
        &review(digest(&log)),
        Demand::SecondPerson,
    );
    log.barred(
        "second",
        &subject,
        &review(Digest::default()),
        Demand::SameContent,
    );
    log.barred("first", &subject, &publish(digest(&log)), Demand::Approved);
    log.take("second", &subject, &review(digest(&log)));
    assert_eq!(
        log.all().stage(own(&log.all(), &announcement)),
        Stage::Approved
    );

    // What is edited after the approval is not what was approved.
    log.take("first", &subject, &text("可能触电。"));
    log.barred("first", &subject, &publish(digest(&log)), Demand::Approved);
    log.take("second", &subject, &review(digest(&log)));
    log.barred("first", &subject, &publish(digest(&log)), Demand::Numbered);
    log.take("first", &subject, &number(1));
    // Asked once more after the approval, publication waits, unless the approver goes without.
    log.take("first", &opinion, &asked());
    log.barred(
        "first",
        &subject,
        &publish(digest(&log)),
        Demand::OpinionsAnswered,
    );
    log.take("second", &subject, &review_without_answers(digest(&log)));
    log.barred(
        "first",
        &subject,
        &publish(Digest::default()),
        Demand::SameContent,
    );
    let withdrawn = Step::Withdrawn {
        on: "2013-05-07".parse().unwrap(),
        reason: "有误".into(),
    };
    log.barred("first", &subject, &withdrawn, Demand::Published);
    log.take("first", &subject, &publish(digest(&log)));
}

#[test]
fn a_publication_is_changed_by_a_further_record_alone() {
    let (mut log, announcement) = ready();
    let subject = Subject::announcement(&announcement);
    let opinion = Subject::opinion(&announcement, "110105");
    let digest = |log: &Log| own(&log.all(), &announcement).digest();
    let found = drawn(&[(id(1), case(&["consumer_goods"], true))]);
    let withdrawn = Step::Withdrawn {
        on: "2013-05-07".parse().unwrap(),
        reason: "有误".into(),
    };
    let content = digest(&log);
    log.take("first", &subject, &publish(content));

    for step in [
        text("改"),
        risk(),
        number(2),
        publish(digest(&log)),
        review(digest(&log)),
    ] {
        log.barred("second", &subject, &step, Demand::Unpublished);
    }
    log.barred("chaoyang", &opinion, &answered("晚了"), Demand::Unpublished);

    // The next one cannot have its number; it corrects this one once it is published itself.
    let next = id(8);
    let correction = Subject::announcement(&next);
    log.draft("second", &next, &found, Some(announcement.clone()));
    log.barred("second", &correction, &number(1), Demand::NumberFree);
    log.take("second", &correction, &number(2));
    assert!(log.all().correction_of(&announcement).is_none());
    log.take("first", &Subject::opinion(&next, "110105"), &asked());
    log.take("first", &correction, &risk());
    let of_next = own(&log.all(), &next).digest();
    log.take("first", &correction, &review_without_answers(of_next));
    log.take("second", &correction, &publish(of_next));
    assert_eq!(
        log.all().stage(own(&log.all(), &announcement)),
        Stage::Corrected
    );
    let of_unknown = Step::Opened {
        period: None,
        corrects: Some(id(7)),
    };
    log.barred(
        "first",
        &Subject::announcement(&id(6)),
        &of_unknown,
        Demand::CorrectsPublished,
    );

    log.take("first", &correction, &withdrawn);
    log.barred("first", &correction, &withdrawn, Demand::Published);
    let all = log.all();
    assert_eq!(all.stage(own(&all, &next)), Stage::Withdrawn);
    assert_eq!(all.stage(own(&all, &announcement)), Stage::Published);
    let quarter = "2013/1".parse().unwrap();
    assert_eq!(
        due_announcements([quarter], &all, "2013-07-01".parse().unwrap()),
        []
    );
}

#[test]
fn steps_without_their_substance_are_incomplete() {
    let (log, announcement) = ready();
    let subject = Subject::announcement(&announcement);
    let digest = own(&log.all(), &announcement).digest();
    let on = "2013-05-06".parse().unwrap();
    let row = Box::new(own(&log.all(), &announcement).rows[0].clone());
    let unsaid = || " ".to_owned();
    for step in [
        Step::Text {
            part: "title".into(),
            text: unsaid(),
        },
        Step::Row {
            row,
            left_out: Some(unsaid()),
            base: None,
        },
        Step::RiskAssessed {
            risk: Risk {
                on,
                by: unsaid(),
                conclusion: unsaid(),
            },
        },
        Step::Reviewed {
            review: Review {
                content: digest,
                approved: false,
                remark: unsaid(),
                without: unsaid(),
            },
        },
        number(0),
        Step::Published {
            content: digest,
            on,
            channels: vec![unsaid()],
        },
        Step::Withdrawn {
            on,
            reason: unsaid(),
        },
    ] {
        assert_eq!(
            log.may("second", &subject, &step),
            Err(Barred::Incomplete),
            "{step:?}"
        );
    }
    let disagrees = Step::Answered {
        agrees: false,
        text: unsaid(),
        on,
    };
    let opinion = Subject::opinion(&announcement, "110105");
    assert_eq!(
        log.may("chaoyang", &opinion, &disagrees),
        Err(Barred::Incomplete)
    );
    assert_eq!(
        log.may("first", &subject, &asked()),
        Err(Barred::OtherSubject)
    );
}

#[test]
fn a_row_is_left_out_changed_and_put_back() {
    let (mut log, announcement) = ready();
    let subject = Subject::announcement(&announcement);
    let row = own(&log.all(), &announcement).rows[0].clone();
    let edit = |left_out: Option<&str>, brand: &str| {
        let row = Box::new(Row {
            brand: brand.into(),
            ..row.clone()
        });
        Step::Row {
            row,
            left_out: left_out.map(Into::into),
            base: None,
        }
    };
    log.take("first", &subject, &edit(Some("已整改"), ""));
    let all = log.all();
    assert!(own(&all, &announcement).content().rows.is_empty());
    assert!(own(&all, &announcement).bureaus().is_empty());
    assert!(own(&all, &announcement).approval().is_none());
    log.take("first", &subject, &edit(None, "某牌"));
    let all = log.all();
    assert_eq!(own(&all, &announcement).content().rows[0].brand, "某牌");
    log.take("first", &subject, &edit(None, ""));
    let all = log.all();
    assert!(
        own(&all, &announcement).approval().is_some(),
        "it says again what was approved"
    );
    let paper = document(own(&all, &announcement));
    assert_eq!(paper.number, "京质监公告〔2013〕1号");
    assert!(
        paper
            .to_text()
            .contains("1　某厂：电热毯；第二十四条（三）1"),
        "{}",
        paper.to_text()
    );
}

/// A cell that a person edited stays, what the ledger changes beside it comes, and undone the row
/// follows the ledger as if it had never been edited.
#[test]
fn cells_are_edited_and_the_others_go_on_following_the_ledger() {
    let (mut log, announcement) = ready();
    let subject = Subject::announcement(&announcement);
    let drawn = own(&log.all(), &announcement).rows[0].clone();
    let edit = |row: &Row, base: &Row| Step::Row {
        row: Box::new(row.clone()),
        left_out: None,
        base: Some(Box::new(base.clone())),
    };
    let draw_anew = |log: &mut Log, row: &Row| {
        let (drawing, figures) = (
            format!("d{}", log.changes.len()),
            own(&log.all(), &announcement).drawn.clone(),
        );
        let drawn = Box::new(figures.unwrap());
        log.take(
            "first",
            &subject,
            &Step::Drawn {
                drawing: drawing.clone(),
                drawn,
            },
        );
        log.take(
            "first",
            &subject,
            &Step::Rows {
                drawing,
                rows: vec![row.clone()],
            },
        );
    };
    let row = |log: &Log| own(&log.all(), &announcement).content().rows;

    let edited = drawn.with_cell(2, "某牌").with_cell(5, "标志、结构");
    log.take("first", &subject, &edit(&edited, &drawn));
    assert_eq!(row(&log), std::slice::from_ref(&edited));

    // The ledger corrects the model, and the brand that was edited.
    let now = drawn.with_cell(3, "D-2").with_cell(2, "别牌");
    draw_anew(&mut log, &now);
    assert_eq!(row(&log), [edited.with_cell(3, "D-2")]);

    // Undone, it says what the ledger says, now and later.
    log.take("first", &subject, &edit(&now, &now));
    assert_eq!(row(&log), std::slice::from_ref(&now));
    let later = now.with_cell(4, "2013-01-07");
    draw_anew(&mut log, &later);
    assert_eq!(row(&log), [later]);

    // What the ledger no longer lists is not listed for an edit's sake.
    let edited = now.with_cell(0, "某某厂");
    log.take("first", &subject, &edit(&edited, &now));
    let drawing = "empty".to_owned();
    let drawn = Box::new(own(&log.all(), &announcement).drawn.clone().unwrap());
    log.take("first", &subject, &Step::Drawn { drawing, drawn });
    assert_eq!(row(&log), []);
}

#[test]
fn what_the_ledger_says_later_is_pointed_out() {
    let refused = (id(1), case(&[], true));
    let checked = (id(2), case(&["public_safety"], false));
    let before = drawn(std::slice::from_ref(&refused));
    let after = drawn(&[refused.clone(), checked.clone()]);
    assert_eq!(differences(&before, &before), []);
    let figure = |what, then, now| Difference::Figure { what, then, now };
    assert_eq!(
        differences(&before, &after),
        [
            figure("批次", 0, 1),
            figure("家次", 0, 1),
            figure("企业", 0, 1),
            Difference::Kind {
                kind: "电热毯".into(),
                then: None,
                now: Some((1, 0))
            },
            Difference::Sensitive(vec!["电热毯".into()]),
        ]
    );
    let mut justified = refused.clone();
    justified.1.events[0].justified = Some(true);
    let row = before.rows[0].clone();
    assert_eq!(
        differences(&before, &drawn(&[justified])),
        [Difference::Went(row.clone())]
    );
    let mut moved = refused;
    moved.1.case.handling_bureau = "110228".into();
    let found = differences(&before, &drawn(&[moved]));
    let [Difference::Changed { then, now }] = &*found else {
        panic!("{found:?}");
    };
    assert_eq!(
        (&**then, now.basis[0].bureau.as_str()),
        (&row, "110118"),
        "as it is named today"
    );
}

#[test]
fn one_that_cannot_wait_is_of_the_cases_that_a_person_chose() {
    let cases = [(id(1), case(&[], true)), (id(2), case(&[], true))];
    let found = draw(
        cases.iter().map(|(id, file)| (id, file)),
        &History::default(),
        WorkCalendar::official(),
        &Chosen::Cases([id(2)].into()),
        "2013-04-01".parse().unwrap(),
    );
    assert_eq!(found.rows.len(), 1);
    assert_eq!(found.rows[0].id, id(2));
    let texts = generated(&found, None);
    assert_eq!(texts[0].1, "北京市产品质量监督抽查情况公告");
    assert!(
        texts[1].1.starts_with("市局组织抽查 0 种产品"),
        "{}",
        texts[1].1
    );
}

proptest! {
    #[test]
    fn any_order_of_arrival_folds_to_the_same(
        order in Just((0..13_usize).collect::<Vec<_>>()).prop_shuffle(),
        twice in 0..13_usize,
    ) {
        let (log, announcement) = ready();
        let changes = log.changes;
        let places = order.into_iter().filter(|at| *at < changes.len());
        let mut shuffled: Vec<&Change> = places.map(|at| &changes[at]).collect();
        prop_assert_eq!(shuffled.len(), changes.len());
        shuffled.push(&changes[twice % changes.len()]);
        let all = Announcements::of(shuffled);
        prop_assert_eq!(&all, &Announcements::of(&changes));
        prop_assert_eq!(all.stage(own(&all, &announcement)), Stage::Approved);
    }
}
