-- When bank-issued credentials of a connection were last handed to Waycore, and Waycore's `updatedAt` as it was then, by which
-- a later state is told. The credentials themselves are kept nowhere.
ALTER TABLE connections ADD COLUMN credentials_sent_at INTEGER;
ALTER TABLE connections ADD COLUMN credentials_sent_as_of INTEGER;
