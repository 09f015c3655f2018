SELECT E'it\'s; \\', 'back\', U&'d\0061;', B'01', X'1F', N'n;';
SELECT e'\\'; SELECT 3;
