CREATE TABLE t (a text);
COPY t (a) FROM stdin WITH (FORMAT csv);
it's; a "row
$$ /*
\.
SELECT 2;
