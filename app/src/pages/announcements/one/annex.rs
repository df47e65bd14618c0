//! The annex of an announcement, with the events behind every row; a person edits cells, leaves
//! rows out and puts them back, and sees what the ledger says against what was edited.

use std::collections::BTreeSet;

use leptos::{ev, prelude::*};
use shared::{
    id::CaseId,
    publication::{Announcement, Edit, Row, Step},
    words,
};

use super::Desk;
use crate::{
    components::status::{Look, status},
    model::{duty::number_of, publication::or_empty},
    pages::announcements::escalation::following,
    session::Session,
};

/// How the cells of each column are set, in the order of [`Row::cells`].
const CLASSES: [&str; 6] = [
    "wrap",
    "wrap",
    "announce__short",
    "announce__short",
    "announce__short",
    "wrap",
];

/// What stands under a cell, and what is done with a row.
pub(in super::super) trait Hand {
    fn under(&self, row: &Row, cell: usize) -> AnyView;
    fn acts(&self, row: &Row) -> AnyView;
    /// What the row is replaced by while it is edited.
    fn editing(&self, row: &Row) -> Option<AnyView>;
}

/// The rows; with a hand, what it adds to them.
pub(in super::super) fn table(rows: &[Row], session: Session, hand: Option<&dyn Hand>) -> AnyView {
    if rows.is_empty() {
        return view! { <p>"没有应当列入附表的企业。"</p> }.into_any();
    }
    // A column of which no row has anything is left out: the basis comes nearer.
    let is_used = |at: usize| rows.iter().any(|row| !row.cells()[at].1.is_empty());
    let columns: Vec<usize> = (0..CLASSES.len()).filter(|at| is_used(*at)).collect();
    let titles = rows[0].cells().map(|(title, _)| title);
    let heads: Vec<_> = columns
        .iter()
        .map(|at| view! { <th scope="col">{titles[*at]}</th> })
        .collect();
    let lines: Vec<_> = rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            if let Some(form) = hand.and_then(|hand| hand.editing(row)) {
                let span = (columns.len() + 2).to_string();
                return view! { <tr><td class="num">{at + 1}</td><td class="wrap" colspan=span>{form}</td></tr> }
                    .into_any();
            }
            let cells = row.cells();
            let cells: Vec<_> = columns
                .iter()
                .map(|at| {
                    let under = hand.map(|hand| hand.under(row, *at));
                    view! { <td class=CLASSES[*at]>{cells[*at].1.clone()}{under}</td> }
                })
                .collect();
            view! {
                <tr>
                    <td class="num">{at + 1}</td>
                    {cells}
                    <td class="wrap announce__why">{row.clauses()}{because(row, session)}</td>
                    {hand.map(|hand| view! { <td class="no-print">{hand.acts(row)}</td> })}
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <div class="rows--scroll">
            <table class="rows">
                <thead>
                    <tr>
                        <th scope="col">"序号"</th>
                        {heads}
                        <th scope="col">"列入依据"</th>
                        {hand.is_some().then(|| view! { <th scope="col" class="no-print"><span class="vh">"办理"</span></th> })}
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The cases behind a row, each with the events that it rests on, where the device has them.
fn because(row: &Row, session: Session) -> Vec<AnyView> {
    let cases = session.cases().get();
    let behind = row.basis.iter().filter_map(|basis| {
        let case = cases.iter().find(|case| case.id == basis.case)?;
        let events = case.file.events.iter();
        let told: BTreeSet<String> = events
            .filter(|event| basis.events.contains(&event.id))
            .map(|event| format!("{} {}", event.on, words::event(&event.kind)))
            .collect();
        let told: Vec<String> = told.into_iter().collect();
        Some(
            view! {
                <span class="announce__because">
                    <a href=format!("/cases/{}", case.id)>{number_of(case)}</a>
                    {told.join("；")}
                </span>
                {following(session, case)}
            }
            .into_any(),
        )
    });
    behind.collect()
}

/// Which row is open, and what is being typed into it; it outlives the table, which is drawn anew
/// when something comes.
#[derive(Clone, Copy)]
pub(super) struct Editing {
    open: RwSignal<Option<(CaseId, Purpose)>>,
    cells: [RwSignal<String>; CLASSES.len()],
    why: RwSignal<String>,
}

/// What a row is open for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Edit,
    LeaveOut,
}

impl Editing {
    pub(super) fn none() -> Self {
        Self {
            open: RwSignal::new(None),
            cells: std::array::from_fn(|_| RwSignal::new(String::new())),
            why: RwSignal::new(String::new()),
        }
    }

    fn open(self, row: &Row, purpose: Purpose) {
        for (cell, (_, text)) in self.cells.into_iter().zip(row.cells()) {
            cell.set(text);
        }
        self.why.set(String::new());
        self.open.set(Some((row.id.clone(), purpose)));
    }

    /// The row as it is typed.
    fn typed(self, row: &Row) -> Row {
        let cells = self.cells.into_iter().enumerate();
        cells.fold(row.clone(), |row, (at, cell)| {
            row.with_cell(at, &cell.get_untracked())
        })
    }
}

/// The hand of whoever may edit the annex.
struct Editor<'a> {
    desk: Desk,
    own: &'a Announcement,
    /// The rows as the ledger has them now.
    now: &'a [Row],
    editing: Editing,
    is_open: bool,
}

fn of<'r>(rows: &'r [Row], id: &CaseId) -> Option<&'r Row> {
    rows.iter().find(|row| row.id == *id)
}

/// Writes a row as it is from now on; what was before can be had back.
fn write(desk: Desk, own: &Announcement, row: Row, left_out: Option<String>, done: &'static str) {
    let drawn = of(&own.rows, &row.id).cloned();
    let before = match (own.edited.get(&row.id), drawn.clone()) {
        (Some(edit), _) => Some((edit.row.clone(), edit.base.clone(), edit.left_out.clone())),
        (None, Some(drawn)) => Some((drawn.clone(), Some(drawn), None)),
        (None, None) => None,
    };
    let step = |(row, base, left_out): (Row, Option<Row>, Option<String>)| Step::Row {
        row: Box::new(row),
        left_out,
        base: base.map(Box::new),
    };
    let back = before.map(step);
    desk.take_or_undo(vec![step((row, drawn, left_out))], back, done);
}

impl Hand for Editor<'_> {
    /// What the ledger says, where a person says something else; and where it has changed since.
    fn under(&self, row: &Row, cell: usize) -> AnyView {
        let Some(edit) = self.own.edited.get(&row.id) else {
            return ().into_any();
        };
        let text = |row: &Row| row.cells()[cell].1.clone();
        // As the person left it: a cell left alone shows what the ledger says by now.
        let own = text(&edit.row);
        let drawn = of(&self.own.rows, &row.id).map(&text);
        let base = edit.base.as_ref().map(&text).or_else(|| drawn.clone());
        if base.as_ref() == Some(&own) || base.is_none() {
            return ().into_any();
        }
        let now = of(self.now, &row.id).map(&text).or(drawn);
        let said = match (base, now) {
            (Some(base), Some(now)) if base != now => status(
                Look::Soon,
                format!("台账由{}改为{}", or_empty(&base), or_empty(&now)),
            ),
            (Some(base), _) => {
                view! { <span>{format!("台账：{}", or_empty(&base))}</span> }.into_any()
            }
            (None, _) => ().into_any(),
        };
        view! { <span class="announce__edited no-print">{said}</span> }.into_any()
    }

    fn acts(&self, row: &Row) -> AnyView {
        if !self.is_open {
            return ().into_any();
        }
        let editing = self.editing;
        let (for_edit, for_leaving) = (row.clone(), row.clone());
        let named = |word: &str| format!("{word}{}的{}", row.enterprise, row.product);
        let edited = self.own.edited.get(&row.id);
        let drawn = of(&self.own.rows, &row.id);
        let is_edited = edited.is_some() && drawn.is_some_and(|drawn| drawn.cells() != row.cells());
        let undo = drawn.filter(|_| is_edited).map(|drawn| {
            let (desk, own, drawn) = (self.desk, self.own.clone(), drawn.clone());
            let act = move |_| write(desk, &own, drawn.clone(), None, "已恢复为台账的内容");
            view! { <button type="button" class="btn btn--row" aria-label=named("恢复台账：") on:click=act>"恢复台账"</button> }
        });
        view! {
            <span class="announce__acts">
                <button type="button" class="btn btn--row" aria-label=named("改") on:click=move |_| editing.open(&for_edit, Purpose::Edit)>"改"</button>
                <button type="button" class="btn btn--row" aria-label=named("不列入") on:click=move |_| editing.open(&for_leaving, Purpose::LeaveOut)>"不列入"</button>
                {undo}
            </span>
        }
        .into_any()
    }

    fn editing(&self, row: &Row) -> Option<AnyView> {
        let (_, purpose) = self.editing.open.get().filter(|(id, _)| *id == row.id)?;
        let (desk, own, editing) = (self.desk, self.own.clone(), self.editing);
        let was = row.clone();
        let close = move |_| editing.open.set(None);
        let form = match purpose {
            Purpose::Edit => {
                let save = move |_| {
                    let row = editing.typed(&was);
                    editing.open.set(None);
                    if row != was {
                        write(desk, &own, row, None, "已修改附表");
                    }
                };
                let fields = row
                    .cells()
                    .into_iter()
                    .zip(editing.cells)
                    .enumerate()
                    .map(|(at, ((title, _), cell))| field(format!("cell-{at}"), title, cell))
                    .collect::<Vec<_>>();
                let unnamed = move || editing.cells[0].with(|name| name.trim().is_empty());
                view! {
                    <div class="announce__cells">{fields}</div>
                    <div class="form__acts">
                        <button type="button" class="btn btn--main" disabled=unnamed on:click=save>"保存这一行"</button>
                        <button type="button" class="btn" on:click=close>"取消"</button>
                    </div>
                }
                .into_any()
            }
            Purpose::LeaveOut => {
                let why = editing.why;
                let act = move |_| {
                    let reason = why.get_untracked().trim().to_owned();
                    editing.open.set(None);
                    write(desk, &own, was.clone(), Some(reason), "已从附表移出");
                };
                let unsaid = move || why.with(|why| why.trim().is_empty());
                view! {
                    <div class="form">{field("cell-why".to_owned(), "不列入的理由", why)}</div>
                    <div class="form__acts">
                        <button type="button" class="btn btn--main" disabled=unsaid on:click=act>"移出附表"</button>
                        <button type="button" class="btn" on:click=close>"取消"</button>
                    </div>
                }
                .into_any()
            }
        };
        let named = format!("{}的{}", row.enterprise, row.product);
        Some(view! { <div class="announce__row no-print" role="group" aria-label=named>{form}</div> }.into_any())
    }
}

fn field(id: String, title: &'static str, value: RwSignal<String>) -> AnyView {
    let type_in = move |event: ev::Targeted<ev::Event, web_sys::HtmlInputElement>| {
        value.set(event.target().value());
    };
    view! {
        <div class="field">
            <label for=id.clone()>{title}</label>
            <input class="input" id=id prop:value=move || value.get() on:input:target=type_in />
        </div>
    }
    .into_any()
}

/// The section. `now` is the annex as the ledger has it now.
pub(super) fn section(
    desk: Desk,
    own: &Announcement,
    now: &[Row],
    editing: Editing,
    is_open: bool,
) -> AnyView {
    let content = own.content();
    let left_out: Vec<Edit> = own
        .edited
        .values()
        .filter(|edit| edit.left_out.is_some())
        .cloned()
        .collect();
    let table = {
        let (own, now, rows) = (own.clone(), now.to_vec(), content.rows.clone());
        move || {
            let editor = Editor {
                desk,
                own: &own,
                now: &now,
                editing,
                is_open,
            };
            let hand: Option<&dyn Hand> = is_open.then_some(&editor);
            table(&rows, desk.session, hand)
        }
    };
    view! {
        <section class="part announce__draft" aria-labelledby="annex">
            <h2 id="annex">"附表：应当公布的企业和产品"<span class="num">{content.rows.len()}</span></h2>
            {table}
            {(!left_out.is_empty()).then(|| {
                let rows = left_out.into_iter().map(|edit| putting_back(desk, own, edit, is_open)).collect::<Vec<_>>();
                view! { <h3 class="announce__annex">"不列入"</h3><ul class="announce__out">{rows}</ul> }
            })}
        </section>
    }
    .into_any()
}

fn putting_back(desk: Desk, own: &Announcement, edit: Edit, is_open: bool) -> AnyView {
    let why = edit.left_out.clone().unwrap_or_default();
    let said = format!("{}的{}：{why}", edit.row.enterprise, edit.row.product);
    let own = own.clone();
    let act = move |_| write(desk, &own, edit.row.clone(), None, "已列回附表");
    view! {
        <li>
            {said}
            {is_open.then(|| view! { <button type="button" class="btn btn--row" on:click=act>"列回"</button> })}
        </li>
    }
    .into_any()
}
