//! What can be said of a cell by itself.

use super::{
    field::Field,
    problem::Fault,
    table::{Cell, CellKind},
    value,
};
use crate::{
    Day,
    bureau::{self, Bureau},
    id::normalised,
};

/// Longer cells are no field of a case.
const CELL_LETTERS_AT_MOST: usize = 2_000;

/// What is wrong with a cell, looked at by itself.
pub(super) fn check_cell(field: Field, cell: &Cell, today: Option<Day>) -> Option<Fault> {
    let text = value::content(&cell.text);
    if text.is_empty() {
        return None;
    }
    let quoted = || text.chars().take(40).collect::<String>();
    if cell.kind == CellKind::Error && text.starts_with('=') {
        return Some(Fault::Uncomputed(quoted()));
    }
    if cell.kind == CellKind::Error {
        return Some(Fault::Formula(quoted()));
    }
    if text.chars().nth(CELL_LETTERS_AT_MOST).is_some() {
        return Some(Fault::TooLong {
            limit: CELL_LETTERS_AT_MOST,
        });
    }
    match field {
        // Only told, never read as an event: what cannot be read is kept as it is.
        Field::RectifiedOn | Field::ReinspectedOn | Field::RectifyBy | Field::HandleBy => None,
        field if field.is_day() => match value::day(text) {
            Err(error) => Some(Fault::Day {
                text: quoted(),
                error,
            }),
            Ok(day) => today.filter(|today| day > *today).map(|_| Fault::InFuture),
        },
        Field::Verdict if value::verdict(text).is_none() => Some(Fault::Verdict(quoted())),
        Field::Refused | Field::Serious | Field::Nonconforming if value::flag(text).is_none() => {
            Some(Fault::Flag(quoted()))
        }
        Field::Code => match value::code(text) {
            Err(error) => Some(Fault::Code {
                text: quoted(),
                error,
            }),
            Ok(code) if !value::is_standard_length(&code) => Some(Fault::CodeLength(quoted())),
            Ok(_) => None,
        },
        Field::District => match district_in(text) {
            District::Within(_) => None,
            District::Outside(_) => Some(Fault::OutsideBeijing(quoted())),
            District::Unknown => Some(Fault::District(quoted())),
        },
        Field::Model | Field::ReportNumber | Field::Plan if cell.kind == CellKind::Day => {
            Some(Fault::TakenForDay)
        }
        _ => None,
    }
}

/// What a district column says.
pub(super) enum District {
    /// In Beijing: a district, or one of the three places with a bureau of their own.
    Within(&'static Bureau),
    /// Elsewhere, by its code.
    Outside(String),
    /// Nothing that could be read.
    Unknown,
}

/// The district that a text names: 110105, 朝阳区, 110105 朝阳区, 110105001000, 北京市朝阳区酒仙桥路.
pub(super) fn district_in(text: &str) -> District {
    const BEIJING: &str = "11";
    let folded = normalised(text);
    let digits = folded.split(|letter: char| !letter.is_ascii_digit());
    let code = digits
        .filter(|digits| matches!(digits.len(), 6 | 9 | 12))
        .map(|digits| &digits[..6])
        .next();
    let found = bureau::by_place(&folded)
        .or_else(|| bureau::by_code(code?))
        .or_else(|| bureau::proposed(&folded, ""));
    match (found, code) {
        (Some(bureau), _) => District::Within(bureau),
        (None, Some(code)) if !code.starts_with(BEIJING) => District::Outside(code.to_owned()),
        _ => District::Unknown,
    }
}
