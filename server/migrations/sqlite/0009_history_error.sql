-- The error that Waycore reported of a connection when its state changed, masked; for the host's support.
ALTER TABLE connection_history ADD COLUMN error TEXT;
