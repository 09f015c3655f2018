-- migratory: allow(drop-table) reason="it was here once"
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL
);
