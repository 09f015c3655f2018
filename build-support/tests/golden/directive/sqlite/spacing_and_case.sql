--migratory:down
--   migratory :   down
-- MIGRATORY: down
--- migratory: down
/* migratory: down */
/* migratory:
   allow ( drop-table ,  drop-column )   reason = "blanks anywhere" */
-- migratory: timeout( lock = "500ms" )
-- migratory: timeout(statement="1h")
-- migratory: squash(0001 ..= 0042)
-- migratory: squash(0001..=0042)
-- migratory: squash(7..=7)
