SELECT '-- migratory: down', "-- migratory: down", 1 - -migratory;
SELECT [-- migratory: down];
-- see migratory: down
-- Description: not in the header
