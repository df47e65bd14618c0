//! A file is chosen, or dropped, and read.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, HtmlInputElement};

use super::work::{Stage, Work};
use crate::components::status::Look;

/// What a file dialog offers first.
const KINDS: &str = ".xlsx,.xls,.csv,.json,.zip";

/// Where a file is dropped or chosen.
pub(super) fn choose(work: Work) -> AnyView {
    let is_over = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    let over = move |event: DragEvent| {
        event.prevent_default();
        is_over.set(true);
    };
    let drop = move |event: DragEvent| {
        event.prevent_default();
        is_over.set(false);
        let files = event.data_transfer().and_then(|data| data.files());
        if let Some(file) = files.and_then(|files| files.get(0)) {
            work.read(file);
        }
    };
    let pick = move |event: ev::Event| {
        if let Some(file) = chosen(&event) {
            work.read(file);
        }
    };
    let open = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <div class="page__head">
            <h1>"导入"</h1>
        </div>
        {move || work.stage.with(unreadable)}
        <div
            class="drop"
            class:is-over=move || is_over.get()
            on:dragover=over
            on:dragleave=move |_| is_over.set(false)
            on:drop=drop
        >
            <b>"把检验结果表或案件文件拖到这里"</b>
            <p>".xlsx、.xls、.csv，原样即可，断网也能读；案件文件 .json、.zip"</p>
            <button type="button" class="btn btn--main" on:click=open>
                "选择文件"
            </button>
            <input
                class="drop__file"
                type="file"
                accept=KINDS
                aria-label="选择检验结果表"
                tabindex="-1"
                node_ref=input
                on:change=pick
            />
        </div>
        <dl class="known import__how">
            <dt>"表头"</dt>
            <dd>"承检机构各有写法，都能认；认不准的列出来，由您定，下次照此"</dd>
            <dt>"日期"</dt>
            <dd class="num">"2013-03-04、2013/3/4、2013.3.4、2013年3月4日、20130304 和表格软件的日期都能读"</dd>
            <dt>"有错的行"</dt>
            <dd>"当场改，或留下，另存成表，改好再导；不影响其他行"</dd>
            <dt>"同一批次"</dt>
            <dd>"由计划、机构和报告编号认出，重复导入、在别处导入，都只成一案"</dd>
        </dl>
    }
    .into_any()
}

/// The file of the dialog; the same file can then be chosen again.
fn chosen(event: &ev::Event) -> Option<File> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    let file = input.files()?.get(0);
    input.set_value("");
    file
}

fn unreadable(stage: &Stage) -> AnyView {
    let Stage::Unreadable { name, why } = stage else {
        return ().into_any();
    };
    view! {
        <div class="msg msg--bad import__fail" role="alert">
            {Look::Overdue.mark()}
            <div>
                <b>{format!("没有读出“{name}”")}</b>
                <p>{format!("{why}。台账没有改动。")}</p>
            </div>
        </div>
    }
    .into_any()
}

/// A file being read.
pub(super) fn reading(work: Work) -> AnyView {
    let said = move || {
        work.stage.with(|stage| match stage {
            Stage::Reading { name, rows: 0 } => format!("正在读 {name}"),
            Stage::Reading { name, rows } => format!("正在读 {name}，已读 {rows} 行"),
            _ => String::new(),
        })
    };
    view! {
        <div class="page__head">
            <h1>"导入"</h1>
        </div>
        <div class="drop">
            <p role="status" class="num">{said}</p>
            <progress class="progress import__progress" aria-label="读表"></progress>
            <button type="button" class="btn" on:click=move |_| work.stop()>
                "取消"
            </button>
        </div>
    }
    .into_any()
}
