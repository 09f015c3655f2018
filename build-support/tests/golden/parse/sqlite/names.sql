CREATE TABLE "a""b" (`c``d` TEXT, [e "f] INT, 'g''h' REAL, "" BLOB);
CREATE TABLE key (action TEXT, replace INT, "select" TEXT, abort REFERENCES if (if), temp TEXT, view INT, CHECK (action > key.replace));
CREATE TABLE if (if if);
CREATE INDEX if ON if (if);
CREATE INDEX IF NOT EXISTS if ON if (if, if) WHERE if IS NOT if;
CREATE TABLE users (users users REFERENCES users (users) CHECK (users.users > users), UNIQUE (users), FOREIGN KEY (users) REFERENCES users (users));
CREATE TABLE naïve (größe TEXT, 名前 INT CHECK (名前 > größe), "ключ" INT);
ALTER TABLE a RENAME COLUMN a TO a;
ALTER TABLE TEMP.temp RENAME COLUMN rename TO column;
CREATE TRIGGER after AFTER INSERT ON after WHEN after.after BEGIN UPDATE after SET after = after WHERE after = after; END;
CREATE VIEW view AS SELECT view.view view, view AS "view" FROM view view, view AS view2 WHERE view = "view" AND view = 'view';
CREATE TABLE/**/t/* t */(-- t
t/*t*/t,"t1"t DEFAULT't'CHECK(t1>t));
SELECT cross, left.natural, "full" FROM inner CROSS JOIN left LEFT JOIN outer ON left = outer;
SELECT over, filter, window FROM over WHERE filter (1) > window;
CREATE TABLE 'single' ('quoted' TEXT);
