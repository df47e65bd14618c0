//! Two documents of one number, as two devices without network may have given it.

use leptos::prelude::*;
use shared::document::Clash;

use super::address_of;
use crate::{
    components::status::Look,
    model::duty::number_of,
    people::name_of,
    session::{LedgerCase, Session},
};

/// What is said of them, with a way to each.
pub(crate) fn told(case: &LedgerCase, clashes: &[Clash]) -> Vec<AnyView> {
    let cases = Session::use_in().cases().get();
    let one = |clash: &Clash| {
        let documents = clash
            .documents
            .iter()
            .filter_map(|(id, document)| {
                let of = cases.iter().find(|case| case.id == *id)?;
                let here = if *id == case.id { "本案" } else { "" };
                let words = format!(
                    "{here}{}　{}　{} 出文",
                    number_of(of),
                    of.file.case.enterprise.name,
                    name_of(&document.record.author)
                );
                Some(view! { <li><a class="link" href=address_of(of, document)>{words}</a></li> })
            })
            .collect::<Vec<_>>();
        view! {
            <div class="msg msg--bad" role="alert">
                {Look::Disputed.mark()}
                <div>
                    <b>{format!("{}下有 {} 份文书", clash.number, clash.documents.len())}</b>
                    <p>"两台设备在断网时取了同一个号。请由出文单位给其中一份改号："</p>
                    <ul class="moves">{documents}</ul>
                </div>
            </div>
        }
        .into_any()
    };
    clashes.iter().map(one).collect()
}
