# migratory: no-transaction
-- migratory: opaque
/*! SELECT 1 -- migratory: irreversible
*/;
--migratory:down
SELECT 1;
# no-transaction
