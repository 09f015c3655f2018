-- Migration: message counts
-- Description: Every conversation knows how many messages it has; counted once here, kept by triggers from then on.

ALTER TABLE conversations ADD COLUMN message_count INT UNSIGNED NOT NULL DEFAULT 0;

UPDATE conversations
SET message_count = (SELECT count(*) FROM messages WHERE messages.conversation_id = conversations.id)
WHERE id IN (SELECT conversation_id FROM messages);

DELIMITER //

CREATE TRIGGER messages_count_up
AFTER INSERT ON messages
FOR EACH ROW
BEGIN
    UPDATE conversations SET message_count = message_count + 1 WHERE id = NEW.conversation_id;
END//

CREATE TRIGGER messages_count_down
AFTER DELETE ON messages
FOR EACH ROW
BEGIN
    UPDATE conversations SET message_count = message_count - 1 WHERE id = OLD.conversation_id;
END//

DELIMITER ;

-- migratory: down

DROP TRIGGER messages_count_down;
DROP TRIGGER messages_count_up;
ALTER TABLE conversations DROP COLUMN message_count;
