CREATE TABLE t (
    a CHECK (a BETWEEN b AND c AND d NOT BETWEEN e AND f),
    b CHECK (b LIKE 'x%' ESCAPE '\' OR c NOT GLOB d OR e MATCH f OR g REGEXP h),
    c CHECK (CASE a WHEN 1 THEN b WHEN 2 THEN c ELSE d END),
    d CHECK (CASE WHEN a THEN b END),
    e CHECK (CAST(a AS VARCHAR(10)) || b ->> '$.x' -> 1),
    f CHECK (a IS b AND c IS NOT d AND e IS DISTINCT FROM f AND g IS NOT DISTINCT FROM h AND i ISNULL AND j NOTNULL AND k NOT NULL AND l IS NULL),
    g CHECK (NOT a AND -b < +c AND ~d << 2 >= - - e),
    h CHECK (main.t.a <> t.b AND (a, b) = (c, d)),
    i CHECK (a IN () AND b NOT IN (1, c) AND d COLLATE nocase = x'00ff' AND e == 1e3 AND f != 0x1F),
    j CHECK (length(a, b) > max(DISTINCT c) AND current_date > a AND "dq" = 'sq'),
    k CHECK (1 = 1), l CHECK (1), m CHECK ((TRUE)), n CHECK ('a'), o CHECK (0), p CHECK (NULL)
);
SELECT sum(a) FILTER (WHERE b > 1) OVER (PARTITION BY c, d ORDER BY e DESC NULLS FIRST ROWS BETWEEN f PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES),
    count(*) OVER w, row_number() OVER (w2 RANGE CURRENT ROW), group_concat(a, ', ' ORDER BY g ASC)
FROM t WINDOW w AS (ORDER BY h), w2 AS (w GROUPS 3 PRECEDING);
SELECT a IN t2, b NOT IN main.t3, c IN generate_series(1, d), EXISTS (SELECT e FROM t4), NOT EXISTS (VALUES (f)), ?1, :name, @p, $q;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n EXCEPT SELECT x FROM m INTERSECT SELECT y FROM n ORDER BY 1 LIMIT 3 OFFSET 2;
SELECT (WITH x AS (SELECT 1) SELECT * FROM x), y.a FROM x AS y INDEXED BY z;
