-- no-transaction
-- migratory: irreversible
-- Description: with a mark and CRLF
VACUUM;
