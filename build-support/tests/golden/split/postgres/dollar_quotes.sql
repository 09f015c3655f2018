DO $$ BEGIN PERFORM 'x'; END $$;
SELECT $q$it's; "q"$q$, $$$$, $é1$;$é1$;
SELECT 2;
