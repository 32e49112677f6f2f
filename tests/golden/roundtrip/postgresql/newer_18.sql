CREATE TABLE t (
    a bigint NOT NULL,
    b int GENERATED ALWAYS AS (a * 4) STORED,
    c bigint GENERATED ALWAYS AS (a * 3) VIRTUAL,
    d int,
    e text
);
