-- What pages render from, what was done and by whom. Times are epoch milliseconds.

-- Waycore's body as it was last read, and when; both go when the connection is gone, and the row stays as its
-- tombstone.
ALTER TABLE connections ADD COLUMN body TEXT;
ALTER TABLE connections ADD COLUMN read_at INTEGER;
ALTER TABLE connections ADD COLUMN removed_at INTEGER;

CREATE INDEX connections_of_customer ON connections (environment, issuer, org);

-- Every change of a connection's state that was seen, and what it was seen by.
CREATE TABLE connection_history (
    id            INTEGER PRIMARY KEY,
    connection_id TEXT    NOT NULL,
    environment   TEXT    NOT NULL CHECK (environment IN ('live', 'test')),
    issuer        TEXT    NOT NULL,
    org           TEXT    NOT NULL,
    version       INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    -- 'kind status', and the sync status where there is one; null at the beginning and at the end.
    state_before  TEXT,
    state_after   TEXT,
    cause         TEXT    NOT NULL
) STRICT;

CREATE INDEX history_of_connection ON connection_history (connection_id, environment, id);

-- What somebody began to do at Waycore. At most one of a kind is open for a subject, on whichever replica.
CREATE TABLE intents (
    id          TEXT    NOT NULL PRIMARY KEY,
    environment TEXT    NOT NULL CHECK (environment IN ('live', 'test')),
    issuer      TEXT    NOT NULL,
    org         TEXT    NOT NULL,
    user_id     TEXT    NOT NULL,
    action      TEXT    NOT NULL,
    subject     TEXT    NOT NULL,
    outcome     TEXT    NOT NULL CHECK (outcome IN ('open', 'done', 'refused', 'unknown', 'abandoned')),
    begun_at    INTEGER NOT NULL,
    ended_at    INTEGER
) STRICT;

CREATE UNIQUE INDEX open_intents ON intents (environment, issuer, org, action, subject) WHERE outcome = 'open';

-- When each person was last here.
CREATE TABLE sessions (
    environment TEXT    NOT NULL CHECK (environment IN ('live', 'test')),
    issuer      TEXT    NOT NULL,
    org         TEXT    NOT NULL,
    user_id     TEXT    NOT NULL,
    seen_at     INTEGER NOT NULL,
    PRIMARY KEY (environment, issuer, org, user_id)
) STRICT;

-- Who did what. `mac` covers the row and the `mac` before it; of the person it covers `who`, a keyed hash, so that a
-- forgotten customer's names can go and the chain still holds.
CREATE TABLE audit_log (
    seq           INTEGER NOT NULL PRIMARY KEY,
    at            INTEGER NOT NULL,
    event         TEXT    NOT NULL,
    environment   TEXT    NOT NULL CHECK (environment IN ('live', 'test')),
    issuer        TEXT,
    org           TEXT,
    user_id       TEXT,
    who           BLOB    NOT NULL,
    connection_id TEXT,
    detail        TEXT    NOT NULL,
    mac           BLOB    NOT NULL
) STRICT;

CREATE TRIGGER audit_log_is_never_shortened BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TRIGGER audit_log_is_never_rewritten
BEFORE UPDATE OF seq, at, event, environment, who, connection_id, detail, mac ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
