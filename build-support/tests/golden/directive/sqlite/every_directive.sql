-- Migration: 0042_archive_sessions
-- Description: moves old sessions away: and keeps the colon
-- Created: 2026-01-02
-- Description: only the first counts
-- migratory: no-transaction
-- migratory: irreversible
-- migratory: env(production, staging-eu)
-- migratory: timeout(lock="5s", statement="10m")
-- migratory: squash(1..=42)

-- migratory: allow(drop-table) reason="archived by 0041, no reader since release 4.2"
DROP TABLE sessions_old;

-- migratory: allow(drop-table, destructive) reason="says \"why\" with a \\"
-- migratory: opaque
DROP TABLE
  -- migratory: allow(drop-column) reason="within a statement"
  a;
-- migratory: down
CREATE TABLE a (id INTEGER);
-- migratory: opaque reason="at the end"
