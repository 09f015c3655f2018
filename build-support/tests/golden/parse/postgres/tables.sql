CREATE TABLE users (id serial PRIMARY KEY, "Email" varchar(255) NOT NULL UNIQUE, Bio text COLLATE "C" DEFAULT 'none'::text);
CREATE TEMP TABLE IF NOT EXISTS app.users (a int);
CREATE TABLE app.orders (
  id bigint GENERATED ALWAYS AS IDENTITY (START 10),
  user_id int CONSTRAINT of_user REFERENCES app.users (id) ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE,
  at timestamp(3) with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP,
  total numeric( 10, 2 ) CHECK (total > 0),
  net double   precision GENERATED ALWAYS AS (total * 0.8) STORED,
  tags text[][] DEFAULT '{}',
  grid int ARRAY,
  span interval day to second(3),
  kind app."Kind" DEFAULT 'a'::app."Kind",
  PRIMARY KEY (id, at),
  CONSTRAINT once UNIQUE NULLS NOT DISTINCT (user_id, at) INCLUDE (total),
  FOREIGN KEY (user_id, kind) REFERENCES kinds MATCH FULL ON DELETE SET DEFAULT,
  CONSTRAINT sane CHECK (lower(kind::text) <> '' AND total < 1e6) NOT VALID,
  EXCLUDE USING gist (user_id WITH =, tstzrange(at, at) WITH &&) WHERE (total > 1)
) PARTITION BY RANGE (at);
CREATE TABLE orders_1 PARTITION OF app.orders FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE UNLOGGED TABLE kid (x int NULL) INHERITS (app.users, other);
CREATE TABLE twin (LIKE app.users INCLUDING ALL EXCLUDING INDEXES, extra int);
CREATE TABLE made (a, b) AS SELECT id, at FROM app.orders WITH NO DATA;
CREATE TEMPORARY TABLE made AS TABLE users;
SELECT id INTO copied FROM users;
CREATE FOREIGN TABLE far (a int) SERVER s OPTIONS (table_name 'x');
CREATE TABLE typed OF kind;
CREATE TABLE empty ();
