CREATE TABLE teams_new (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO teams_new (id) SELECT id FROM teams;
DROP TABLE teams;
ALTER TABLE teams_new RENAME TO teams;
