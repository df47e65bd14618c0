//! The bytes of attachments, as files beside the database: one for each content, named by its hash,
//! written whole or not at all. What has come of one that is under way lies in a folder apart.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use shared::attachment::{ContentHash, MediaType};

/// The folder's name within the data directory.
pub const FOLDER_NAME: &str = "attachments";
const PARTIAL: &str = "partial";

/// Why a chunk was not taken, or a content not read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system reports an error.
    #[error("attachments: {0}")]
    Io(#[from] io::Error),
    /// The chunk does not begin where what is here ends.
    #[error("the chunk begins elsewhere: {offset} bytes are here")]
    WrongOffset {
        /// How many bytes are here.
        offset: u64,
    },
    /// There are more bytes than the log says.
    #[error("there are more bytes than the log says")]
    TooLarge,
    /// The bytes are not of the type that the log says.
    #[error("the bytes are not of the type that the log says")]
    WrongType,
    /// All bytes came, and they are not those that the hash names. They were thrown away.
    #[error("the bytes are not those that the hash names")]
    HashMismatch,
}

/// The folder of contents.
#[derive(Debug)]
pub struct Contents {
    folder: PathBuf,
    /// One chunk is written at a time: two devices may send the same content.
    turn: Mutex<()>,
}

impl Contents {
    /// The contents beside the database in this directory.
    pub fn beside(directory: &Path) -> Self {
        Self {
            folder: directory.join(FOLDER_NAME),
            turn: Mutex::new(()),
        }
    }

    /// How many bytes of a content are here; all of them once it is whole.
    ///
    /// # Errors
    /// What the file system says.
    pub fn offset(&self, hash: &ContentHash) -> Result<u64, Error> {
        Ok(match length(&self.whole(hash))? {
            Some(length) => length,
            None => length(&self.partial(hash))?.unwrap_or(0),
        })
    }

    /// Whether all of it is here, checked.
    ///
    /// # Errors
    /// What the file system says.
    pub fn is_whole(&self, hash: &ContentHash) -> Result<bool, Error> {
        Ok(length(&self.whole(hash))?.is_some())
    }

    /// Takes the bytes from `offset` on; gives how many are here now. With the last of them they
    /// are checked, flushed, and put under their name.
    ///
    /// # Errors
    /// [`Error`], each with what to do about it.
    pub fn append(
        &self,
        hash: &ContentHash,
        media_type: MediaType,
        byte_size: u64,
        offset: u64,
        chunk: &[u8],
    ) -> Result<u64, Error> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let here = self.offset(hash)?;
        if self.is_whole(hash)? {
            return Ok(here);
        }
        if offset != here {
            return Err(Error::WrongOffset { offset: here });
        }
        let after = here + chunk.len() as u64;
        if after > byte_size {
            return Err(Error::TooLarge);
        }
        // A first chunk shorter than what tells the type by: the check at the end finds it.
        if here == 0 && chunk.len() >= 12 && MediaType::of_content(chunk) != Some(media_type) {
            return Err(Error::WrongType);
        }
        let partial = self.partial(hash);
        fs::create_dir_all(self.folder.join(PARTIAL))?;
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&partial)?;
        if let Err(error) = file.write_all(chunk) {
            // Half a chunk would be taken for all of it.
            file.set_len(here)?;
            return Err(error.into());
        }
        if after == byte_size {
            self.finish(hash, media_type, &partial, &file)?;
        }
        Ok(after)
    }

    fn finish(
        &self,
        hash: &ContentHash,
        media_type: MediaType,
        partial: &Path,
        file: &File,
    ) -> Result<(), Error> {
        let bytes = fs::read(partial)?;
        let fault = if ContentHash::of(&bytes) != *hash {
            Some(Error::HashMismatch)
        } else if MediaType::of_content(&bytes) != Some(media_type) {
            Some(Error::WrongType)
        } else {
            None
        };
        if let Some(fault) = fault {
            fs::remove_file(partial)?;
            return Err(fault);
        }
        file.sync_all()?;
        let whole = self.whole(hash);
        let folder = whole.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder)?;
        fs::rename(partial, &whole)?;
        // The names must be on the disk too: the file's, and its folder's in the one above.
        for folder in [folder, &self.folder] {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    /// The bytes `start..end` of a content that is whole.
    ///
    /// # Errors
    /// What the file system says.
    pub fn read(&self, hash: &ContentHash, start: u64, end: u64) -> Result<Vec<u8>, Error> {
        let mut file = File::open(self.whole(hash))?;
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(end.saturating_sub(start))
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Folders of at most 256 names each list quickly.
    fn whole(&self, hash: &ContentHash) -> PathBuf {
        let name = hash.to_string();
        self.folder.join(&name[..2]).join(&name)
    }

    fn partial(&self, hash: &ContentHash) -> PathBuf {
        self.folder.join(PARTIAL).join(hash.to_string())
    }
}

fn length(path: &Path) -> io::Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(found) => Ok(Some(found.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
