CREATE TABLE größe (日本 TEXT DEFAULT 'é;ü');
SELECT 日本 FROM größe;
