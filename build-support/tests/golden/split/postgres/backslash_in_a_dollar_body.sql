DO $$ begin raise notice '\d'; end $$;

