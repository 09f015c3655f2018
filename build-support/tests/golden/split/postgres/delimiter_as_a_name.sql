SELECT delimiter FROM t;
COPY t FROM 'f' DELIMITER ',';
