CREATE VIRTUAL TABLE words USING ftsx (word);
