/*
 * Migration: create users
 * Description:
 * Created : today
 */
-- Description: the second is the first with words
CREATE TABLE users (id INTEGER);
