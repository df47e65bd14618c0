//! Case files: what is in the file, and its taking in by the server, which keeps the changes that
//! they carry as they are.

use std::{collections::HashSet, sync::Arc};

use leptos::{prelude::*, task::spawn_local};
use shared::{
    CaseFile, Role,
    attachment::ContentHash,
    import::HandedIn,
    travel::{Handed, Received, unpack},
};

use super::{
    counted,
    work::{Stage, Work},
};
use crate::{
    api::{self, ApiError},
    components::status::{Look, status},
    session::Session,
};

/// The most bytes of cases in one request; a larger case goes alone.
const BYTES_AT_A_TIME: usize = 2 << 20;
/// Cases that are listed one by one.
const LISTED: usize = 200;

/// The cases of a file, and what they attach.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Bundle {
    pub(super) file: String,
    pub(super) cases: Vec<HandedIn>,
    pub(super) contents: Vec<Vec<u8>>,
}

impl Bundle {
    fn readable(&self) -> impl Iterator<Item = (&str, &CaseFile)> {
        self.cases
            .iter()
            .filter_map(|it| Some((&*it.name, it.case.as_ref().ok()?)))
    }

    /// What the cases attach, of what came with them.
    fn attached(&self) -> Vec<Vec<u8>> {
        let named: HashSet<ContentHash> = self
            .readable()
            .flat_map(|(_, case)| case.attachments.iter().map(|it| it.hash))
            .collect();
        let is_named = |bytes: &&Vec<u8>| named.contains(&ContentHash::of(bytes));
        self.contents.iter().filter(is_named).cloned().collect()
    }
}

/// What came of the cases, and why some did not come in.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Came {
    received: Received,
    rejected: Vec<(String, String)>,
}

/// The cases of the file, before they are taken.
pub(super) fn look(work: Work, bundle: &Arc<Bundle>) -> AnyView {
    let session = Session::use_in();
    let known: HashSet<_> = session
        .cases()
        .with_untracked(|cases| cases.iter().map(|case| case.id.clone()).collect());
    let rows = bundle
        .cases
        .iter()
        .take(LISTED)
        .map(|handed| {
            let (name, state) = match &handed.case {
                Ok(case) if known.contains(&unpack(case.clone()).id) => {
                    (named(case), status(Look::Waived, "已在台账，只补所缺"))
                }
                Ok(case) => (named(case), status(Look::Running, "新立案")),
                Err(why) => (handed.name.clone(), status(Look::Overdue, why.clone())),
            };
            view! { <li><span>{name}</span>{state}</li> }
        })
        .collect::<Vec<_>>();
    let rest = bundle.cases.len().saturating_sub(LISTED);
    let rest = (rest > 0).then(|| view! { <li class="muted">{format!("另有 {rest} 件")}</li> });
    let count = bundle.readable().count();
    let attached = bundle.attached().len();
    let attached =
        (attached > 0).then(|| view! { <span>"附件"<b class="num">{attached}</b></span> });
    let role = session
        .profile()
        .with_untracked(|profile| profile.as_ref().map(|profile| profile.actor.role));
    let may = role == Some(Role::Municipal);
    let taken = bundle.clone();
    let busy = RwSignal::new(false);
    let take = move |_| {
        busy.set(true);
        take(work, session, taken.clone(), busy);
    };
    let file = bundle.file.clone();
    view! {
        <div class="page__head">
            <h1>"导入"</h1>
            <p class="tally" role="status">
                <span class="import__file">{file}</span>
                <span>"案件"<b class="num">{bundle.cases.len()}</b></span>
                {attached}
            </p>
            <button type="button" class="btn push" on:click=move |_| work.clear()>
                "换一个文件"
            </button>
        </div>
        <section class="part" aria-labelledby="case-files">
            <h2 id="case-files">"案件文件"</h2>
            <p>"记录人、时间、更正照原样收下；台账里已有的不会重复。须联网。"</p>
            <ul class="import__cases">{rows}{rest}</ul>
            <div class="part__acts">
                <button
                    type="button"
                    class="btn btn--main"
                    disabled=move || busy.get() || count == 0 || !may
                    on:click=take
                >
                    {move || if busy.get() { "正在导入……".to_owned() } else { format!("导入 {count} 件") }}
                </button>
                {(!may).then(|| view! { <p>{status(Look::Waived, "案件文件由市局导入")}</p> })}
            </div>
        </section>
    }
    .into_any()
}

fn named(case: &CaseFile) -> String {
    let head = &case.case;
    let number = Some(&head.number).filter(|number| !number.is_empty());
    [
        number,
        Some(&head.enterprise.name),
        Some(&head.product.name),
    ]
    .into_iter()
    .flatten()
    .cloned()
    .collect::<Vec<_>>()
    .join("　")
}

fn take(work: Work, session: Session, bundle: Arc<Bundle>, busy: RwSignal<bool>) {
    spawn_local(async move {
        match taken(session, &bundle).await {
            Ok(came) => work.stage.set(Stage::FilesTaken(came)),
            Err(error) => {
                let _ = busy.try_set(false);
                work.say_not_taken(&error);
            }
        }
    });
}

async fn taken(session: Session, bundle: &Bundle) -> Result<Came, String> {
    let mut came = Came::default();
    for handed in &bundle.cases {
        if let Err(why) = &handed.case {
            came.rejected.push((handed.name.clone(), why.clone()));
        }
    }
    let mut waiting: Vec<(&str, &CaseFile)> = Vec::new();
    let mut bytes = 0;
    for (name, case) in bundle.readable() {
        let size = serde_json::to_string(case).map_or(0, |text| text.len());
        if bytes + size > BYTES_AT_A_TIME && !waiting.is_empty() {
            send(&mut came, &std::mem::take(&mut waiting)).await?;
            bytes = 0;
        }
        bytes += size;
        waiting.push((name, case));
    }
    if !waiting.is_empty() {
        send(&mut came, &waiting).await?;
    }
    let attached = bundle.attached();
    if !attached.is_empty() {
        let kept = session.keep_contents(attached).await;
        kept.map_err(|error| error.to_string())?;
    }
    session.sync_now();
    Ok(came)
}

async fn send(came: &mut Came, cases: &[(&str, &CaseFile)]) -> Result<(), String> {
    let handed = Handed {
        cases: cases.iter().map(|(_, case)| (*case).clone()).collect(),
    };
    let Received {
        imported,
        updated,
        skipped,
        rejected,
    } = api::take_case_files(&handed)
        .await
        .map_err(|error| match error {
            ApiError::Unreachable => "联系不上服务器，案件文件须联网导入".to_owned(),
            error => error.to_string(),
        })?;
    came.received.imported += imported;
    came.received.updated += updated;
    came.received.skipped += skipped;
    let named = |(at, why): (usize, String)| {
        let case = cases.get(at);
        (case.map_or_else(String::new, |(_, case)| named(case)), why)
    };
    came.rejected.extend(rejected.into_iter().map(named));
    Ok(())
}

/// What came of it.
pub(super) fn came(work: Work, came: &Came) -> AnyView {
    let Received {
        imported,
        updated,
        skipped,
        ..
    } = came.received;
    let counts = [
        (imported, Look::Done, "件新立案"),
        (updated, Look::Done, "件已在台账，补上了所缺的记录"),
        (skipped, Look::Waived, "件已在台账，没有新内容"),
    ];
    let lines = counted(&counts);
    let rejected = came
        .rejected
        .iter()
        .map(|(name, why)| view! { <li>{status(Look::Overdue, format!("{name}：{why}"))}</li> })
        .collect::<Vec<_>>();
    view! {
        <div class="page__head">
            <h1>"导入"</h1>
        </div>
        <section class="part" aria-labelledby="taken">
            <h2 id="taken">"导入完毕"</h2>
            <ul class="import__outcome" role="status">{lines}{rejected}</ul>
            <div class="part__acts">
                <a class="btn btn--main" href="/ledger">"看台账"</a>
                <button type="button" class="btn" on:click=move |_| work.clear()>
                    "再导一份"
                </button>
            </div>
        </section>
    }
    .into_any()
}
