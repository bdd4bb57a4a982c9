-- The number of a customer's last event is that of the last row of `customer_events`, which is kept however old it is.
-- Where it is gone already, a row with the next number takes its place: whoever comes back with the last number hears of
-- nothing new, and whoever comes with an older one gets the present state, as before.

INSERT INTO customer_events (environment, issuer, org, seq, kind, connection_id, at)
SELECT heads.environment, heads.issuer, heads.org, heads.seq + 1, 'connection', min(connections.connection_id), 0
  FROM event_heads AS heads
  JOIN connections ON connections.environment = heads.environment
                  AND connections.issuer = heads.issuer AND connections.org = heads.org
 WHERE NOT EXISTS (SELECT 1 FROM customer_events AS kept
                    WHERE kept.environment = heads.environment AND kept.issuer = heads.issuer
                      AND kept.org = heads.org AND kept.seq = heads.seq)
 GROUP BY heads.environment, heads.issuer, heads.org, heads.seq;

DROP TABLE event_heads;
