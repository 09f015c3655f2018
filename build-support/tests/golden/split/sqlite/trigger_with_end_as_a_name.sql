CREATE TRIGGER t AFTER INSERT ON spans BEGIN
  UPDATE spans SET end = start + 1, "end" = 2 WHERE spans.end > end;
  SELECT end;
END;
SELECT 2;
