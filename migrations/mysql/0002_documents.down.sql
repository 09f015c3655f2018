-- The indexes and the trigger go with their table.
DROP TABLE documents;
