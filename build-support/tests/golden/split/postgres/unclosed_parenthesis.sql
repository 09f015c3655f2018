CREATE TABLE a (
  b int;
CREATE TABLE c (d int));
