SELECT [a; b;
