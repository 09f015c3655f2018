SELECT "a;b", "c""d;", U&"d\0061;" FROM "x";
SELECT `a`;
