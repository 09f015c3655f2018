SELECT 'it''s; ', "a""; b", `c``; d`, '''', '''''';
SELECT '';
