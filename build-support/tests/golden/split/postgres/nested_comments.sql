/* a; /* b; */ c; /* /* d */ */ */ SELECT 1; /**/ SELECT 2;
