-- Migration: published documents
-- Description: What visitors may read, with the author's name and the tags in one line.

CREATE VIEW published_documents AS
SELECT
    documents.id,
    documents.slug,
    documents.title,
    users.display_name AS author,
    documents.updated_at,
    (
        SELECT string_agg(tags.name, ', ' ORDER BY tags.name)
        FROM document_tags
        JOIN tags ON tags.id = document_tags.tag_id
        WHERE document_tags.document_id = documents.id
    ) AS tags
FROM documents
JOIN users ON users.id = documents.owner_id
WHERE documents.status = 'published';

-- Visitors see the newest first; drafts need no place in this index.
CREATE INDEX documents_published ON documents (updated_at DESC) WHERE status = 'published';

-- migratory: down

DROP INDEX documents_published;
DROP VIEW published_documents;
