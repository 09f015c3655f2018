SELECT /*+ MAX_EXECUTION_TIME(1000) */ 1;
/*+ a box */ SELECT 2;
SELECT /*+ never closed
