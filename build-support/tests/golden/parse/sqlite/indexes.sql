CREATE INDEX idx_users_email ON users (emial);
CREATE UNIQUE INDEX IF NOT EXISTS main.[by name] ON "users" (lower("name") DESC, created COLLATE nocase ASC NULLS LAST) WHERE deleted IS NULL AND 1;
CREATE INDEX quoted ON users ("emial", 'name', `age`, [x y]);
CREATE INDEX always ON users (id) WHERE TRUE;
CREATE INDEX strange ON users ('name' COLLATE nocase, (a), true, 1, a + b, (('b')) DESC);
DROP INDEX idx_users_email;
DROP INDEX IF EXISTS main."by name";
