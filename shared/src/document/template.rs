//! Texts with places for facts.

use super::{Fact, Line, Part, draft::Scene};
use crate::{rule::Rule, words};

/// A piece of a text.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Piece<'t> {
    /// Words.
    Words(&'t str),
    /// `{name}`: a fact.
    Fact(Fact),
    /// `{art7.file_objection}`: the due day of a rule's row.
    Due(&'t str),
    /// `{art7.file_objection:limit}`: how long there is by the rule.
    Limit(&'t str),
    /// A name that means nothing.
    Unknown(&'t str),
}

/// The pieces of a text.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((words, after)) = rest.split_once('{') {
        if !words.is_empty() {
            pieces.push(Piece::Words(words));
        }
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        pieces.push(piece(name));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest));
    }
    pieces
}

fn piece(name: &str) -> Piece<'_> {
    if let Some(rule) = name.strip_suffix(":limit") {
        Piece::Limit(rule)
    } else if name.contains('.') {
        Piece::Due(name)
    } else {
        Fact::of(name).map_or(Piece::Unknown(name), Piece::Fact)
    }
}

/// The text with its places filled.
pub(super) fn fill(text: &str, scene: &Scene<'_>) -> Line {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Words(words) | Piece::Unknown(words) => Part::Text(words.to_owned()),
            Piece::Fact(fact) => value(scene.value(fact), fact.title()),
            Piece::Due(id) => {
                let rule = scene.rule(id);
                let due = scene.due(id).map(super::draft::date);
                value(due, rule.map_or(id, |rule| rule.due))
            }
            Piece::Limit(id) => Part::Text(limit(scene.rule(id))),
        })
        .collect()
}

/// 15日, as a document writes it.
fn limit(rule: Option<&Rule>) -> String {
    rule.map_or_else(String::new, |rule| {
        words::limit(rule.limit).replace(' ', "")
    })
}

pub(super) fn value(value: Option<String>, name: &str) -> Part {
    match value {
        Some(value) => Part::Value(value),
        None => Part::Blank(name.to_owned()),
    }
}
