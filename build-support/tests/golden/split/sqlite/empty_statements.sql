;;
 -- nothing
; /* still nothing */ ;SELECT 1;;
;