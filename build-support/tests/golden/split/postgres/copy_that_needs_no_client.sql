COPY t FROM '/tmp/x.csv'; COPY (SELECT stdin FROM t) TO STDOUT; SELECT copy FROM stdin;
