-- Checks of tables that were given a name.
SELECT 'table', table_name, '', 'check', constraint_name, ''
FROM information_schema.check_constraints
WHERE constraint_schema = database() AND level = 'Table' AND NOT constraint_name LIKE 'CONSTRAINT\_%';
