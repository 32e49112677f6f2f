-- What the examples of rules are about: the database before them.
CREATE SCHEMA old;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN percent AS integer;
CREATE TABLE customers (
    id bigint PRIMARY KEY,
    name varchar(50),
    email text,
    note text NOT NULL DEFAULT '',
    amount numeric(10, 2),
    share percent,
    feeling mood,
    born date,
    CONSTRAINT customers_born CHECK (born > '1900-01-01')
);
CREATE UNIQUE INDEX customers_email ON customers (email);
CREATE INDEX customers_born_idx ON customers (born);
CREATE INDEX customers_name_idx ON customers (name);
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    customer_id bigint,
    state text,
    total numeric(10, 2) NOT NULL DEFAULT 0,
    created_at timestamptz,
    CONSTRAINT orders_state CHECK (state IS NOT NULL)
);
CREATE TABLE visits (customer_id bigint NOT NULL, seen int4range);
CREATE TABLE events (id bigint NOT NULL, at timestamptz NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_2025 (id bigint NOT NULL, at timestamptz NOT NULL);
CREATE VIEW customer_amounts AS SELECT id, amount FROM customers;
CREATE MATERIALIZED VIEW order_totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY customer_id;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE ROLE lint_reader;
