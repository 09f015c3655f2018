SELECT $a, b$c FROM $d; SELECT $$;
