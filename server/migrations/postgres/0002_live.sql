-- The tables of migrations/sqlite/0003_live.sql, whose comments explain them, in PostgreSQL's words.

ALTER TABLE connections ADD COLUMN updated_at BIGINT;
ALTER TABLE connections ADD COLUMN watched TEXT;
ALTER TABLE connections ADD COLUMN sync_not_before BIGINT;

UPDATE connections SET watched = 'activation'
 WHERE body IS NOT NULL AND (body::jsonb ->> 'status') = 'pendingActivation';
UPDATE connections SET watched = 'draft'
 WHERE body IS NOT NULL AND (body::jsonb ->> 'status') = 'draft';

CREATE INDEX connections_watched ON connections (environment, watched) WHERE watched IS NOT NULL;

CREATE TABLE inbox (
    environment   TEXT    NOT NULL CHECK (environment IN ('live', 'test')),
    event_id      TEXT    NOT NULL,
    event_type    TEXT    NOT NULL,
    connection_id TEXT,
    received_at   BIGINT NOT NULL,
    attempts      BIGINT NOT NULL DEFAULT 0,
    due_at        BIGINT,
    parked        BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (environment, event_id)
);

CREATE INDEX inbox_due ON inbox (environment, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX inbox_parked ON inbox (environment) WHERE parked = 1;

CREATE TABLE customer_events (
    environment   TEXT    NOT NULL CHECK (environment IN ('live', 'test')),
    issuer        TEXT    NOT NULL,
    org           TEXT    NOT NULL,
    seq           BIGINT NOT NULL,
    kind          TEXT    NOT NULL,
    connection_id TEXT    NOT NULL,
    at            BIGINT NOT NULL,
    PRIMARY KEY (environment, issuer, org, seq)
);

CREATE INDEX customer_events_by_age ON customer_events (at);

CREATE TABLE event_heads (
    environment TEXT    NOT NULL CHECK (environment IN ('live', 'test')),
    issuer      TEXT    NOT NULL,
    org         TEXT    NOT NULL,
    seq         BIGINT NOT NULL,
    PRIMARY KEY (environment, issuer, org)
);

CREATE TABLE leases (
    name   TEXT    NOT NULL PRIMARY KEY,
    holder TEXT    NOT NULL,
    until  BIGINT NOT NULL
);

CREATE TABLE visits (
    environment TEXT    NOT NULL CHECK (environment IN ('live', 'test')),
    issuer      TEXT    NOT NULL,
    org         TEXT    NOT NULL,
    user_id     TEXT    NOT NULL,
    away_since  BIGINT,
    began_at    BIGINT NOT NULL,
    seen_at     BIGINT NOT NULL,
    PRIMARY KEY (environment, issuer, org, user_id)
);
