//! Reading case files, with errors that a person can act on, and writing them without loss.

mod reason;

use serde::Serialize;

use self::reason::in_chinese;
use crate::{
    CaseFile, EventKind,
    case::{CASE_FORMAT, Trait},
    conflict::PROVENANCE,
    field::fields,
    visit::RECORD_FIELD,
};

/// The largest case file that is read, in bytes.
///
/// ```
/// use shared::case_file::{CaseFileError, MAXIMUM_CASE_FILE_BYTES, read};
/// let large = vec![b' '; MAXIMUM_CASE_FILE_BYTES + 1];
/// assert!(matches!(read(&large), Err(CaseFileError::TooLarge)));
/// ```
pub const MAXIMUM_CASE_FILE_BYTES: usize = 16 * 1024 * 1024;

/// A case file cannot be used, where, and why.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CaseFileError {
    /// Larger than [`MAXIMUM_CASE_FILE_BYTES`].
    #[error("文件超过 {} MiB", MAXIMUM_CASE_FILE_BYTES / 1024 / 1024)]
    TooLarge,
    /// Not UTF-8.
    #[error("第 {line} 行不是 UTF-8 文字")]
    NotUtf8 {
        /// The line, from 1.
        line: usize,
    },
    /// Not JSON.
    #[error("第 {line} 行第 {column} 列：不是 JSON（{reason}）")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What was met there.
        reason: String,
    },
    /// JSON, but not a case file, or one of another format.
    #[error("第 {line} 行，字段 format：应为 {CASE_FORMAT}，实为 {found}")]
    OtherFormat {
        /// The line of the field, or the first.
        line: usize,
        /// What it says, or that it says nothing.
        found: String,
    },
    /// A field has a value that it cannot have, or is missing.
    #[error("第 {line} 行第 {column} 列，字段 {field}：{reason}")]
    Unfit {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// The field, such as `events[3].due`.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Reads a case file. Unknown fields and types of event are kept; [`unknown`] names them.
///
/// # Errors
/// [`CaseFileError`] with the line and the field.
///
/// ```
/// use shared::case_file::{CaseFileError, read};
/// let text = r#"{ "format": "aftercheck-case/1", "case": {},
///   "events": [{ "id": "e1", "type": "result_served", "on": "2013-02-30" }] }"#;
/// let Err(CaseFileError::Unfit { line, field, .. }) = read(text.as_bytes()) else {
///     panic!("there is no such day");
/// };
/// assert_eq!((line, &*field), (2, "events[0].on"));
/// ```
pub fn read(bytes: &[u8]) -> Result<CaseFile, CaseFileError> {
    if bytes.len() > MAXIMUM_CASE_FILE_BYTES {
        return Err(CaseFileError::TooLarge);
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.split(|byte| *byte == b'\n').count();
        CaseFileError::NotUtf8 { line }
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let read: Result<CaseFile, _> = serde_path_to_error::deserialize(&mut deserializer);
    let case = match read {
        Ok(case) => deserializer
            .end()
            .map(|()| case)
            .map_err(|error| not_json(&error)),
        Err(error) => {
            let field = error.path().to_string();
            Err(fault(field, error.inner()))
        }
    };
    match case {
        Ok(case) if case.format == CASE_FORMAT => Ok(case),
        Err(error @ CaseFileError::NotJson { .. }) => Err(error),
        other => match format_of(text) {
            Some(format) if format == CASE_FORMAT => other,
            // A file of another kind is told so, whatever else it lacks.
            format => Err(CaseFileError::OtherFormat {
                line: line_of_format(text),
                found: format.unwrap_or_else(|| "（无）".to_owned()),
            }),
        },
    }
}

fn not_json(error: &serde_json::Error) -> CaseFileError {
    CaseFileError::NotJson {
        line: error.line(),
        column: error.column(),
        reason: in_chinese(&without_place(error)),
    }
}

fn fault(path: String, error: &serde_json::Error) -> CaseFileError {
    if !error.is_data() {
        return not_json(error);
    }
    let reason = without_place(error);
    // Fields that are missing, or met before the type of their event, are named by the reason.
    let named = reason
        .strip_prefix("missing field `")
        .or_else(|| reason.strip_prefix('`').filter(|rest| rest.contains("`: ")))
        .and_then(|rest| rest.split('`').next());
    let field = match named {
        Some(name) if path == "." => name.to_owned(),
        Some(name) => format!("{path}.{name}"),
        None => path,
    };
    let reason = match reason.strip_prefix('`').and_then(|it| it.split_once("`: ")) {
        Some((_, reason)) => in_chinese(reason),
        None => in_chinese(&reason),
    };
    CaseFileError::Unfit {
        line: error.line(),
        column: error.column(),
        field,
        reason,
    }
}

/// The message of the parser without its "at line 1 column 2", which is said apart.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

fn format_of(text: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let format = value.get("format")?;
    Some(
        format
            .as_str()
            .map_or_else(|| format.to_string(), str::to_owned),
    )
}

fn line_of_format(text: &str) -> usize {
    let line = text.lines().position(|line| line.contains("\"format\""));
    line.map_or(1, |line| line + 1)
}

/// Something in a case file that this version does not know, and keeps.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Unknown {
    /// Where it stands, such as `events[3].weather`.
    pub field: String,
    /// What it is.
    pub what: UnknownKind,
}

/// What is unknown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownKind {
    /// A field.
    Field,
    /// A type of event.
    EventType,
    /// A trait of the product.
    Trait,
    /// A class of excluded products.
    ExcludedClass,
    /// An edition of the regulation.
    Edition,
}

/// Fields beside those of the rules that the app itself writes.
const FILE_FIELDS: [&str; 2] = ["edits", "id"];
const HEAD_FIELDS: [&str; 1] = ["sheet"];
const SPOT_CHECK_FIELDS: [&str; 1] = ["plan"];
const PRODUCT_FIELDS: [&str; 3] = [
    "production_licence_number",
    "certificate_number",
    "sampled_on",
];
const ENTERPRISE_FIELDS: [&str; 5] = [
    "address",
    "contact",
    "phone",
    "legal_representative",
    "size",
];
const EXCLUDED_CLASSES: [&str; 4] = ["food", "food_related", "cosmetics", "measuring_instrument"];

/// What of a case file this version does not know: it is kept and passed on, and no rule reads it.
///
/// ```
/// use shared::case_file::{Unknown, UnknownKind, read, unknown};
/// let text = r#"{ "format": "aftercheck-case/1", "case": { "regulation": "beijing-2013" },
///   "events": [{ "id": "e1", "type": "result_served", "on": "2013-03-12", "weather": "雨" }] }"#;
/// let found: Vec<Unknown> = unknown(&read(text.as_bytes())?);
/// assert_eq!(found[0].field, "events[0].weather");
/// assert_eq!(found[0].what, UnknownKind::Field);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn unknown(case: &CaseFile) -> Vec<Unknown> {
    let mut found = Vec::new();
    let mut add = |field: String, what| found.push(Unknown { field, what });
    let head = &case.case;
    let parts = [
        ("", &case.other, &FILE_FIELDS[..]),
        ("case.", &head.other, &HEAD_FIELDS),
        (
            "case.spot_check.",
            &head.spot_check.other,
            &SPOT_CHECK_FIELDS,
        ),
        ("case.product.", &head.product.other, &PRODUCT_FIELDS),
        (
            "case.enterprise.",
            &head.enterprise.other,
            &ENTERPRISE_FIELDS,
        ),
    ];
    for (part, other, known) in parts {
        for name in other.keys().filter(|name| !known.contains(&name.as_str())) {
            add(format!("{part}{name}"), UnknownKind::Field);
        }
    }
    for (at, item) in head.product.traits.iter().enumerate() {
        if matches!(item, Trait::Unknown(_)) {
            add(format!("case.product.traits[{at}]"), UnknownKind::Trait);
        }
    }
    let class = head.product.excluded_class.as_deref().unwrap_or_default();
    if !class.is_empty() && !EXCLUDED_CLASSES.contains(&class) {
        add(
            "case.product.excluded_class".to_owned(),
            UnknownKind::ExcludedClass,
        );
    }
    if crate::edition::Edition::of(&head.regulation).is_none() {
        add("case.regulation".to_owned(), UnknownKind::Edition);
    }
    for (at, event) in case.events.iter().enumerate() {
        if matches!(event.kind, EventKind::Unknown(_)) {
            add(format!("events[{at}].type"), UnknownKind::EventType);
            continue;
        }
        let own = fields(&event.kind);
        for name in event.details.keys() {
            let recorded = event.kind == EventKind::RectificationVerified && name == RECORD_FIELD;
            let known = recorded || own.iter().any(|field| field.name == name);
            if !known && !PROVENANCE.contains(&name.as_str()) {
                add(format!("events[{at}].{name}"), UnknownKind::Field);
            }
        }
    }
    found
}
