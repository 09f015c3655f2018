ALTER TABLE users ADD COLUMN phone TEXT;
UPDATE users SET phone = , email = '';
