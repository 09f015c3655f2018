ALTER TABLE teams RENAME TO teams_old;
CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO teams (id, name) SELECT id, coalesce(name, '') FROM teams_old;
DROP TABLE teams_old;
