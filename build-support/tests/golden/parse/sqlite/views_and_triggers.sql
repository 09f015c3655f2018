CREATE VIEW active AS SELECT * FROM users WHERE state = "active";
CREATE TEMP VIEW IF NOT EXISTS v (a, [b c]) AS
WITH recent AS (SELECT id FROM orders ORDER BY created DESC LIMIT 10), twice (n) AS NOT MATERIALIZED (SELECT n FROM recent JOIN twice)
SELECT r.id, count(*) total, (SELECT max(price) FROM items i WHERE i.id = r.id) FROM recent AS r, main.recent
LEFT OUTER JOIN tags USING (id, tag) UNION ALL SELECT 1, 2, 3 FROM json_each('[]') GROUP BY 1 HAVING count(*) > 1;
CREATE VIEW joined AS SELECT u.*, t.a FROM (users u CROSS JOIN t ON t.a = u.a) NATURAL JOIN (SELECT b FROM x) AS indexed;
CREATE TRIGGER touch AFTER UPDATE OF email, "name" ON users FOR EACH ROW WHEN NEW.email <> OLD.email AND EXISTS (SELECT 1 FROM settings) BEGIN
    UPDATE OR IGNORE users SET updated = CURRENT_TIMESTAMP, n = (SELECT count(*) FROM counters) WHERE id = NEW.id;
    INSERT OR REPLACE INTO log (user, "what") VALUES (NEW.id, 'it''s; changed') ON CONFLICT (user) WHERE user > 0 DO UPDATE SET what = excluded.what WHERE 1;
    INSERT INTO archive SELECT * FROM users WHERE id = OLD.id ON CONFLICT DO NOTHING;
    DELETE FROM sessions WHERE user_id = NEW.id AND id IN (SELECT id FROM stale);
    SELECT RAISE(ABORT, 'no') FROM guards WHERE RAISE(IGNORE);
    REPLACE INTO seen VALUES (1);
END;
CREATE TEMPORARY TRIGGER IF NOT EXISTS temp.instead INSTEAD OF INSERT ON v BEGIN SELECT 1; END;
CREATE TRIGGER trigger DELETE ON before BEGIN DELETE FROM after; END;
DROP VIEW active;
DROP VIEW IF EXISTS main.v;
DROP TRIGGER touch;
DROP TRIGGER IF EXISTS temp.[instead];
