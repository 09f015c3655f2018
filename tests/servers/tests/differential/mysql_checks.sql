-- Checks that were given a name: others are called by their table and a number.
SELECT 'table', table_name, '', 'check', constraint_name, ''
FROM information_schema.table_constraints
WHERE table_schema = database() AND constraint_type = 'CHECK' AND NOT constraint_name REGEXP '_chk_[0-9]+$';
