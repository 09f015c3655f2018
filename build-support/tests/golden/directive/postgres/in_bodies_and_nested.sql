/* outer /* migratory: down */ */
CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- migratory: down
END
$$;
-- migratory: timeout(lock="2s")
CREATE INDEX CONCURRENTLY i ON t (a);
