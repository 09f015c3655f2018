PRAGMA defer_foreign_keys = ON;
DROP TABLE users;
CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE, role INTEGER);
