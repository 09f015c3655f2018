-- A small household of data to look at. Applied on request, never by itself; running it twice changes nothing.

INSERT INTO users (id, email, display_name, password_hash) VALUES
    (1, 'ada@example.org', 'Ada', '!'),
    (2, 'grace@example.org', 'Grace', '!')
ON DUPLICATE KEY UPDATE id = users.id;

INSERT INTO documents (id, owner_id, title, slug, body, status) VALUES
    (1, 1, 'Notes on the engine', 'notes-on-the-engine', 'It weaves patterns.', 'published'),
    (2, 2, 'Compilers, plainly', 'compilers-plainly', 'A first draft.', 'draft')
ON DUPLICATE KEY UPDATE id = documents.id;

INSERT INTO tags (id, name) VALUES (1, 'machines'), (2, 'languages')
ON DUPLICATE KEY UPDATE id = tags.id;

INSERT INTO document_tags (document_id, tag_id) VALUES (1, 1), (2, 2)
ON DUPLICATE KEY UPDATE document_id = document_tags.document_id;

INSERT INTO conversations (id, owner_id, document_id, subject) VALUES
    (1, 2, 1, 'A question about page two')
ON DUPLICATE KEY UPDATE id = conversations.id;

INSERT INTO messages (id, conversation_id, author_id, body) VALUES
    (1, 1, 2, 'What does the third wheel do?'),
    (2, 1, 1, 'It carries.')
ON DUPLICATE KEY UPDATE id = messages.id;
