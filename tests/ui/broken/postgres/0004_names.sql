SELECT u.emial FROM users AS u JOIN post AS p ON p.author = u.id;
INSERT INTO users (id, email) VALUES (1, 'a@example.com', 'glad');
CREATE OR REPLACE VIEW authors AS SELECT id FROM users;
CREATE OR REPLACE FUNCTION shout(words text) RETURNS integer LANGUAGE sql AS 'SELECT 1';
