-- What the server must remember about customers and their connections. Times are epoch milliseconds.

-- What this database is; `kind` is 'demo' or 'serve'.
CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Which Waycore entity is whose. A row is written before the entity is looked up or created ('intent') and
-- finished afterwards ('mapped'). Unique in both directions; live and test never meet, so each has its own.
CREATE TABLE entity_map (
    issuer             TEXT    NOT NULL,
    org                TEXT    NOT NULL,
    environment        TEXT    NOT NULL CHECK (environment IN ('live', 'test')),
    external_entity_id TEXT    NOT NULL,
    entity_id          TEXT,
    state              TEXT    NOT NULL CHECK (state IN ('intent', 'mapped')),
    created_at         INTEGER NOT NULL,
    PRIMARY KEY (issuer, org, environment),
    UNIQUE (environment, external_entity_id),
    UNIQUE (environment, entity_id),
    CHECK ((state = 'mapped') = (entity_id IS NOT NULL))
) STRICT;

-- What Waycore cannot tell about a connection.
CREATE TABLE connections (
    connection_id   TEXT    NOT NULL,
    environment     TEXT    NOT NULL CHECK (environment IN ('live', 'test')),
    issuer          TEXT    NOT NULL,
    org             TEXT    NOT NULL,
    -- The bank's name as the customer typed it; never sent anywhere.
    requested_name  TEXT,
    -- The connection's updatedAt as it was read when the customer said that the user exists.
    user_confirmed  INTEGER,
    -- The same, when setup completion was sent.
    completion_sent INTEGER,
    -- Of the state last read; the version grows when it changes.
    fingerprint     TEXT,
    version         INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (connection_id, environment)
) STRICT;

-- Who accepted which sentence. Rows are only ever added, and outlive the connection.
CREATE TABLE terms_receipts (
    id              INTEGER PRIMARY KEY,
    connection_id   TEXT    NOT NULL,
    environment     TEXT    NOT NULL CHECK (environment IN ('live', 'test')),
    issuer          TEXT    NOT NULL,
    org             TEXT    NOT NULL,
    user_id         TEXT    NOT NULL,
    sentence_sha256 BLOB    NOT NULL CHECK (length(sentence_sha256) = 32),
    link            TEXT    NOT NULL,
    language        TEXT    NOT NULL,
    accepted_at     INTEGER NOT NULL
) STRICT;

CREATE INDEX terms_receipts_of_connection ON terms_receipts (connection_id, environment);
