-- migratory: allow(drop-table) reason="nobody signs in any more"
DROP TABLE users;
