-- Migration: backfill slugs
-- Description: Every document has a slug made from its title, unique among its owner's documents.
--
-- A loop needs a procedure here, so there is one for as long as it takes.

DELIMITER //

CREATE PROCEDURE backfill_slugs()
MODIFIES SQL DATA
BEGIN
    DECLARE document_id BIGINT UNSIGNED;
    DECLARE document_owner BIGINT UNSIGNED;
    DECLARE document_title VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
    DECLARE stem VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
    DECLARE candidate VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
    DECLARE suffix INT UNSIGNED;

    WHILE EXISTS (SELECT 1 FROM documents WHERE slug IS NULL) DO
        SELECT id, owner_id, title INTO document_id, document_owner, document_title
        FROM documents
        WHERE slug IS NULL
        ORDER BY id
        LIMIT 1;
        SET stem = TRIM(BOTH '-' FROM REGEXP_REPLACE(LOWER(document_title), '[^[:alnum:]]+', '-'));
        IF stem = '' THEN
            SET stem = 'untitled';
        END IF;
        SET candidate = stem;
        SET suffix = 2;
        WHILE EXISTS (SELECT 1 FROM documents WHERE owner_id = document_owner AND slug = candidate) DO
            SET candidate = CONCAT(stem, '-', suffix);
            SET suffix = suffix + 1;
        END WHILE;
        UPDATE documents SET slug = candidate WHERE id = document_id;
    END WHILE;
END//

DELIMITER ;

CALL backfill_slugs();

DROP PROCEDURE backfill_slugs;

-- migratory: down

-- The slugs can always be made anew.
UPDATE documents SET slug = NULL WHERE slug IS NOT NULL;
