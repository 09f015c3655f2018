create temp trigger if not exists main.t instead of delete on v for each row when old.x begin select 1; end; create temporary trigger u before update of a, b on c begin select 2; end;
