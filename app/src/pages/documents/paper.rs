//! A document on paper, by the conventions of GB/T 9704.

use leptos::prelude::*;
use shared::{
    attachment::Attachment,
    document::{Block, Document, Line, Part},
};

use crate::components::picture::picture;

/// The document. Signatures stand in the places to be signed, in their order.
pub(super) fn paper(document: &Document, signatures: &[Attachment]) -> AnyView {
    let goes_out = document
        .blocks
        .iter()
        .any(|block| matches!(block, Block::Addressee(_)));
    let number = if document.number.is_empty() {
        view! { <span class="a4__blank">"文号"</span> }.into_any()
    } else {
        document.number.clone().into_any()
    };
    let head = if goes_out {
        view! {
            <p class="a4__office">{document.office.clone()}</p>
            <p class="a4__number a4__number--red">{number}</p>
            <h2 class="a4__title">{document.title.clone()}</h2>
        }
        .into_any()
    } else {
        view! {
            <h2 class="a4__title">{document.title.clone()}</h2>
            <p class="a4__number">{number}</p>
        }
        .into_any()
    };
    let blocks = document
        .blocks
        .iter()
        .map(|it| block(it, signatures))
        .collect::<Vec<_>>();
    view! { <article class="a4" lang="zh-CN">{head}{blocks}</article> }.into_any()
}

fn block(block: &Block, signatures: &[Attachment]) -> AnyView {
    match block {
        Block::Addressee(to) => view! { <p class="a4__to">{line(to)}"："</p> }.into_any(),
        Block::Paragraph(text) => view! { <p>{line(text)}</p> }.into_any(),
        Block::Limits(lines) => lines
            .iter()
            .map(|text| view! { <p>{line(text)}</p> })
            .collect::<Vec<_>>()
            .into_any(),
        Block::Facts(facts) => {
            let rows = facts
                .iter()
                .map(|(name, value)| {
                    view! { <tr><th scope="row">{name.clone()}</th><td>{line(value)}</td></tr> }
                })
                .collect::<Vec<_>>();
            view! { <table class="a4__facts"><tbody>{rows}</tbody></table> }.into_any()
        }
        Block::Signature { office, on } => view! {
            <div class="a4__sign">
                <p>{line(office)}</p>
                <p>{line(on)}</p>
            </div>
        }
        .into_any(),
        Block::Fields(fields) => {
            let of = |field: &str| {
                signatures
                    .iter()
                    .filter(|it| it.name.starts_with(field))
                    .map(picture)
                    .collect::<Vec<_>>()
            };
            let rows = fields
                .iter()
                .map(|name| {
                    view! { <tr><th scope="row">{name.clone()}</th><td>{of(name)}</td></tr> }
                })
                .collect::<Vec<_>>();
            view! { <table class="a4__facts a4__facts--by-hand"><tbody>{rows}</tbody></table> }
                .into_any()
        }
    }
}

fn line(line: &Line) -> Vec<AnyView> {
    line.iter()
        .map(|part| match part {
            Part::Text(text) => text.clone().into_any(),
            Part::Value(value) => {
                view! { <span class="a4__value">{value.clone()}</span> }.into_any()
            }
            Part::Blank(name) => view! { <span class="a4__blank">{name.clone()}</span> }.into_any(),
        })
        .collect()
}
