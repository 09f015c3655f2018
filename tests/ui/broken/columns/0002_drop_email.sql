-- migratory: allow(drop-column) reason="nobody writes letters"
ALTER TABLE users DROP COLUMN email;
