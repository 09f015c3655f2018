-- Description: One note, edited once.

INSERT INTO notes (id, text) VALUES (1, 'helo');
UPDATE notes SET text = 'hello' WHERE id = 1;

-- migratory: down

DELETE FROM notes WHERE id = 1;
