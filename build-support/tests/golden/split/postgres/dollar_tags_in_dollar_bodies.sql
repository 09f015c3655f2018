CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  EXECUTE $sql$ SELECT ';'; $$ ; $$ $sql$;
  EXECUTE $BODY$ ; $BODY$;
END;
$body$;
SELECT 1;
