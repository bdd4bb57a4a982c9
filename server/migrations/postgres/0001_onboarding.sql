-- The tables of migrations/sqlite, whose comments explain them, in PostgreSQL's words.

CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE entity_map (
    issuer             TEXT   NOT NULL,
    org                TEXT   NOT NULL,
    environment        TEXT   NOT NULL CHECK (environment IN ('live', 'test')),
    external_entity_id TEXT   NOT NULL,
    entity_id          TEXT,
    state              TEXT   NOT NULL CHECK (state IN ('intent', 'mapped')),
    created_at         BIGINT NOT NULL,
    PRIMARY KEY (issuer, org, environment),
    UNIQUE (environment, external_entity_id),
    UNIQUE (environment, entity_id),
    CHECK ((state = 'mapped') = (entity_id IS NOT NULL))
);

CREATE TABLE connections (
    connection_id   TEXT   NOT NULL,
    environment     TEXT   NOT NULL CHECK (environment IN ('live', 'test')),
    issuer          TEXT   NOT NULL,
    org             TEXT   NOT NULL,
    requested_name  TEXT,
    user_confirmed  BIGINT,
    completion_sent BIGINT,
    fingerprint     TEXT,
    version         BIGINT NOT NULL DEFAULT 0,
    created_at      BIGINT NOT NULL,
    body            TEXT,
    read_at         BIGINT,
    removed_at      BIGINT,
    PRIMARY KEY (connection_id, environment)
);

CREATE INDEX connections_of_customer ON connections (environment, issuer, org);

CREATE TABLE terms_receipts (
    id              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    connection_id   TEXT   NOT NULL,
    environment     TEXT   NOT NULL CHECK (environment IN ('live', 'test')),
    issuer          TEXT   NOT NULL,
    org             TEXT   NOT NULL,
    user_id         TEXT   NOT NULL,
    sentence_sha256 BYTEA  NOT NULL CHECK (length(sentence_sha256) = 32),
    link            TEXT   NOT NULL,
    language        TEXT   NOT NULL,
    accepted_at     BIGINT NOT NULL
);

CREATE INDEX terms_receipts_of_connection ON terms_receipts (connection_id, environment);

CREATE TABLE connection_history (
    id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    connection_id TEXT   NOT NULL,
    environment   TEXT   NOT NULL CHECK (environment IN ('live', 'test')),
    issuer        TEXT   NOT NULL,
    org           TEXT   NOT NULL,
    version       BIGINT NOT NULL,
    at            BIGINT NOT NULL,
    state_before  TEXT,
    state_after   TEXT,
    cause         TEXT   NOT NULL
);

CREATE INDEX history_of_connection ON connection_history (connection_id, environment, id);

CREATE TABLE intents (
    id          TEXT   NOT NULL PRIMARY KEY,
    environment TEXT   NOT NULL CHECK (environment IN ('live', 'test')),
    issuer      TEXT   NOT NULL,
    org         TEXT   NOT NULL,
    user_id     TEXT   NOT NULL,
    action      TEXT   NOT NULL,
    subject     TEXT   NOT NULL,
    outcome     TEXT   NOT NULL CHECK (outcome IN ('open', 'done', 'refused', 'unknown', 'abandoned')),
    begun_at    BIGINT NOT NULL,
    ended_at    BIGINT
);

CREATE UNIQUE INDEX open_intents ON intents (environment, issuer, org, action, subject) WHERE outcome = 'open';

CREATE TABLE sessions (
    environment TEXT   NOT NULL CHECK (environment IN ('live', 'test')),
    issuer      TEXT   NOT NULL,
    org         TEXT   NOT NULL,
    user_id     TEXT   NOT NULL,
    seen_at     BIGINT NOT NULL,
    PRIMARY KEY (environment, issuer, org, user_id)
);

CREATE TABLE audit_log (
    seq           BIGINT NOT NULL PRIMARY KEY,
    at            BIGINT NOT NULL,
    event         TEXT   NOT NULL,
    environment   TEXT   NOT NULL CHECK (environment IN ('live', 'test')),
    issuer        TEXT,
    org           TEXT,
    user_id       TEXT,
    who           BYTEA  NOT NULL,
    connection_id TEXT,
    detail        TEXT   NOT NULL,
    mac           BYTEA  NOT NULL
);

CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;

CREATE TRIGGER audit_log_is_never_shortened BEFORE DELETE OR TRUNCATE ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();

CREATE TRIGGER audit_log_is_never_rewritten
BEFORE UPDATE OF seq, at, event, environment, who, connection_id, detail, mac ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();
