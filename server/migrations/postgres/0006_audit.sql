-- The changes of migrations/sqlite/0007_audit.sql, whose comments explain them, in PostgreSQL's words.

ALTER TABLE audit_log ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE audit_log ADD COLUMN customer BYTEA;

CREATE TABLE audit_checkpoints (
    first_seq  BIGINT NOT NULL PRIMARY KEY,
    last_seq   BIGINT NOT NULL,
    mac_before BYTEA  NOT NULL,
    mac_after  BYTEA  NOT NULL,
    mac        BYTEA  NOT NULL
);

DROP TRIGGER audit_log_is_never_shortened ON audit_log;
DROP TRIGGER audit_log_is_never_rewritten ON audit_log;

CREATE FUNCTION audit_log_loses_refusals_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF old.event <> 'refused' OR NOT EXISTS (
        SELECT 1 FROM audit_checkpoints WHERE old.seq BETWEEN first_seq AND last_seq)
    THEN RAISE EXCEPTION 'the audit log is append-only'; END IF;
    RETURN old;
END $$;

CREATE TRIGGER audit_log_is_never_shortened BEFORE DELETE ON audit_log
FOR EACH ROW EXECUTE FUNCTION audit_log_loses_refusals_only();

CREATE TRIGGER audit_log_is_never_emptied BEFORE TRUNCATE ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();

CREATE TRIGGER audit_log_is_never_rewritten
BEFORE UPDATE OF seq, at, event, environment, who, connection_id, detail, mac, version, customer ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();

CREATE INDEX audit_refusals ON audit_log (at) WHERE event = 'refused';

CREATE TABLE refusals (
    environment TEXT   NOT NULL CHECK (environment IN ('live', 'test')),
    issuer      TEXT   NOT NULL,
    org         TEXT   NOT NULL,
    user_id     TEXT   NOT NULL,
    action      TEXT   NOT NULL,
    code        TEXT   NOT NULL,
    audited_at  BIGINT NOT NULL,
    unaudited   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (environment, issuer, org, user_id, action, code)
);
