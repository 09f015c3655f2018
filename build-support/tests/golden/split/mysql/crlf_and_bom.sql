# a
CREATE TABLE b (c INT);

SELECT 'd
e';
