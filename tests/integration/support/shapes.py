"""The statements of the crash law: per engine what is there before, and shapes of what a file does up and down.

A shape is (up, down).  What only works with `-- transaction: none` is in ONLY_NONE; where a run may stop with what the user has to do,
because the docs say so, in LOST.
"""

NONE = "-- transaction: none\n"
LOG = "CREATE TABLE log (n int, who varchar(20));\nINSERT INTO log VALUES (0, 'up');\nINSERT INTO log VALUES (0, 'down');\n"

# ---- MySQL and MariaDB

MYSQL_BEFORE = (
    LOG + "CREATE TABLE b (id int PRIMARY KEY, x int);\n"
    "CREATE TABLE a (id int PRIMARY KEY, x int, y int, p int, KEY ix (x), KEY iy (y), CONSTRAINT fk1 FOREIGN KEY (p) REFERENCES b (id));\n"
    "INSERT INTO b VALUES (1, 1), (2, 2);\nINSERT INTO a VALUES (1, 1, 1, 1), (2, 2, 2, 2);\n"
    "CREATE TABLE one (id int);\nCREATE TABLE two (id int);\nINSERT INTO one VALUES (1);\n"
    "CREATE VIEW v AS SELECT id FROM a;\nCREATE PROCEDURE old_p() SELECT 1;\n"
    "CREATE PROCEDURE bump() UPDATE log SET n = n + 100 WHERE who = 'up';\n"
    "CREATE TRIGGER old_t BEFORE UPDATE ON b FOR EACH ROW SET NEW.x = NEW.x;\n")
MYSQL = {
    "drop-foreign-key": ("ALTER TABLE a DROP FOREIGN KEY fk1", "ALTER TABLE a ADD CONSTRAINT fk1 FOREIGN KEY (p) REFERENCES b (id)"),
    "add-foreign-key": ("ALTER TABLE a ADD CONSTRAINT fk2 FOREIGN KEY (y) REFERENCES b (id)", "ALTER TABLE a DROP FOREIGN KEY fk2"),
    "add-foreign-key-unnamed": ("ALTER TABLE a ADD FOREIGN KEY (y) REFERENCES b (id)", "SELECT 1"),
    "index-of-a-name-that-is-elsewhere": ("CREATE INDEX ix ON b (x)", "DROP INDEX ix ON b"),
    "index-unnamed": ("ALTER TABLE b ADD INDEX (x)", "ALTER TABLE b DROP INDEX x"),
    "rename-index": ("ALTER TABLE a RENAME INDEX ix TO ix2", "ALTER TABLE a RENAME INDEX ix2 TO ix"),
    "drop-index": ("DROP INDEX ix ON a", "CREATE INDEX ix ON a (x)"),
    "unique-key": ("ALTER TABLE a ADD UNIQUE KEY u (y)", "ALTER TABLE a DROP INDEX u"),
    "check": ("ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0)", "ALTER TABLE a DROP CONSTRAINT c"),
    "add-two-columns": ("ALTER TABLE a ADD COLUMN n1 int, ADD COLUMN n2 int", "ALTER TABLE a DROP COLUMN n1, DROP COLUMN n2"),
    "rename-column": ("ALTER TABLE a RENAME COLUMN x TO z", "ALTER TABLE a RENAME COLUMN z TO x"),
    "change": ("ALTER TABLE a CHANGE x z bigint", "ALTER TABLE a CHANGE z x int"),
    "modify": ("ALTER TABLE a MODIFY x bigint NOT NULL DEFAULT 5", "ALTER TABLE a MODIFY x int"),
    "default": ("ALTER TABLE a ALTER COLUMN x SET DEFAULT 7", "ALTER TABLE a ALTER COLUMN x DROP DEFAULT"),
    "drop-column": ("ALTER TABLE b DROP COLUMN x", "ALTER TABLE b ADD COLUMN x int"),
    "replace-view": ("CREATE OR REPLACE VIEW v AS SELECT id, x FROM a", "CREATE OR REPLACE VIEW v AS SELECT id FROM a"),
    "create-procedure": ("CREATE PROCEDURE p() SELECT 2", "DROP PROCEDURE p"),
    "drop-procedure": ("DROP PROCEDURE old_p", "CREATE PROCEDURE old_p() SELECT 1"),
    "create-function": ("CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1", "DROP FUNCTION f"),
    "create-event": ("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM log WHERE n < 0", "DROP EVENT e"),
    "create-trigger": ("CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.x = 1", "DROP TRIGGER t"),
    "drop-trigger": ("DROP TRIGGER old_t", "CREATE TRIGGER old_t BEFORE UPDATE ON b FOR EACH ROW SET NEW.x = NEW.x"),
    "rename-table": ("RENAME TABLE b TO b2", "RENAME TABLE b2 TO b"),
    "rename-ring": ("RENAME TABLE a TO tmp, one TO a, tmp TO one", "RENAME TABLE a TO tmp, one TO a, tmp TO one"),
    "rename-twins": ("RENAME TABLE one TO tmp, two TO one, tmp TO two", "RENAME TABLE one TO tmp, two TO one, tmp TO two"),
    "create-as": ("CREATE TABLE made AS SELECT id FROM a", "DROP TABLE made"),
    "drop-table": ("DROP TABLE two", "CREATE TABLE two (id int)"),
    "drop-two-if-exists": ("DROP TABLE IF EXISTS one, two", "CREATE TABLE one (id int);\nCREATE TABLE two (id int)"),
    "comment": ("ALTER TABLE a COMMENT = 'said'", "ALTER TABLE a COMMENT = ''"),
    "rebuild": ("ALTER TABLE one ENGINE = InnoDB", "ALTER TABLE one FORCE"),
    "truncate": ("TRUNCATE TABLE one", "INSERT INTO one VALUES (1)"),
    "partition": ("ALTER TABLE one PARTITION BY HASH (id) PARTITIONS 2", "ALTER TABLE one REMOVE PARTITIONING"),
    "call": ("CALL bump()", "CALL bump()"),
    "own-transaction": ("BEGIN;\nINSERT INTO one VALUES (7);\nINSERT INTO one VALUES (8);\nCOMMIT", "DELETE FROM one WHERE id > 6"),
    "variables": ("SET @k = 5;\nCREATE TABLE k (k int);\nINSERT INTO k VALUES (@k)", "DROP TABLE k"),
    "prepare-if": ("SET @s = IF((SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'a' AND "
                   "column_name = 'pi') = 0, 'ALTER TABLE a ADD pi int', 'DO 0');\nPREPARE p FROM @s;\nEXECUTE p;\nDEALLOCATE PREPARE p",
                   "ALTER TABLE a DROP COLUMN pi"),
    "temporary-table": ("CREATE TEMPORARY TABLE t AS SELECT 9 AS id;\nCREATE TABLE k (k int);\nINSERT INTO k SELECT id FROM t", "DROP TABLE k"),
    "insert-select": ("INSERT INTO one SELECT id + 100 FROM a", "DELETE FROM one WHERE id > 100"),
    "update": ("UPDATE a SET y = y + 1", "UPDATE a SET y = y - 1"),
    "delete": ("DELETE FROM one", "INSERT INTO one VALUES (1)"),
}

# ---- PostgreSQL

POSTGRES_BEFORE = (
    LOG + "CREATE TABLE b (id int PRIMARY KEY, x int);\nCREATE TABLE a (id int PRIMARY KEY, x int, y text, p int REFERENCES b (id));\n"
    "INSERT INTO b VALUES (1, 1), (2, 2);\nINSERT INTO a VALUES (1, 1, 'one', 1), (2, 2, 'two', 2);\nCREATE INDEX ix ON a (x);\n"
    "CREATE TYPE mood AS ENUM ('sad', 'ok');\nCREATE VIEW v AS SELECT id FROM a;\nCREATE MATERIALIZED VIEW m AS SELECT id, x FROM b;\n"
    "CREATE UNIQUE INDEX m_id ON m (id);\nCREATE TABLE whole (n int) PARTITION BY RANGE (n);\n"
    "CREATE TABLE part PARTITION OF whole FOR VALUES FROM (1) TO (9);\nINSERT INTO whole VALUES (5);\nCREATE TABLE loose (n int NOT NULL);\n"
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\n"
    "CREATE PROCEDURE bump() LANGUAGE sql AS $$ UPDATE log SET n = n + 100 WHERE who = 'up' $$;\n")
POSTGRES = {
    "batches": ("INSERT INTO b SELECT i, i FROM generate_series(3, 9) i;\nUPDATE b SET x = b.x * 3 WHERE x > 0 OR x < 0;\n"
                "DELETE FROM ONLY b AS gone WHERE id = 4", "UPDATE b SET x = x / 3;\nDELETE FROM b WHERE id > 2"),
    "create-table": ("CREATE TABLE made (id int PRIMARY KEY, s text DEFAULT 'x')", "DROP TABLE made"),
    "drop-table": ("DROP TABLE loose", "CREATE TABLE loose (n int NOT NULL)"),
    "create-as": ("CREATE TABLE made AS SELECT * FROM a", "DROP TABLE made"),
    "add-column": ("ALTER TABLE a ADD COLUMN z int NOT NULL DEFAULT 5", "ALTER TABLE a DROP COLUMN z"),
    "drop-column": ("ALTER TABLE a DROP COLUMN y", "ALTER TABLE a ADD COLUMN y text"),
    "rename-column": ("ALTER TABLE a RENAME COLUMN x TO z", "ALTER TABLE a RENAME COLUMN z TO x"),
    "rename-ring": ("ALTER TABLE a RENAME TO tmp;\nALTER TABLE b RENAME TO a;\nALTER TABLE tmp RENAME TO b",
                    "ALTER TABLE a RENAME TO tmp;\nALTER TABLE b RENAME TO a;\nALTER TABLE tmp RENAME TO b"),
    "type": ("ALTER TABLE a ALTER COLUMN x TYPE bigint USING x * 2", "ALTER TABLE a ALTER COLUMN x TYPE int USING x / 2"),
    "not-null": ("ALTER TABLE a ALTER COLUMN x SET NOT NULL", "ALTER TABLE a ALTER COLUMN x DROP NOT NULL"),
    "check": ("ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0) NOT VALID;\nALTER TABLE a VALIDATE CONSTRAINT c", "ALTER TABLE a DROP CONSTRAINT c"),
    "unnamed-check": ("ALTER TABLE loose ADD CHECK (n > 0)", "ALTER TABLE loose DROP CONSTRAINT loose_n_check"),
    "foreign-key": ("ALTER TABLE a ADD FOREIGN KEY (x) REFERENCES b (id)", "ALTER TABLE a DROP CONSTRAINT a_x_fkey"),
    "unique": ("ALTER TABLE a ADD CONSTRAINT u UNIQUE (y)", "ALTER TABLE a DROP CONSTRAINT u"),
    "index": ("CREATE INDEX i ON a (y)", "DROP INDEX i"),
    "index-concurrently": ("CREATE UNIQUE INDEX CONCURRENTLY i ON a (y)", "DROP INDEX CONCURRENTLY i"),
    "index-concurrently-unnamed": ("CREATE INDEX CONCURRENTLY ON a (y)", "DROP INDEX CONCURRENTLY a_y_idx"),
    "index-concurrently-if-not-exists": ("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (y)", "DROP INDEX CONCURRENTLY IF EXISTS i"),
    "drop-index-concurrently": ("DROP INDEX CONCURRENTLY ix", "CREATE INDEX CONCURRENTLY ix ON a (x)"),
    "reindex-concurrently": ("REINDEX INDEX CONCURRENTLY ix", "REINDEX TABLE CONCURRENTLY a"),
    "using-index": ("CREATE UNIQUE INDEX CONCURRENTLY i ON a (y);\nALTER TABLE a ADD CONSTRAINT u UNIQUE USING INDEX i", "ALTER TABLE a DROP CONSTRAINT u"),
    "detach-concurrently": ("ALTER TABLE whole DETACH PARTITION part CONCURRENTLY",
                            "ALTER TABLE whole ATTACH PARTITION part FOR VALUES FROM (1) TO (9)"),
    "replace-view": ("CREATE OR REPLACE VIEW v AS SELECT id, x FROM a", "DROP VIEW v;\nCREATE VIEW v AS SELECT id FROM a"),
    "refresh": ("INSERT INTO b VALUES (3, 3);\nREFRESH MATERIALIZED VIEW CONCURRENTLY m", "DELETE FROM b WHERE id = 3;\nREFRESH MATERIALIZED VIEW m"),
    "enum-value-used": ("ALTER TYPE mood ADD VALUE 'good';\nCREATE TABLE moody (m mood DEFAULT 'good');\nINSERT INTO moody VALUES ('good')",
                        "DROP TABLE moody"),
    "rename-value": ("ALTER TYPE mood RENAME VALUE 'sad' TO 'low'", "ALTER TYPE mood RENAME VALUE 'low' TO 'sad'"),
    "replace-function": ("CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.x := 1; RETURN NEW; END $$",
                         "CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"),
    "trigger": ("CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION touch()", "DROP TRIGGER t ON a"),
    "do": ("DO $$ BEGIN UPDATE log SET n = n + 100 WHERE who = 'up'; END $$", "DO $$ BEGIN UPDATE log SET n = n + 100 WHERE who = 'down'; END $$"),
    "call": ("CALL bump()", "CALL bump()"),
    "search-path": ("CREATE SCHEMA s;\nSET search_path = s, public;\nCREATE TABLE there (n int);\nINSERT INTO there VALUES (1);\nSET search_path = public", "DROP SCHEMA s CASCADE"),
    "temporary-table": ("CREATE TEMPORARY TABLE t AS SELECT 9 AS id;\nCREATE TABLE k (k int);\nINSERT INTO k SELECT id FROM t", "DROP TABLE k"),
    "copy": ("COPY loose FROM stdin;\n1\n2\n\\.\n", "DELETE FROM loose"),
    "vacuum": ("VACUUM ANALYZE a", "VACUUM a"),
    "comment-and-grant": ("COMMENT ON TABLE a IS 'said';\nGRANT SELECT ON a TO PUBLIC", "COMMENT ON TABLE a IS NULL;\nREVOKE SELECT ON a FROM PUBLIC"),
    "row-security": ("ALTER TABLE a ENABLE ROW LEVEL SECURITY;\nCREATE POLICY p ON a USING (x > 0)", "DROP POLICY p ON a;\nALTER TABLE a DISABLE ROW LEVEL SECURITY"),
    "truncate": ("TRUNCATE whole", "INSERT INTO whole VALUES (5)"),
    "insert-select": ("INSERT INTO loose SELECT id FROM a", "DELETE FROM loose"),
    "update": ("UPDATE a SET x = x + 1", "UPDATE a SET x = x - 1"),
}

# ---- SQLite

SQLITE_BEFORE = (
    LOG + "CREATE TABLE b (id integer PRIMARY KEY, x int);\nCREATE TABLE a (id integer PRIMARY KEY, x int, y text, p int REFERENCES b (id));\n"
    "INSERT INTO b VALUES (1, 1), (2, 2);\nINSERT INTO a VALUES (1, 1, 'one', 1), (2, 2, 'two', 2);\nCREATE INDEX ix ON a (x);\n"
    "CREATE VIEW v AS SELECT id FROM b;\nCREATE TABLE one (id int);\nCREATE TABLE two (id int);\nINSERT INTO one VALUES (1);\n"
    "CREATE TRIGGER old_t AFTER DELETE ON one BEGIN INSERT INTO two VALUES (OLD.id); END;\n")
SQLITE = {
    "create-table": ("CREATE TABLE made (id integer PRIMARY KEY, s text DEFAULT 'x') STRICT", "DROP TABLE made"),
    "without-rowid": ("CREATE TABLE made (id int PRIMARY KEY) WITHOUT ROWID;\nINSERT INTO made VALUES (1)", "DROP TABLE made"),
    "drop-table": ("DROP TABLE two", "CREATE TABLE two (id int)"),
    "create-as": ("CREATE TABLE made AS SELECT id FROM a", "DROP TABLE made"),
    "rename-table": ("ALTER TABLE b RENAME TO b2", "ALTER TABLE b2 RENAME TO b"),
    "rename-twins": ("ALTER TABLE one RENAME TO tmp;\nALTER TABLE two RENAME TO one;\nALTER TABLE tmp RENAME TO two",
                     "ALTER TABLE one RENAME TO tmp;\nALTER TABLE two RENAME TO one;\nALTER TABLE tmp RENAME TO two"),
    "add-column": ("ALTER TABLE a ADD COLUMN z int NOT NULL DEFAULT 5", "ALTER TABLE a DROP COLUMN z"),
    "generated-column": ("ALTER TABLE a ADD COLUMN z int AS (x * 2)", "ALTER TABLE a DROP COLUMN z"),
    "drop-column": ("ALTER TABLE a DROP COLUMN y", "ALTER TABLE a ADD COLUMN y text"),
    "rename-column": ("ALTER TABLE a RENAME COLUMN x TO z", "ALTER TABLE a RENAME COLUMN z TO x"),
    "index": ("CREATE INDEX i ON a (y)", "DROP INDEX i"),
    "unique-index": ("CREATE UNIQUE INDEX i ON a (y) WHERE x > 0", "DROP INDEX i"),
    "expression-index": ("CREATE INDEX i ON a (lower(y))", "DROP INDEX i"),
    "drop-index": ("DROP INDEX ix", "CREATE INDEX ix ON a (x)"),
    "reindex": ("REINDEX a", "REINDEX"),
    "analyze": ("ANALYZE b", "DELETE FROM sqlite_stat1"),
    "replace-view": ("DROP VIEW v;\nCREATE VIEW v AS SELECT id, x FROM b", "DROP VIEW v;\nCREATE VIEW v AS SELECT id FROM b"),
    "trigger": ("CREATE TRIGGER t AFTER INSERT ON one BEGIN UPDATE log SET n = n + 1000; END;\nINSERT INTO one VALUES (2)",
                "DROP TRIGGER t;\nDELETE FROM one WHERE id = 2"),
    "drop-trigger": ("DROP TRIGGER old_t", "CREATE TRIGGER old_t AFTER DELETE ON one BEGIN INSERT INTO two VALUES (OLD.id); END"),
    "rebuild": ("CREATE TABLE new_a (id integer PRIMARY KEY, x int NOT NULL, y text, p int REFERENCES b (id));\nINSERT INTO new_a SELECT * FROM a;\n"
                "DROP TABLE a;\nALTER TABLE new_a RENAME TO a", "SELECT 1"),
    "virtual-table": ("CREATE VIRTUAL TABLE words USING fts5(word);\nINSERT INTO words VALUES ('here')", "DROP TABLE words"),
    "insert": ("INSERT INTO one VALUES (2), (3)", "DELETE FROM one WHERE id > 1"),
    "insert-select": ("INSERT INTO one SELECT id + 100 FROM a", "DELETE FROM one WHERE id > 100"),
    "upsert": ("INSERT INTO b VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET x = x + excluded.x", "UPDATE b SET x = x - 5 WHERE id = 1"),
    "replace": ("REPLACE INTO b VALUES (2, 7)", "REPLACE INTO b VALUES (2, 2)"),
    "update": ("UPDATE a SET x = x + 1", "UPDATE a SET x = x - 1"),
    "delete": ("DELETE FROM one", "INSERT INTO one VALUES (1)"),
    "vacuum": ("VACUUM", "VACUUM"),
    "user-version": ("PRAGMA user_version = 7", "PRAGMA user_version = 0"),
    "temporary-table": ("CREATE TEMPORARY TABLE t AS SELECT 9 AS id;\nCREATE TABLE k (k int);\nINSERT INTO k SELECT id FROM t", "DROP TABLE k"),
    "journal-mode": ("PRAGMA journal_mode = WAL", "PRAGMA journal_mode = DELETE"),
    "own-transaction": ("BEGIN;\nINSERT INTO one VALUES (7);\nINSERT INTO one VALUES (8);\nCOMMIT", "DELETE FROM one WHERE id > 6"),
    "savepoint": ("SAVEPOINT s;\nINSERT INTO one VALUES (7);\nROLLBACK TO s;\nINSERT INTO one VALUES (8);\nRELEASE s", "DELETE FROM one WHERE id > 6"),
}

BEFORE = {"sqlite": SQLITE_BEFORE, "postgresql": POSTGRES_BEFORE, "mariadb": MYSQL_BEFORE, "mysql": MYSQL_BEFORE}
SHAPES = {"sqlite": SQLITE, "postgresql": POSTGRES, "mariadb": MYSQL, "mysql": MYSQL}
# Between the parts of a file: what no transaction can hold, where DDL is transactional.
CUT = {"sqlite": ("VACUUM;\n", "VACUUM;\n"),
       "postgresql": ("CREATE INDEX CONCURRENTLY cut ON log (n);\n", "DROP INDEX CONCURRENTLY cut;\n")}
BATCHES = "-- batches: 2 rows\n"
MODES = {"sqlite": ["whole", "cut", "none"], "postgresql": ["whole", "cut", "none"], "mariadb": ["whole", "none"], "mysql": ["whole", "none"]}
ONLY_NONE = {"sqlite": ["own-transaction", "savepoint"], "postgresql": [], "mariadb": ["own-transaction"], "mysql": ["own-transaction"]}
ONLY_BATCHES = {"batches"}
REFUSED = "ALTER TABLE nowhere ADD COLUMN n int"
# Where docs/migration-files.md says that a run stops: what was computed for the session is gone with it, and the user writes it himself.
LOST = {"temporary-table": ("INSERT INTO k SELECT id FROM t", "INSERT INTO k VALUES (9)")}


def modes(engine, shape):
    if shape in ONLY_BATCHES:
        return ["batches"]
    return ["none"] if shape in ONLY_NONE[engine] else MODES[engine]


def texts(engine, shape, mode):
    """Head, up and down of the file; each run of a part is counted, so that a second one shows."""
    up, down = SHAPES[engine][shape]
    cut = CUT[engine] if mode == "cut" else ("", "")

    def count(who):
        if mode == "batches":  # log has no key to go by
            return f"INSERT INTO log VALUES (1, '{who}');\n"
        return f"UPDATE log SET n = n + 1 WHERE who = '{who}';\n"

    up = up if up.endswith("\\.\n") else up + ";"
    return (BATCHES if mode == "batches" else NONE if mode in ("none", "mended") else "",
            f"{count('up')}{up}\n{cut[0]}CREATE TABLE after (id int);\nINSERT INTO after VALUES (1);\n{count('up')}",
            f"{count('down')}{cut[1]}DROP TABLE after;\n{down};\n{count('down')}")
