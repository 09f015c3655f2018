SELECT a::int, b->>'c;', d #>> '{e}', f @> g, h ? 'i', j[1:2], k := l, m=-1, n ~* '^;', o @-p, q*-- r;
s;
