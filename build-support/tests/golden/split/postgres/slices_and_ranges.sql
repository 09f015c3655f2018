SELECT a[1:2], '[1,2)'::int4range, ARRAY[';'], (b).c;
