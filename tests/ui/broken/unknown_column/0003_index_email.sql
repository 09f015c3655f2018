-- Sign-in looks people up by address
CREATE INDEX idx_users_email ON users (emial);
