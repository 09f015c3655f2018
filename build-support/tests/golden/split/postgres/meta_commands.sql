\restrict abc'def
SELECT 1;
  \connect other
\copy t from 'x.csv'
SELECT 2 \gset
;
\unrestrict abc'def
