SELECT 'it\'s; ', "it's; \"", 'a''b;', `c;``d`, N'n;', x'1F', b'01', _utf8mb4'z;';
SELECT '\\'; SELECT 3;
