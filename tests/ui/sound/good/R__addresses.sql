DROP VIEW IF EXISTS addresses;
CREATE VIEW addresses AS SELECT email, phone FROM users;
