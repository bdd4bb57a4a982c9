-- For the list of what changed while somebody was away, and for taking old deliveries out.

CREATE INDEX history_of_customer ON connection_history (environment, issuer, org, at);
CREATE INDEX inbox_by_age ON inbox (received_at) WHERE due_at IS NULL;
