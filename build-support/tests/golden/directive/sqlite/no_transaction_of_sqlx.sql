
-- a comment first

-- no-transaction because of VACUUM
VACUUM;
-- no-transaction
-- no-transaction here is prose
-- No-transaction
