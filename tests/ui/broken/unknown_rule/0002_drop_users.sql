-- migratory: allow(drop-tabel) reason="nobody signs in any more"
DROP TABLE users;
