CREATE TABLE events (id Int32, ts DateTime, region String, payload LowCardinality(String) CODEC(ZSTD(3)), INDEX ix_r region TYPE set(100) GRANULARITY 4) ENGINE = MergeTree ORDER BY id;
