CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL
);

-- migratory: no-transaction
INSERT INTO users (email) VALUES ('a@example.org');
