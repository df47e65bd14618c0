//! Announcements as the screens say them: steps in order, differences, what bars a step.

use shared::{
    Day,
    announcement::Quarter,
    change::Subject,
    document::Number,
    publication::{
        Announcement, AnnouncementId, Announcements, Barred, Demand, Difference, Draw,
        MAXIMUM_ROWS_OF_STEP, Row, Stage, Step, generated,
    },
};

use crate::components::status::Look;

/// The series of the municipal bureau's announcements.
pub(crate) const SERIES: &str = "京质监公告";

/// What a stage is called, and how it looks.
pub(crate) const fn stage(stage: Stage) -> (Look, &'static str) {
    match stage {
        Stage::Drafting => (Look::Running, "起草"),
        Stage::Approved => (Look::Running, "已审批"),
        Stage::Published => (Look::Done, "已发布"),
        Stage::Corrected => (Look::Late, "已更正"),
        Stage::Withdrawn => (Look::Waived, "已撤回"),
    }
}

/// Why a step cannot be taken, and what to do about it.
pub(crate) const fn barred(barred: Barred) -> &'static str {
    match barred {
        Barred::OtherRole => "这一步由市局办理（第二十二条）",
        Barred::OtherSubject => "这一步不在此处办理",
        Barred::Incomplete => "还没有填全",
        Barred::Missing(demand) => match demand {
            Demand::NotOpened => "已经起草",
            Demand::Opened => "还没有起草",
            Demand::Unpublished => "已经发布，只能另行更正或撤回",
            Demand::Published => "没有发布，或已经撤回",
            Demand::CorrectsPublished => "所更正的公告没有发布",
            Demand::AskedBureau => "市局没有征求本局意见",
            Demand::OpinionsAsked => "附表涉及的区县局还没有都征求意见（第二十三条）",
            Demand::RiskAssessed => {
                "公共安全类、日用消费类产品须先作社会稳定风险评估（第二十三条）"
            }
            Demand::SameContent => "内容已有改动，请重新核对",
            Demand::SecondPerson => "起草、修改过的人不能审批，请由另一人办理",
            Demand::Approved => "现在的内容还没有审批",
            Demand::Numbered => "还没有编号",
            Demand::NumberFree => "这个文号已给了另一份公告",
            Demand::OpinionsAnswered => {
                "征求过意见的区县局还没有都答复；等不到的，请写明不再等候的理由（第二十三条）"
            }
            Demand::OwnBureau => "只能报送本局的处理情况",
            Demand::InPeriod => "所报的日子不在这一期内",
            Demand::Whole => "报送内容不全，请重新取数",
            Demand::Reported => "没有待接收的报送",
        },
    }
}

/// What a step in the log is called.
pub(crate) fn step(name: &str) -> &str {
    match name {
        "opened" => "起草",
        "drawn" => "从台账取数",
        "rows" => "从台账取附表",
        "text" => "修改正文",
        "row" => "修改附表",
        "asked" => "征求意见",
        "answered" => "答复意见",
        "risk_assessed" => "记录风险评估",
        "reviewed" => "审批",
        "numbered" => "编号",
        "published" => "发布",
        "withdrawn" => "撤回",
        other => other,
    }
}

/// 2013 年第 1 季度, or that it is not a periodic one.
pub(crate) fn period(period: Option<Quarter>) -> String {
    period.map_or_else(
        || "不定期".to_owned(),
        |Quarter { year, quarter }| format!("{year} 年第 {quarter} 季度"),
    )
}

/// A cell's text in a sentence, where it may be empty.
pub(crate) fn or_empty(text: &str) -> &str {
    if text.is_empty() { "（空）" } else { text }
}

/// A difference in a sentence.
pub(crate) fn difference(difference: &Difference) -> String {
    let named = |row: &Row| format!("{}的{}", row.enterprise, row.product);
    let figures = |figures: &Option<(usize, usize)>| match figures {
        Some((batches, failing)) => format!("{batches} 批次、不合格 {failing}"),
        None => "没有".to_owned(),
    };
    match difference {
        Difference::Figure { what, then, now } => format!("{what}：草案 {then}，台账现为 {now}"),
        Difference::Kind { kind, then, now } => {
            format!("{kind}：草案 {}，台账现为 {}", figures(then), figures(now))
        }
        Difference::Came(row) => format!("应列入附表：{}（{}）", named(row), row.clauses()),
        Difference::Went(row) => format!("不再应列入附表：{}", named(row)),
        Difference::Changed { then, now } => {
            let cells = then.cells().into_iter().zip(now.cells());
            let mut changed: Vec<_> = cells
                .map(|((title, before), (_, after))| (title, before, after))
                .collect();
            changed.push(("列入依据", then.clauses(), now.clauses()));
            changed.retain(|(_, before, after)| before != after);
            let told = changed.iter().map(|(title, before, after)| {
                format!("，{title}由{}改为{}", or_empty(before), or_empty(after))
            });
            format!(
                "附表一行有变动：{}{}",
                named(then),
                told.collect::<String>()
            )
        }
        Difference::Sensitive(kinds) if kinds.is_empty() => {
            "不再涉及公共安全类、日用消费类产品".to_owned()
        }
        Difference::Sensitive(kinds) => format!(
            "涉及公共安全类、日用消费类产品：{}，须作风险评估（第二十三条）",
            kinds.join("、")
        ),
    }
}

/// The steps that begin an announcement with what the ledger says.
pub(crate) fn beginning(
    period: Option<Quarter>,
    corrects: Option<AnnouncementId>,
    found: &Draw,
    drawing: &str,
) -> Vec<Step> {
    let mut steps = vec![Step::Opened { period, corrects }];
    steps.extend(drawing_steps(found, drawing));
    steps.extend(
        generated(found, period)
            .into_iter()
            .map(|(part, text)| Step::Text {
                part: part.to_owned(),
                text,
            }),
    );
    steps
}

/// The steps that take the ledger's figures and annex anew. A part of the text is written anew
/// where it still says what the figures of before made of it: what a person wrote stays.
pub(crate) fn redrawing(own: &Announcement, now: &Draw, drawing: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = drawing_steps(now, drawing).collect();
    let before = own.drawn.clone().map(|drawn| Draw {
        drawn,
        rows: own.rows.clone(),
    });
    let before = before.map_or_else(Vec::new, |before| generated(&before, own.period));
    for (part, text) in generated(now, own.period) {
        let written = own.texts.get(part).map_or("", |(text, _)| text);
        let is_own = before
            .iter()
            .any(|(name, text)| *name == part && text == written);
        if is_own && text != written {
            let part = part.to_owned();
            steps.push(Step::Text { part, text });
        }
    }
    steps
}

fn drawing_steps(found: &Draw, drawing: &str) -> impl Iterator<Item = Step> {
    let drawn = Step::Drawn {
        drawing: drawing.to_owned(),
        drawn: Box::new(found.drawn.clone()),
    };
    let rows = found.rows.chunks(MAXIMUM_ROWS_OF_STEP);
    let rows = rows.map(move |rows| Step::Rows {
        drawing: drawing.to_owned(),
        rows: rows.to_vec(),
    });
    std::iter::once(drawn).chain(rows)
}

/// The question to a bureau: what is going to be said of its cases.
pub(crate) fn question(own: &Announcement, bureau: &str, by: Option<Day>) -> Step {
    let content = own.content();
    let checked = content.parts.iter().find(|(part, _)| part == "checked");
    let concerns = |row: &Row| row.basis.iter().any(|basis| basis.bureau == bureau);
    let mut text = checked.map_or_else(String::new, |(_, text)| format!("{text}\n"));
    text.push_str("拟公告下列企业和产品，请核对事实和依据，提出意见（第二十三条）。");
    Step::Asked {
        title: content.title,
        text,
        rows: content.rows.into_iter().filter(concerns).collect(),
        answer_by: by,
    }
}

/// The next free number of a year.
pub(crate) fn next_number(all: &Announcements, year: i32) -> Number {
    let taken = all.all().filter_map(|it| it.number.as_ref());
    let taken = taken.filter(|(number, _)| number.series == SERIES && number.year == year);
    Number {
        series: SERIES.to_owned(),
        year,
        serial: taken.map(|(number, _)| number.serial).max().unwrap_or(0) + 1,
    }
}

/// On which subject each step goes.
pub(crate) fn on_subject(id: &AnnouncementId, steps: Vec<Step>) -> Vec<(Subject, Step)> {
    let subject = Subject::announcement(id);
    steps
        .into_iter()
        .map(|step| (subject.clone(), step))
        .collect()
}

#[cfg(test)]
mod tests {
    use shared::{
        calendar::WorkCalendar,
        change::Change,
        history::History,
        id::CaseId,
        publication::{Chosen, differences, draw},
    };

    use super::*;

    fn found(batches: usize) -> Draw {
        let none: [(&CaseId, &shared::CaseFile); 0] = [];
        let quarter = Chosen::Quarter("2013/1".parse().unwrap());
        let day = "2013-04-01".parse().unwrap();
        let calendar = WorkCalendar::official();
        let mut found = draw(none, &History::default(), calendar, &quarter, day);
        found.drawn.batches = batches;
        found
    }

    fn fold(id: &CaseId, steps: Vec<Step>) -> Announcements {
        let change = |(at, (subject, step)): (usize, (Subject, Step))| Change {
            id: format!("m4xw/{}", at + 1).parse().unwrap(),
            subject,
            clock: format!("{}-00000", 1_363_046_400_000 + at).parse().unwrap(),
            author: "municipal".into(),
            schema: 1,
            body: step.body().to_raw(),
        };
        let steps = on_subject(id, steps).into_iter().enumerate();
        Announcements::of(&steps.map(change).collect::<Vec<_>>())
    }

    #[test]
    fn taking_the_ledger_anew_keeps_what_a_person_wrote() {
        let id = CaseId::from_random([9; 16]);
        let period = Some("2013/1".parse().unwrap());
        let mut steps = beginning(period, None, &found(1), "a");
        let (part, text) = ("handled".to_owned(), "已依法处理。".to_owned());
        steps.push(Step::Text { part, text });
        let all = fold(&id, steps.clone());
        let own = all.get(&id).unwrap();
        let again = redrawing(own, &found(2), "b");
        let parts: Vec<_> = again
            .iter()
            .filter_map(|step| match step {
                Step::Text { part, .. } => Some(part.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(
            parts,
            ["checked"],
            "a person wrote the other, and the title is the same"
        );
        steps.extend(again);
        let all = fold(&id, steps);
        let own = all.get(&id).unwrap();
        let drawn = own.drawn.clone().unwrap();
        let rows = own.rows.clone();
        assert_eq!(differences(&Draw { drawn, rows }, &found(2)), []);
        assert_eq!(own.texts["handled"].0, "已依法处理。");
    }

    #[test]
    fn numbers_go_on_within_the_year() {
        let id = CaseId::from_random([9; 16]);
        let mut steps = beginning(None, None, &found(1), "a");
        let number = next_number(&Announcements::default(), 2013);
        assert_eq!(number.to_string(), "京质监公告〔2013〕1号");
        steps.push(Step::Numbered { number, issue: 1 });
        let all = fold(&id, steps);
        assert_eq!(next_number(&all, 2013).serial, 2);
        assert_eq!(next_number(&all, 2014).serial, 1);
    }
}
