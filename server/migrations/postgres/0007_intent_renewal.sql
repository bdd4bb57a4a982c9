-- The change of migrations/sqlite/0008_intent_renewal.sql.
ALTER TABLE intents ADD COLUMN renewed_at BIGINT;
