WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers)
INSERT INTO users (email) SELECT n FROM numbers;
