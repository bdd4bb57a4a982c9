-- The audit log tells whose a row is without its names, and old refusals can be removed from it. Times are epoch milliseconds.

-- How the row is signed: 1 by the secret itself and without the customer, 2 by keys derived for the purpose.
ALTER TABLE audit_log ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
-- A keyed hash of the customer, covered by `mac`. Null in rows of version 1.
ALTER TABLE audit_log ADD COLUMN customer BLOB;

-- A run of refusals that were removed after their retention. The chain goes on from `mac_before` to `mac_after`.
CREATE TABLE audit_checkpoints (
    first_seq  INTEGER NOT NULL PRIMARY KEY,
    last_seq   INTEGER NOT NULL,
    mac_before BLOB    NOT NULL,
    mac_after  BLOB    NOT NULL,
    mac        BLOB    NOT NULL
) STRICT;

DROP TRIGGER audit_log_is_never_shortened;
CREATE TRIGGER audit_log_is_never_shortened BEFORE DELETE ON audit_log
WHEN old.event <> 'refused' OR NOT EXISTS (
    SELECT 1 FROM audit_checkpoints WHERE old.seq BETWEEN first_seq AND last_seq)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

DROP TRIGGER audit_log_is_never_rewritten;
CREATE TRIGGER audit_log_is_never_rewritten
BEFORE UPDATE OF seq, at, event, environment, who, connection_id, detail, mac, version, customer ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE INDEX audit_refusals ON audit_log (at) WHERE event = 'refused';

-- When a refusal of a kind was last written to the audit log, and how many there were since.
CREATE TABLE refusals (
    environment TEXT    NOT NULL CHECK (environment IN ('live', 'test')),
    issuer      TEXT    NOT NULL,
    org         TEXT    NOT NULL,
    user_id     TEXT    NOT NULL,
    action      TEXT    NOT NULL,
    code        TEXT    NOT NULL,
    audited_at  INTEGER NOT NULL,
    unaudited   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (environment, issuer, org, user_id, action, code)
) STRICT;
