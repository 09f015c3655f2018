-- Each row says one thing of an object that is neither the server's own nor an extension's. 16384 is the first number of those.
-- Relations, with the parents of tables and the columns of views.
SELECT
    CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind,
    replace(c.oid::regclass::text, '"', '') AS name,
    '' AS of_table,
    '' AS part,
    '' AS part_name,
    CASE
        WHEN c.relkind IN ('v', 'm') THEN concat('(', (
            SELECT string_agg(a.attname, ', ' ORDER BY a.attnum) FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        ), ')')
        WHEN c.relkind = 'S' THEN (
            SELECT concat('owned by ', replace(d.refobjid::regclass::text, '"', ''), '.', a.attname)
            FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
              AND d.refclassid = 'pg_class'::regclass
        )
        ELSE concat(
            concat_ws(' ',
                CASE WHEN c.relkind = 'p' THEN 'partitioned' END,
                CASE WHEN c.relispartition THEN 'partition' END),
            '(',
            (SELECT string_agg(replace(i.inhparent::regclass::text, '"', ''), ', '
                ORDER BY replace(i.inhparent::regclass::text, '"', '') COLLATE "C")
             FROM pg_inherits i WHERE i.inhrelid = c.oid),
            ')')
    END AS detail
FROM pg_class c
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND c.relpersistence <> 't'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e');

-- Columns.
SELECT
    'table' AS kind,
    replace(c.oid::regclass::text, '"', '') AS name,
    '' AS of_table,
    'column' AS part,
    a.attname AS part_name,
    concat_ws(' ',
        format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN 'not null' END,
        -- A NULL that was cast to the column's length is none.
        CASE WHEN a.attgenerated = '' AND pg_get_expr(v.adbin, v.adrelid) NOT LIKE 'NULL::%' THEN 'default' END,
        CASE WHEN a.attgenerated <> '' THEN 'generated' END,
        CASE a.attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity by default' END) AS detail
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
LEFT JOIN pg_attrdef v ON v.adrelid = a.attrelid AND v.adnum = a.attnum
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' AND a.attnum > 0 AND NOT a.attisdropped
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e');

-- Constraints of tables. A foreign key that points at a partitioned table has one more for each partition.
SELECT
    'table' AS kind,
    replace(c.oid::regclass::text, '"', '') AS name,
    '' AS of_table,
    CASE k.contype
        WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique key' WHEN 'f' THEN 'foreign key' WHEN 'c' THEN 'check' ELSE 'exclusion'
    END AS part,
    k.conname AS part_name,
    concat(
        CASE WHEN k.contype IN ('p', 'u', 'f') THEN concat('(', (
            SELECT string_agg(a.attname, ', ' ORDER BY number.at)
            FROM unnest(k.conkey) WITH ORDINALITY AS number (of, at)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = number.of
        ), ')') END,
        CASE WHEN k.contype = 'f' THEN concat(' -> ', replace(k.confrelid::regclass::text, '"', ''), '(', (
            SELECT string_agg(a.attname, ', ' ORDER BY number.at)
            FROM unnest(k.confkey) WITH ORDINALITY AS number (of, at)
            JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = number.of
        ), ')') END,
        ' on delete ' || CASE k.confdeltype
            WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default' END,
        ' on update ' || CASE k.confupdtype
            WHEN 'r' THEN 'restrict' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default' END
    ) AS detail
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE c.oid >= 16384 AND k.contype IN ('p', 'u', 'f', 'c', 'x') AND c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
  AND NOT EXISTS (SELECT FROM pg_constraint parent WHERE parent.oid = k.conparentid AND parent.conrelid = k.conrelid)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e');

-- Indexes that are no constraint's.
SELECT
    'index' AS kind,
    replace(c.oid::regclass::text, '"', '') AS name,
    replace(i.indrelid::regclass::text, '"', '') AS of_table,
    '' AS part,
    '' AS part_name,
    concat(
        'on ', replace(i.indrelid::regclass::text, '"', ''),
        CASE WHEN i.indisunique THEN ' unique' END,
        ' ' || nullif(m.amname, 'btree'),
        ' (',
        (SELECT string_agg(coalesce(a.attname, '(expression)'), ', ' ORDER BY number.at)
         FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS number (of, at)
         LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = number.of AND a.attnum <> 0
         WHERE number.at <= i.indnkeyatts),
        ')',
        ' include (' || (SELECT string_agg(a.attname, ', ' ORDER BY number.at)
         FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS number (of, at)
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = number.of
         WHERE number.at > i.indnkeyatts) || ')',
        CASE WHEN i.indpred IS NOT NULL THEN ' partial' END
    ) AS detail
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
JOIN pg_class of_table ON of_table.oid = i.indrelid
WHERE c.oid >= 16384 AND c.relpersistence <> 't' AND of_table.relkind IN ('r', 'p', 'm')
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x'))
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indrelid AND d.deptype = 'e');

-- Types, without those of tables' rows and of arrays.
SELECT
    CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END AS kind,
    replace(t.oid::regtype::text, '"', '') AS name,
    '' AS of_table,
    '' AS part,
    '' AS part_name,
    CASE t.typtype
        WHEN 'e' THEN concat('enum (', (
            SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid
        ), ')')
        WHEN 'c' THEN concat('composite (', (
            SELECT string_agg(concat(a.attname, ' ', format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
            FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
        ), ')')
        WHEN 'd' THEN concat(format_type(t.typbasetype, t.typtypmod), CASE WHEN t.typnotnull THEN ' not null' END)
        ELSE 'other'
    END AS detail
FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE t.oid >= 16384 AND t.typtype IN ('e', 'c', 'd', 'r') AND coalesce(c.relkind = 'c', true)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e');

-- Triggers; those of partitions stand at their parent.
SELECT
    'trigger' AS kind,
    concat(g.tgname, ' on ', replace(g.tgrelid::regclass::text, '"', '')) AS name,
    replace(g.tgrelid::regclass::text, '"', '') AS of_table,
    '' AS part,
    '' AS part_name,
    '' AS detail
FROM pg_trigger g
WHERE NOT g.tgisinternal AND g.tgparentid = 0
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_trigger'::regclass AND d.objid = g.oid AND d.deptype = 'e');

-- Policies.
SELECT
    'policy' AS kind,
    concat(p.polname, ' on ', replace(p.polrelid::regclass::text, '"', '')) AS name,
    replace(p.polrelid::regclass::text, '"', '') AS of_table,
    '' AS part,
    '' AS part_name,
    '' AS detail
FROM pg_policy p;

-- Routines.
SELECT DISTINCT
    CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind,
    concat(nullif(n.nspname, 'public') || '.', p.proname) AS name,
    '' AS of_table,
    '' AS part,
    '' AS part_name,
    '' AS detail
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.oid >= 16384 AND NOT n.nspname LIKE 'pg_temp%'
  -- A range type comes with its constructors.
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'));

-- Schemas.
SELECT 'schema' AS kind, n.nspname AS name, '' AS of_table, '' AS part, '' AS part_name, '' AS detail
FROM pg_namespace n
WHERE n.oid >= 16384 AND NOT n.nspname LIKE 'pg_%'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e');
