-- What makes pages live: Waycore's deliveries, what each customer is to hear of, and who watches. Times are epoch
-- milliseconds.

-- Waycore's updatedAt in the state last read: an answer that was overtaken by a later one is told by it.
ALTER TABLE connections ADD COLUMN updated_at INTEGER;
-- What the connection waits for, see domain::poll::Watched; null when nothing is expected to happen.
ALTER TABLE connections ADD COLUMN watched TEXT;
-- Until then Waycore refuses a sync.
ALTER TABLE connections ADD COLUMN sync_not_before INTEGER;

UPDATE connections SET watched = 'activation'
 WHERE body IS NOT NULL AND json_extract(body, '$.status') = 'pendingActivation';
UPDATE connections SET watched = 'draft'
 WHERE body IS NOT NULL AND json_extract(body, '$.status') = 'draft';

CREATE INDEX connections_watched ON connections (environment, watched) WHERE watched IS NOT NULL;

-- Every delivery that was believed, once. While `due_at` is there, somebody has to look into it.
CREATE TABLE inbox (
    environment   TEXT    NOT NULL CHECK (environment IN ('live', 'test')),
    event_id      TEXT    NOT NULL,
    event_type    TEXT    NOT NULL,
    -- Which connection it is about, where that could be read.
    connection_id TEXT,
    received_at   INTEGER NOT NULL,
    attempts      INTEGER NOT NULL DEFAULT 0,
    due_at        INTEGER,
    parked        INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (environment, event_id)
) STRICT;

CREATE INDEX inbox_due ON inbox (environment, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX inbox_parked ON inbox (environment) WHERE parked = 1;

-- What each customer's pages are to hear of, in order. The rows of `connections` are the truth: an event says only
-- whose row to look at.
CREATE TABLE customer_events (
    environment   TEXT    NOT NULL CHECK (environment IN ('live', 'test')),
    issuer        TEXT    NOT NULL,
    org           TEXT    NOT NULL,
    seq           INTEGER NOT NULL,
    kind          TEXT    NOT NULL,
    connection_id TEXT    NOT NULL,
    at            INTEGER NOT NULL,
    PRIMARY KEY (environment, issuer, org, seq)
) STRICT;

CREATE INDEX customer_events_by_age ON customer_events (at);

-- The number of each customer's last event, which outlives the event.
CREATE TABLE event_heads (
    environment TEXT    NOT NULL CHECK (environment IN ('live', 'test')),
    issuer      TEXT    NOT NULL,
    org         TEXT    NOT NULL,
    seq         INTEGER NOT NULL,
    PRIMARY KEY (environment, issuer, org)
) STRICT;

-- What one replica does for all, until when it may without saying so again.
CREATE TABLE leases (
    name   TEXT    NOT NULL PRIMARY KEY,
    holder TEXT    NOT NULL,
    until  INTEGER NOT NULL
) STRICT;

-- When each person looked at the list: in the visit that goes on, and at the end of the one before.
CREATE TABLE visits (
    environment TEXT    NOT NULL CHECK (environment IN ('live', 'test')),
    issuer      TEXT    NOT NULL,
    org         TEXT    NOT NULL,
    user_id     TEXT    NOT NULL,
    away_since  INTEGER,
    began_at    INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL,
    PRIMARY KEY (environment, issuer, org, user_id)
) STRICT;
