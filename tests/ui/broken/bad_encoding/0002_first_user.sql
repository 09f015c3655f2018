INSERT INTO users (email) VALUES ('Jörg@example.org');
