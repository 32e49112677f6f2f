CREATE TABLE events (id Int32, ts DateTime, region String, payload LowCardinality(String) CODEC(ZSTD(3))) ENGINE = MergeTree ORDER BY id;
