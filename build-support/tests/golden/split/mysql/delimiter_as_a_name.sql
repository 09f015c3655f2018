CREATE TABLE a (
  delimiter CHAR(1),
  b INT
);
SELECT
  delimiter
FROM a;
