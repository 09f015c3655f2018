CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, mood mood);
CREATE TABLE posts (id bigint PRIMARY KEY, author bigint REFERENCES users, title text);
CREATE VIEW authors AS SELECT id, email FROM users;
CREATE FUNCTION shout(words text) RETURNS text LANGUAGE sql AS 'SELECT upper(words)';
CREATE TABLE tags (name text PRIMARY KEY);
CREATE TABLE taggings (post bigint, tag text REFERENCES tags);
