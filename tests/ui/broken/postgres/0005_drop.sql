-- migratory: allow(drop-table) reason="to show what stands in its way"
DROP TABLE tags;
