-- The change of migrations/sqlite/0009_history_error.sql.
ALTER TABLE connection_history ADD COLUMN error TEXT;
