CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL
);

CREATE INDEX users_email ON users (email);

CREATE TABLE posts (id INTEGER PRIMARY KEY);
