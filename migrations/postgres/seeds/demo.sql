-- A small household of data to look at. Applied on request, never by itself; running it twice changes nothing.

INSERT INTO users (id, email, display_name, password_hash) OVERRIDING SYSTEM VALUE VALUES
    (1, 'ada@example.org', 'Ada', '!'),
    (2, 'grace@example.org', 'Grace', '!')
ON CONFLICT DO NOTHING;

INSERT INTO documents (id, owner_id, title, slug, body, status) OVERRIDING SYSTEM VALUE VALUES
    (1, 1, 'Notes on the engine', 'notes-on-the-engine', 'It weaves patterns.', 'published'),
    (2, 2, 'Compilers, plainly', 'compilers-plainly', 'A first draft.', 'draft')
ON CONFLICT DO NOTHING;

INSERT INTO tags (id, name) OVERRIDING SYSTEM VALUE VALUES (1, 'machines'), (2, 'languages')
ON CONFLICT DO NOTHING;

INSERT INTO document_tags (document_id, tag_id) VALUES (1, 1), (2, 2)
ON CONFLICT DO NOTHING;

INSERT INTO conversations (id, owner_id, document_id, subject) OVERRIDING SYSTEM VALUE VALUES
    (1, 2, 1, 'A question about page two')
ON CONFLICT DO NOTHING;

INSERT INTO messages (id, conversation_id, author_id, body) OVERRIDING SYSTEM VALUE VALUES
    (1, 1, 2, 'What does the third wheel do?'),
    (2, 1, 1, 'It carries.')
ON CONFLICT DO NOTHING;

-- The next ids begin behind those that were chosen here.
SELECT setval(pg_get_serial_sequence('users', 'id'), max(id)) FROM users;
SELECT setval(pg_get_serial_sequence('documents', 'id'), max(id)) FROM documents;
SELECT setval(pg_get_serial_sequence('tags', 'id'), max(id)) FROM tags;
SELECT setval(pg_get_serial_sequence('conversations', 'id'), max(id)) FROM conversations;
SELECT setval(pg_get_serial_sequence('messages', 'id'), max(id)) FROM messages;
