CREATE TABLE likes (author INT NOT NULL, CONSTRAINT likes_author FOREIGN KEY (author) REFERENCES users (id));
ALTER TABLE users ADD INDEX (emial);
ALTER TABLE users MODIFY nickname VARCHAR(10);
ALTER TABLE posts ADD PRIMARY KEY (author);
