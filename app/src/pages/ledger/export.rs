//! The ledger as shown, as a sheet: .xlsx by the Worker, .csv by the page itself.

use leptos::{prelude::*, task::spawn_local};
use shared::{
    import::{Cell, CellKind, Table},
    outgoing::Outgoing,
};

use super::{Column, Rows};
use crate::{
    components::{
        download,
        messages::{Message, Messages},
        sprite::icon,
    },
    handing_out::hand_out,
    model::ledger::{LedgerRow, sees_bureaus},
    overview::Overview,
    people::People,
    session::Session,
    worker,
};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl Column {
    /// The width of the column in a sheet, in letters.
    const fn letters(self) -> u16 {
        match self {
            Self::Enterprise => 18,
            Self::Product | Self::FailedItems | Self::Next => 12,
            Self::Number | Self::Stage | Self::Bureau => 7,
            Self::Received | Self::Due | Self::Left | Self::Officer => 6,
        }
    }

    /// What stands in the column, as a cell of a sheet.
    fn cell(self, row: &LedgerRow, people: People) -> Cell {
        let day = |day: Option<shared::Day>| {
            day.map(|day| Cell::new(day.to_string(), CellKind::Day))
                .unwrap_or_default()
        };
        match self {
            Self::Number => Cell::text(&row.number),
            Self::Enterprise => Cell::text(&row.enterprise),
            Self::Product => Cell::text(&row.product),
            Self::FailedItems => Cell::text(&row.failed_items),
            Self::Stage => Cell::text(row.stage),
            Self::Received => day(row.received),
            Self::Next => Cell::text(&row.next),
            Self::Due if row.without_day => Cell::text("未定期限"),
            Self::Due => day(row.due),
            Self::Left => Cell::text(&row.left),
            Self::Bureau => Cell::text(&row.bureau),
            Self::Officer => Cell::text(untrack(|| people.name(&row.officer))),
        }
    }
}

fn table(found: &Rows, sees_bureaus: bool, people: People) -> Table {
    let columns = Column::shown(sees_bureaus);
    Table {
        name: "台账".to_owned(),
        columns: columns
            .iter()
            .map(|(column, word, _)| ((*word).to_owned(), column.letters()))
            .collect(),
        rows: found
            .iter()
            .map(|row| {
                columns
                    .iter()
                    .map(|(column, ..)| column.cell(row, people))
                    .collect()
            })
            .collect(),
    }
}

/// The button, and behind it the two formats.
#[component]
pub(super) fn Export(found: Memo<Rows>) -> impl IntoView {
    let session = Session::use_in();
    let messages = Messages::use_in();
    let people = Overview::use_in().people();
    let the_table = move || {
        let role = session
            .profile()
            .with_untracked(|profile| profile.as_ref().map(|profile| profile.actor.role));
        found.with_untracked(|found| table(found, role.is_some_and(sees_bureaus), people))
    };
    let name = move |ending: &str| format!("台账 {}.{ending}", session.today().get_untracked());
    let failed = move || {
        messages.say(Message::bad("没有导出：浏览器不允许在后台写表").more("可改用 .csv。"));
    };
    let as_csv = move |_| {
        if download::csv(&the_table().to_csv(), &name("csv")).is_err() {
            failed();
        }
    };
    let as_xlsx = move |_| {
        let (name, outgoing) = (name("xlsx"), Outgoing::Sheet(the_table()));
        spawn_local(async move {
            let bytes = worker::write(&outgoing, &[]).await;
            let is_saved =
                bytes.is_some_and(|bytes| download::file(&bytes.into(), XLSX, &name).is_ok());
            if !is_saved {
                failed();
            }
        });
    };
    let as_cases = move |_| {
        let cases =
            found.with_untracked(|found| found.iter().map(|row| row.case.id.clone()).collect());
        let name = format!("案件文件 {}", session.today().get_untracked());
        hand_out(session, messages, cases, name);
    };
    let count = move || found.with(|found| found.len());
    view! {
        <button type="button" class="btn" popovertarget="export" aria-haspopup="true" disabled=move || count() == 0>
            "导出"{icon("i-down", "12")}
        </button>
        <div class="menu menu--here" id="export" popover="auto">
            <p class="menu__who"><b>{move || format!("导出筛得的 {} 件", count())}</b>"按现在的筛选和次序"</p>
            <button type="button" class="menu__item" popovertarget="export" on:click=as_xlsx>"Excel 表"<span class="muted">".xlsx"</span></button>
            <button type="button" class="menu__item" popovertarget="export" on:click=as_csv>"文字表"<span class="muted">".csv"</span></button>
            <button type="button" class="menu__item" popovertarget="export" on:click=as_cases>"案件文件，连同附件"<span class="muted">".zip"</span></button>
        </div>
    }
}
