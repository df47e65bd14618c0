-- Version 1. Later versions add a file and a line in `MIGRATIONS`; this one never changes.

-- What the database knows of itself: epoch, receipt key.
CREATE TABLE facts (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The log: append-only. `chain` links each change to the one before it, `digest` is the
-- fingerprint of all changes up to here.
CREATE TABLE changes (
    position    INTEGER PRIMARY KEY,
    device      TEXT    NOT NULL,
    sequence    INTEGER NOT NULL,
    subject     TEXT    NOT NULL,
    clock       TEXT    NOT NULL,
    author      TEXT    NOT NULL,
    schema      INTEGER NOT NULL,
    body        TEXT    NOT NULL,
    received_at INTEGER NOT NULL,
    chain       BLOB    NOT NULL,
    digest      BLOB    NOT NULL,
    UNIQUE (device, sequence)
) STRICT;
CREATE INDEX changes_by_subject ON changes (subject, position);
CREATE TRIGGER changes_are_not_altered BEFORE UPDATE ON changes
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER changes_are_not_removed BEFORE DELETE ON changes
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

-- What each scope is given, in order: a change, or the revocation of a subject. The scope `all`
-- has none: its feed is the log.
CREATE TABLE feed (
    scope    TEXT    NOT NULL,
    number   INTEGER NOT NULL,
    position INTEGER REFERENCES changes (position),
    revoked  TEXT,
    held     BLOB,
    digest   BLOB    NOT NULL,
    PRIMARY KEY (scope, number)
) STRICT, WITHOUT ROWID;

-- Which subjects each scope sees now; derived from the log, like the feed.
CREATE TABLE sight (
    subject TEXT NOT NULL,
    scope   TEXT NOT NULL,
    PRIMARY KEY (subject, scope)
) STRICT, WITHOUT ROWID;

-- The cases of each organisation and product kind, by the subject of its history record
-- (category 8); derived from the log.
CREATE TABLE histories (
    history TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (history, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX histories_by_subject ON histories (subject);

-- The last case number given in each series.
CREATE TABLE numbers (
    series TEXT PRIMARY KEY,
    last   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Changes that were not taken. Nothing is ever removed.
CREATE TABLE review (
    number      INTEGER PRIMARY KEY,
    device      TEXT    NOT NULL,
    sequence    INTEGER NOT NULL,
    author      TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    change      TEXT    NOT NULL,
    received_at INTEGER NOT NULL
) STRICT;
CREATE INDEX review_by_device ON review (device, sequence);
CREATE INDEX review_by_author ON review (author);

CREATE TABLE accounts (
    user       TEXT PRIMARY KEY,
    display    TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    office     TEXT    NOT NULL,
    passphrase TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT, WITHOUT ROWID;

-- One for each installation of the app for one user. `settled` is the last of its changes that
-- was taken or refused.
CREATE TABLE devices (
    device       TEXT PRIMARY KEY,
    user         TEXT    NOT NULL REFERENCES accounts (user),
    settled      INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    last_contact INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_by_user ON devices (user);

-- Only hashes of the tokens are kept.
CREATE TABLE sessions (
    token      BLOB PRIMARY KEY,
    user       TEXT    NOT NULL REFERENCES accounts (user),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user);

CREATE TABLE invitations (
    token      BLOB PRIMARY KEY,
    role       TEXT    NOT NULL,
    office     TEXT    NOT NULL,
    display    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;
