PRAGMA ignore_check_constraints = ON;
INSERT INTO users (email) VALUES ('a@example.org');
