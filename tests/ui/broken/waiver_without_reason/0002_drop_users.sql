-- migratory: allow(drop-table)
DROP TABLE users;
