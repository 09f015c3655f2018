-- Migration: tags
-- Description: Labels on documents.

CREATE TABLE tags (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name <> '')
);

-- Names that differ in case are one tag.
CREATE UNIQUE INDEX tags_name ON tags (lower(name));

CREATE TABLE document_tags (
    document_id bigint NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    tag_id      bigint NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    PRIMARY KEY (document_id, tag_id)
);

-- The primary key answers "which tags has this document", this one the other direction.
CREATE INDEX document_tags_tag ON document_tags (tag_id);
