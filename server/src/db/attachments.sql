-- Version 2: attachments.

-- Which cases name which contents; derived from the log.
CREATE TABLE content_uses (
    hash       TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    media_type TEXT    NOT NULL,
    byte_size  INTEGER NOT NULL,
    PRIMARY KEY (hash, subject)
) STRICT, WITHOUT ROWID;

-- Contents whose bytes are here, whole and checked; the bytes are files beside the database.
CREATE TABLE contents (
    hash         TEXT PRIMARY KEY,
    media_type   TEXT    NOT NULL,
    byte_size    INTEGER NOT NULL,
    completed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
