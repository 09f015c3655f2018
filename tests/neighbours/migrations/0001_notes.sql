-- Description: Notes, and a trigger so that a statement holds more than one semicolon.

CREATE TABLE notes (
    id         INTEGER PRIMARY KEY,
    text       TEXT NOT NULL,
    edited     INTEGER NOT NULL DEFAULT 0
);

CREATE TRIGGER notes_edited
AFTER UPDATE OF text ON notes
BEGIN
    UPDATE notes SET edited = edited + 1 WHERE id = new.id;
END;

-- migratory: down

DROP TABLE notes;
