//! Files that hold several cases.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    CaseFile,
    case_file::{CaseFileError, read},
};

/// The largest file of several cases that is read, in bytes.
pub const MAXIMUM_BUNDLE_BYTES: usize = 256 * 1024 * 1024;

/// An object with several cases.
#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    cases: Vec<&'a RawValue>,
}

/// The cases of a file that holds several; `None` where it is of another shape.
fn several(bytes: &[u8]) -> Option<Vec<&RawValue>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let listed = || serde_json::from_str::<Vec<&RawValue>>(text).ok();
    let named = || serde_json::from_str::<Named<'_>>(text).ok();
    listed().or_else(|| named().map(|named| named.cases))
}

/// Reads every case of a file: a case file, a list of them, or an object whose `cases` is such a
/// list, as the worked examples of the rules are. Lines in the errors count from where the case
/// begins.
///
/// ```
/// use shared::travel::{MAXIMUM_BUNDLE_BYTES, read_all};
/// let one = r#"{ "format": "aftercheck-case/1", "case": {}, "events": [] }"#;
/// assert!(read_all(one.as_bytes())[0].is_ok());
/// let bundle = format!(r#"{{ "title": "两件", "cases": [{one}, {{}}] }}"#);
/// assert!(bundle.len() <= MAXIMUM_BUNDLE_BYTES);
/// let read = read_all(bundle.as_bytes());
/// assert_eq!((read.len(), read[0].is_ok(), read[1].is_err()), (2, true, true));
/// ```
pub fn read_all(bytes: &[u8]) -> Vec<Result<CaseFile, CaseFileError>> {
    if bytes.len() > MAXIMUM_BUNDLE_BYTES {
        return vec![Err(CaseFileError::TooLarge)];
    }
    match several(bytes) {
        Some(cases) => cases
            .into_iter()
            .map(|case| read(case.get().as_bytes()))
            .collect(),
        None => vec![read(bytes)],
    }
}
