CREATE VIEW addresses AS SELECT email FROM users;
