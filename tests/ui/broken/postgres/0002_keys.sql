CREATE TABLE likes (email text REFERENCES users (email));
