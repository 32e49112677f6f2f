-- What only 18 has.
CREATE TABLE t (
    a int CONSTRAINT a_is_there NOT NULL,
    b int GENERATED ALWAYS AS (a * 2) VIRTUAL,
    c int GENERATED ALWAYS AS (a * 3) STORED,
    d int GENERATED ALWAYS AS (a + 1) VIRTUAL,
    e text NOT NULL
);
CREATE UNIQUE INDEX ix ON t (a) NULLS NOT DISTINCT;
