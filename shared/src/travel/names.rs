//! What the files of a case are called.

use crate::{CaseFile, attachment::Attachment, id::CaseId};

/// The folder of what cases attach.
const ATTACHMENTS: &str = "attachments";
/// Letters of the case's id in the name of its file, where its number stands there too.
const ID_LETTERS: usize = 8;
/// Letters of the number in the name of its file.
const NUMBER_LETTERS: usize = 40;

/// The name of a case's file: number and the beginning of the id, or the whole id where the case has
/// no number.
///
/// ```
/// use shared::{CaseFile, CaseHead, id::CaseId, travel::file_name};
/// let id: CaseId = CaseId::from_random([7; 16]);
/// let file = CaseFile::new(CaseHead { number: "京2013-001".into(), ..Default::default() });
/// assert_eq!(file_name(&id, &file), format!("京2013-001_{}.json", &id.as_str()[..8]));
/// assert_eq!(file_name(&id, &CaseFile::new(CaseHead::default())), format!("{id}.json"));
/// ```
pub fn file_name(id: &CaseId, file: &CaseFile) -> String {
    let letter = |letter: char| {
        if letter.is_alphanumeric() {
            letter
        } else {
            '-'
        }
    };
    let number: String = file
        .case
        .number
        .chars()
        .map(letter)
        .take(NUMBER_LETTERS)
        .collect();
    if number.is_empty() {
        format!("{id}.json")
    } else {
        format!("{number}_{}.json", &id.as_str()[..ID_LETTERS])
    }
}

/// The path of an attachment beside the case files: named by its content.
///
/// ```
/// use shared::{attachment::{Attachment, Purpose}, travel::attachment_name};
/// let scan = Attachment::of(b"%PDF-1.4", "检验报告", Purpose::Document)?;
/// assert_eq!(attachment_name(&scan), format!("attachments/{}.pdf", scan.hash));
/// # Ok::<(), shared::attachment::Unfit>(())
/// ```
pub fn attachment_name(attachment: &Attachment) -> String {
    let ending = attachment.media_type.extension();
    format!("{ATTACHMENTS}/{}.{ending}", attachment.hash)
}
