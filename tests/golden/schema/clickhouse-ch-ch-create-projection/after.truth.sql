CREATE TABLE events (id Int32, ts DateTime, region String, payload LowCardinality(String) CODEC(ZSTD(3)), PROJECTION by_r (SELECT * ORDER BY region)) ENGINE = MergeTree ORDER BY id;
