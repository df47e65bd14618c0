-- Version 3: devices that their users know by name and can end, links that reset a passphrase,
-- and links to a calendar of duties.

ALTER TABLE devices ADD COLUMN name TEXT NOT NULL DEFAULT '';
-- How many of its changes it had not sent when it was last in touch.
ALTER TABLE devices ADD COLUMN unsent INTEGER;
ALTER TABLE devices ADD COLUMN revoked_at INTEGER;

-- The device that a sign-in speaks for, once it has spoken.
ALTER TABLE sessions ADD COLUMN device TEXT;

-- The account that gets a new passphrase by this link; none where the link makes one.
ALTER TABLE invitations ADD COLUMN user TEXT;

-- One for each user at the most. Only hashes of the tokens are kept.
CREATE TABLE calendar_links (
    user       TEXT PRIMARY KEY REFERENCES accounts (user),
    token      BLOB    NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
