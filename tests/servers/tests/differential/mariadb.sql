-- Each row says one thing of an object: kind and name of the object, the table it belongs to, kind and name of the part, and how it is.
-- Tables.
SELECT 'table', table_name, '', '', '', '()'
FROM information_schema.tables
WHERE table_schema = database() AND table_type = 'BASE TABLE';

-- Views, with their columns.
SELECT 'view', table_name, '', '', '', concat('(', coalesce(group_concat(column_name ORDER BY ordinal_position SEPARATOR ', '), ''), ')')
FROM information_schema.tables LEFT JOIN information_schema.columns USING (table_schema, table_name)
WHERE table_schema = database() AND table_type = 'VIEW'
GROUP BY table_name;

-- Columns.
SELECT 'table', table_name, '', 'column', column_name, concat(
    column_type,
    if(is_nullable = 'NO', ' not null', ''),
    if(column_default IS NULL OR column_default = 'NULL', '', ' default'),
    if(extra REGEXP '(VIRTUAL|STORED) GENERATED', ' generated', ''),
    if(extra LIKE '%auto_increment%', ' auto_increment', ''))
FROM information_schema.tables JOIN information_schema.columns USING (table_schema, table_name)
WHERE table_schema = database() AND table_type = 'BASE TABLE';

-- Primary keys.
SELECT 'table', table_name, '', 'primary key', '', concat('(', group_concat(column_name ORDER BY seq_in_index SEPARATOR ', '), ')')
FROM information_schema.statistics
WHERE table_schema = database() AND index_name = 'PRIMARY'
GROUP BY table_name;

-- Indexes.
SELECT 'index', concat(index_name, ' on ', table_name), table_name, '', '', concat(
    'on ', table_name,
    if(min(non_unique) = 0, ' unique', ''),
    if(min(index_type) IN ('BTREE', 'HASH'), '', concat(' ', lower(min(index_type)))),
    ' (', group_concat(column_name ORDER BY seq_in_index SEPARATOR ', '), ')')
FROM information_schema.statistics
WHERE table_schema = database() AND index_name <> 'PRIMARY'
GROUP BY table_name, index_name;

-- Foreign keys.
SELECT 'table', k.table_name, '', 'foreign key', k.constraint_name, concat(
    '(', group_concat(k.column_name ORDER BY k.ordinal_position SEPARATOR ', '), ') -> ',
    min(k.referenced_table_name),
    '(', group_concat(k.referenced_column_name ORDER BY k.ordinal_position SEPARATOR ', '), ')',
    if(min(r.delete_rule) IN ('RESTRICT', 'NO ACTION'), '', concat(' on delete ', lower(min(r.delete_rule)))),
    if(min(r.update_rule) IN ('RESTRICT', 'NO ACTION'), '', concat(' on update ', lower(min(r.update_rule)))))
FROM information_schema.key_column_usage k
JOIN information_schema.referential_constraints r
    ON r.constraint_schema = k.constraint_schema AND r.table_name = k.table_name AND r.constraint_name = k.constraint_name
WHERE k.table_schema = database() AND k.referenced_table_name IS NOT NULL
GROUP BY k.table_name, k.constraint_name;

-- Triggers.
SELECT 'trigger', concat(trigger_name, ' on ', event_object_table), event_object_table, '', '', ''
FROM information_schema.triggers
WHERE trigger_schema = database();

-- Routines.
SELECT lower(routine_type), routine_name, '', '', '', ''
FROM information_schema.routines
WHERE routine_schema = database();

-- Events.
SELECT 'event', event_name, '', '', '', ''
FROM information_schema.events
WHERE event_schema = database()
