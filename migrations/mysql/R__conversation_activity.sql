-- Description: One line per conversation for the overview page; applied again whenever this file changes.
--
-- It stands through the migrations that go down, so it names only columns that 0004 made.

DROP VIEW IF EXISTS conversation_activity;

CREATE VIEW conversation_activity AS
SELECT
    conversations.id AS conversation_id,
    conversations.subject,
    users.display_name AS owner,
    count(messages.id) AS messages,
    count(DISTINCT messages.author_id) AS participants,
    max(messages.sent_at) AS last_message_at
FROM conversations
JOIN users ON users.id = conversations.owner_id
LEFT JOIN messages ON messages.conversation_id = conversations.id
GROUP BY conversations.id, conversations.subject, users.display_name;
