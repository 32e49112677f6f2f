-- What the examples of rules are about: the database before them.
CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    name TEXT,
    email TEXT,
    age INTEGER CHECK (age > 0)
);
CREATE INDEX customers_name_idx ON customers (name);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER REFERENCES customers (id) ON DELETE CASCADE,
    state TEXT
);
