-- migratory: no-transaction
BEGIN;
INSERT INTO users (email) VALUES ('b@example.org');
