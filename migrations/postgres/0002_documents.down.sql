-- The index and the trigger go with their table, the function does not.
DROP TABLE documents;
DROP FUNCTION touch_updated_at();
