//! `aftercheck export`: every case of a ledger as a case file, and what the cases attach.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use shared::{
    CaseFile,
    travel::{attachment_name, file_name, pack},
};

use crate::{
    console::reason,
    contents::{self, Contents},
    db::{self, Database},
};

/// Why the ledger could not be written out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] db::Error),
    /// What a case attaches could not be read.
    #[error(transparent)]
    Contents(#[from] contents::Error),
    /// A file could not be written.
    #[error("{}：不能写（{}）", path.display(), reason(source))]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Writes every case into this directory, one file each, and into a folder within it what they
/// attach, as far as it is here; says how many cases.
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
    let contents = Contents::beside(database.directory());
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
        keep_attachments(&contents, &file, out)?;
        cases += 1;
        Ok::<(), Error>(())
    })?;
    Ok(cases)
}

fn keep_attachments(contents: &Contents, file: &CaseFile, out: &Path) -> Result<(), Error> {
    for attachment in &file.attachments {
        let path = out.join(attachment_name(attachment));
        // Named by its content: what is there already is the same.
        if path.exists() || !contents.is_whole(&attachment.hash)? {
            continue;
        }
        let failed = |source| Error::File {
            path: path.clone(),
            source,
        };
        let bytes = contents.read(&attachment.hash, 0, attachment.byte_size)?;
        fs::create_dir_all(path.parent().unwrap_or(out)).map_err(failed)?;
        fs::write(&path, bytes).map_err(failed)?;
    }
    Ok(())
}
