-- Rows as in postgres.sql, of what the server prints.
-- Defaults and generated columns.
SELECT 'default' AS kind, concat(replace(v.adrelid::regclass::text, '"', ''), '.', a.attname) AS name, '' AS of_table,
    '' AS part, '' AS part_name, pg_get_expr(v.adbin, v.adrelid) AS detail
FROM pg_attrdef v JOIN pg_attribute a ON a.attrelid = v.adrelid AND a.attnum = v.adnum;

-- Constraints. Those that triggers hold are among the foreign keys.
SELECT 'constraint' AS kind, concat(k.conname, ' on ', k.conrelid::regclass, k.contypid::regtype) AS name, '' AS of_table,
    '' AS part, '' AS part_name, pg_get_constraintdef(k.oid) AS detail
FROM pg_constraint k
WHERE k.oid >= 16384 AND k.contype IN ('p', 'u', 'f', 'c', 'x');

-- Indexes.
SELECT 'index text' AS kind, i.indexrelid::regclass::text AS name, '' AS of_table,
    '' AS part, '' AS part_name, pg_get_indexdef(i.indexrelid) AS detail
FROM pg_index i WHERE i.indexrelid >= 16384 AND NOT i.indrelid::regclass::text LIKE 'pg_toast.%';

-- Views.
SELECT 'view text' AS kind, c.oid::regclass::text AS name, '' AS of_table,
    '' AS part, '' AS part_name, pg_get_viewdef(c.oid) AS detail
FROM pg_class c WHERE c.oid >= 16384 AND c.relkind IN ('v', 'm');

-- Routines by signature, without their bodies.
SELECT 'routine' AS kind, p.oid::regprocedure::text AS name, '' AS of_table,
    '' AS part, '' AS part_name, pg_get_function_result(p.oid) AS detail
FROM pg_proc p WHERE p.oid >= 16384;

-- Triggers.
SELECT 'trigger text' AS kind, concat(g.tgname, ' on ', g.tgrelid::regclass) AS name, '' AS of_table,
    '' AS part, '' AS part_name, pg_get_triggerdef(g.oid) AS detail
FROM pg_trigger g WHERE NOT g.tgisinternal;

-- Extensions.
SELECT 'extension' AS kind, e.extname AS name, '' AS of_table, '' AS part, '' AS part_name, '' AS detail
FROM pg_extension e WHERE e.oid >= 16384
