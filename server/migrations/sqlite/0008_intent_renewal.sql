-- When the process that began an action last said that it is still at it; null until it does. Epoch milliseconds.
ALTER TABLE intents ADD COLUMN renewed_at INTEGER;
