DO $$
BEGIN
  NULL;
END $$;
SELECT 'a' -- b
;
