-- it's; a "comment" `with` [quotes
SELECT 1; /* don't; "stop" */ SELECT 2;
