//! 台账: all cases in a table that draws only the rows in sight.

mod export;
mod filter;
mod grid;
mod together;

use std::{collections::BTreeSet, sync::Arc};

use leptos::prelude::*;
use shared::id::CaseId;

use self::{
    export::Export,
    filter::{Filter, filters},
    grid::Grid,
    together::Selected,
};
use crate::{model::ledger::LedgerRow, overview::Overview, session::Session};

/// The rows of the ledger, as filtered and sorted.
type Rows = Arc<Vec<Arc<LedgerRow>>>;

/// A column of the table, by which it can be sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Column {
    Number,
    Enterprise,
    Product,
    FailedItems,
    Stage,
    Received,
    Next,
    Due,
    Left,
    Bureau,
    Officer,
}

impl Column {
    /// Every column with its head and the class that gives its width.
    const ALL: [(Self, &'static str, &'static str); 11] = [
        (Self::Number, "案号", "w-number"),
        (Self::Enterprise, "企业名称", "w-name"),
        (Self::Product, "产品", "w-product"),
        (Self::FailedItems, "不合格项目", "w-items"),
        (Self::Stage, "阶段", "w-stage"),
        (Self::Received, "收到材料", "w-day"),
        (Self::Next, "下一步", "w-next"),
        (Self::Due, "到期", "w-due"),
        (Self::Left, "剩余", "w-left"),
        (Self::Bureau, "承办", "w-bureau"),
        (Self::Officer, "经办", "w-officer"),
    ];

    /// The columns of a reader; who sees one bureau's cases needs no column for it.
    fn shown(sees_bureaus: bool) -> Vec<(Self, &'static str, &'static str)> {
        Self::ALL
            .into_iter()
            .filter(|(column, ..)| sees_bureaus || *column != Self::Bureau)
            .collect()
    }

    fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(column, ..)| *column == self)
            .map_or("", |(_, word, _)| word)
    }

    fn compare(self, one: &LedgerRow, other: &LedgerRow) -> std::cmp::Ordering {
        match self {
            Self::Number => one.number.cmp(&other.number),
            Self::Enterprise => one.enterprise.cmp(&other.enterprise),
            Self::Product => one.product.cmp(&other.product),
            Self::FailedItems => one.failed_items.cmp(&other.failed_items),
            Self::Stage => one.stage.cmp(other.stage),
            Self::Received => one.received.cmp(&other.received),
            Self::Next => one.next.cmp(&other.next),
            Self::Due | Self::Left => one.urgency.cmp(&other.urgency),
            Self::Bureau => one.bureau.cmp(&other.bureau),
            Self::Officer => one.officer.cmp(&other.officer),
        }
        .then_with(|| one.number.cmp(&other.number))
    }
}

/// The cases that are selected, whether they are in sight or not.
#[derive(Clone, Copy)]
pub(super) struct Selection(RwSignal<BTreeSet<CaseId>>);

impl Selection {
    fn has(self, case: &CaseId) -> bool {
        self.0.with(|chosen| chosen.contains(case))
    }

    fn has_untracked(self, case: &CaseId) -> bool {
        self.0.with_untracked(|chosen| chosen.contains(case))
    }

    fn toggle(self, case: &CaseId) {
        self.0.update(|chosen| {
            if !chosen.remove(case) {
                chosen.insert(case.clone());
            }
        });
    }
}

/// By which column, and which way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Order {
    column: Column,
    falling: bool,
}

/// The page.
#[component]
pub(crate) fn Ledger() -> impl IntoView {
    let session = Session::use_in();
    let (rows, people) = (Overview::use_in().rows(), Overview::use_in().people());
    let filter = RwSignal::new(Filter::default());
    let selection = Selection(RwSignal::default());
    let order = RwSignal::new(Order {
        column: Column::Due,
        falling: false,
    });
    let found: Memo<Rows> = Memo::new_with_compare(
        move |_| {
            let (filter, order, today) = (filter.get(), order.get(), session.today().get());
            let names = people.names();
            let officer = |row: &LedgerRow| names.get(&row.officer).map_or("", String::as_str);
            let mut found: Vec<_> = rows.with(|rows| {
                rows.iter()
                    .filter(|row| filter.lets_through(row, officer(row), today))
                    .cloned()
                    .collect()
            });
            found.sort_by(|one, other| {
                let risen = order.column.compare(one, other);
                if order.falling {
                    risen.reverse()
                } else {
                    risen
                }
            });
            Arc::new(found)
        },
        |_, _| true,
    );
    let all = move || rows.with(|rows| rows.len());
    let count = move || found.with(|found| found.len());
    view! {
        <main class="page ledger" id="main" tabindex="-1">
            <div class="page__head ledger__head">
                <h1>"台账"</h1>
                <p class="tally" role="status">
                    <span>"筛得"<b class="num">{count}</b></span>
                    <span>"共"<b class="num">{all}</b></span>
                </p>
                <span class="push"></span>
                <Selected selection />
                <Export found />
            </div>
            {filters(filter, rows)}
            <Grid found order selection />
            <Foot order />
        </main>
    }
}

#[component]
fn Foot(order: RwSignal<Order>) -> impl IntoView {
    let sorted = move || {
        let Order { column, falling } = order.get();
        format!(
            "按{}{}",
            column.word(),
            if falling { "降序" } else { "升序" }
        )
    };
    view! {
        <div class="foot">
            <span>{sorted}</span>
            <span class="push"></span>
            <span><kbd class="kbd">"↑"</kbd><kbd class="kbd">"↓"</kbd>"移动"</span>
            <span><kbd class="kbd">"Enter"</kbd>"打开"</span>
            <span><kbd class="kbd">"x"</kbd>"选中"</span>
            <span><kbd class="kbd">"f"</kbd>"筛选"</span>
            <span><kbd class="kbd">"?"</kbd>"全部快捷键"</span>
        </div>
    }
}
