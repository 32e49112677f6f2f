-- What the examples of rules are about: the database before them.
CREATE TABLE events (
    id UInt64,
    kind String,
    at DateTime,
    note String,
    spare UInt8,
    upper_note String DEFAULT upper(note),
    INDEX by_kind lower(kind) TYPE bloom_filter(0.01)
)
ENGINE = MergeTree
ORDER BY id
TTL at + INTERVAL 1 YEAR;
CREATE VIEW recent AS SELECT id, note FROM events WHERE at > now() - 86400;
