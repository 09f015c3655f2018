# it's; a comment
SELECT 1 -- it's; one too
, 2--1, 3 --	; 
;
SELECT 4 /* a /* b */; SELECT 5; --