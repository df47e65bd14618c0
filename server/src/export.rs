//! `aftercheck export`: every case of a ledger as a case file.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use shared::{CaseFile, id::CaseId, travel::pack};

use crate::{
    console::reason,
    db::{self, Database},
};

/// Letters of the case's id in the name of its file, where its number stands there too.
const ID_LETTERS: usize = 8;

/// Why the ledger could not be written out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] db::Error),
    /// A file could not be written.
    #[error("{}：不能写（{}）", path.display(), reason(source))]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Writes every case into this directory, one file each; says how many.
///
/// The same ledger gives the same files, byte for byte. Other files of the directory are left alone.
///
/// # Errors
/// Where the database fails or a file cannot be written; what was written stays.
pub fn run(database: &Database, out: &Path) -> Result<usize, Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::File { path, source }
    };
    fs::create_dir_all(out).map_err(failed(out))?;
    let mut cases = 0;
    database.each_case(|subject, changes| {
        let Some(id) = subject.case_id() else {
            return Ok(());
        };
        let file = pack(&id, changes);
        let path = out.join(file_name(&id, &file));
        let mut text = serde_json::to_string_pretty(&file).map_err(|error| Error::File {
            path: path.clone(),
            source: error.into(),
        })?;
        text.push('\n');
        fs::write(&path, text).map_err(failed(&path))?;
        cases += 1;
        Ok::<(), Error>(())
    })?;
    Ok(cases)
}

/// Number and the beginning of the id, or the whole id where the case has no number.
fn file_name(id: &CaseId, file: &CaseFile) -> String {
    let number: String = file
        .case
        .number
        .chars()
        .map(|letter| {
            if letter.is_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .take(40)
        .collect();
    if number.is_empty() {
        format!("{id}.json")
    } else {
        format!("{number}_{}.json", &id.as_str()[..ID_LETTERS])
    }
}
