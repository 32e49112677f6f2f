CREATE TABLE users (id INTEGER PRIMARY KEY, nickname TEXT, email TEXT, website TEXT, bio TEXT);
CREATE TABLE purchases (id INTEGER PRIMARY KEY, total NUMERIC, note TEXT);
