INSERT INTO users (email) VALUES ('a@example.org);
INSERT INTO users (email) VALUES (2);
