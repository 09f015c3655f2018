PRAGMA foreign_keys = OFF;
DELETE FROM users WHERE email = '';
PRAGMA foreign_keys = ON;
