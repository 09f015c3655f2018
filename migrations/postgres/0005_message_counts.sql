-- Migration: message counts
-- Description: Every conversation knows how many messages it has; counted once here, kept by triggers from then on.

ALTER TABLE conversations ADD COLUMN message_count integer NOT NULL DEFAULT 0;

UPDATE conversations
SET message_count = counted.messages
FROM (SELECT conversation_id, count(*) AS messages FROM messages GROUP BY conversation_id) AS counted
WHERE counted.conversation_id = conversations.id;

CREATE FUNCTION count_messages() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE conversations SET message_count = message_count + 1 WHERE id = NEW.conversation_id;
    ELSE
        UPDATE conversations SET message_count = message_count - 1 WHERE id = OLD.conversation_id;
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER messages_count_up
AFTER INSERT ON messages
FOR EACH ROW EXECUTE FUNCTION count_messages();

CREATE TRIGGER messages_count_down
AFTER DELETE ON messages
FOR EACH ROW EXECUTE FUNCTION count_messages();

-- migratory: down

DROP TRIGGER messages_count_down ON messages;
DROP TRIGGER messages_count_up ON messages;
DROP FUNCTION count_messages();
ALTER TABLE conversations DROP COLUMN message_count;
