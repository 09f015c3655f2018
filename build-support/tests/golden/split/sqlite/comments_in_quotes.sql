SELECT '-- no; comment', "/* a;", `b -- ;`, [c /* ; */ --];
SELECT 2;
