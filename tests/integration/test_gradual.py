"""A change in several migrations ends as the direct one does, with the same rows, and goes back."""

from support.described import Described

BEFORE = """CREATE TABLE teams (id int PRIMARY KEY);
CREATE TABLE "T u" (id int PRIMARY KEY, "A b" varchar(9) NOT NULL DEFAULT '5', b int, g int, CONSTRAINT "c 1" CHECK ("A b" <> ''), CONSTRAINT "u 1" UNIQUE ("A b", b));
CREATE INDEX "i 1" ON "T u" (lower("A b")) INCLUDE (b);
CREATE UNIQUE INDEX "i 2" ON "T u" (b, "A b" DESC) WHERE "A b" > '1';
ALTER TABLE "T u" CLUSTER ON "i 1";
CREATE VIEW v AS SELECT "A b" AS x FROM "T u";
CREATE VIEW w AS SELECT x FROM v;
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER tr BEFORE UPDATE OF "A b" ON "T u" FOR EACH ROW EXECUTE FUNCTION f();
CREATE STATISTICS st ON "A b", b FROM "T u";
COMMENT ON COLUMN "T u"."A b" IS 'it''s';
COMMENT ON INDEX "i 1" IS 'one';
COMMENT ON CONSTRAINT "u 1" ON "T u" IS 'two';
COMMENT ON CONSTRAINT "c 1" ON "T u" IS 'three';
ALTER TABLE "T u" ALTER COLUMN "A b" SET STATISTICS 50;
"""
AFTER = (BEFORE.replace('"A b" varchar(9)', '"A b" char(12)').replace("b int, g int", "b int NOT NULL, g int REFERENCES teams")
         .replace('"u 1" UNIQUE ("A b", b)', '"u 1" UNIQUE ("A b", b), CONSTRAINT "u 2" UNIQUE (g, "A b"), CHECK ("A b" <> \'x\')')
         + 'CREATE INDEX "i 3" ON "T u" ("A b");\n')
ROWS = """INSERT INTO "T u" SELECT i, 'v' || i, i, NULL FROM generate_series(1, 12000) i;
GRANT SELECT ("A b"), UPDATE ("A b") ON "T u" TO PUBLIC
"""
PICTURE = """SELECT array_agg(what ORDER BY what) FROM (
SELECT format('%s.%s %s %s %s %s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attacl, attstattarget,
    col_description(attrelid, attnum), (SELECT split_part(pg_get_expr(adbin, adrelid), '::', 1) FROM pg_attrdef WHERE adrelid = attrelid AND adnum = attnum)) AS what
    FROM pg_attribute WHERE attrelid IN ('"T u"'::regclass, 'v'::regclass, 'w'::regclass) AND attnum > 0 AND NOT attisdropped
UNION ALL SELECT pg_get_indexdef(indexrelid) || indisclustered || obj_description(indexrelid) FROM pg_index WHERE indrelid = '"T u"'::regclass
UNION ALL SELECT format('%s %s %s %s', conname, pg_get_constraintdef(oid), convalidated, obj_description(oid)) FROM pg_constraint
    WHERE conrelid = '"T u"'::regclass
UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = '"T u"'::regclass AND NOT tgisinternal
UNION ALL SELECT pg_get_viewdef('v') UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT format('%s %s %s', stxname, cardinality(stxkeys::int2[]), stxkind) FROM pg_statistic_ext
UNION ALL SELECT md5(string_agg(format('%s %s %s %s', id, "A b", b, g), ',' ORDER BY id)) FROM "T u") all_of_it"""


def picture(place):
    with place.engine_in.connect() as connection:
        return connection.exec_driver_sql(PICTURE.replace("%", "%%")).scalar()


def test_both_ways_end_the_same(tmp_path, postgres):
    ends = []
    for way in ("direct", "safe"):
        place = Described(tmp_path / way, postgres)
        place.starts(BEFORE, ROWS)
        before = picture(place)
        place.write("schema.sql", AFTER)
        place.ok("make-migrations", *(["--safe"] if way == "safe" else []))
        place.ok("migrate")
        ends.append(picture(place))
        assert place.run("diff", "--exit-code").status == 0
        if way == "safe":
            assert len(list(place.migrations.glob("*.sql"))) == 7
            place.sql("UPDATE \"T u\" SET \"A b\" = 'later' WHERE id = 7")
            place.ok("rollback", "--to-version", "1")
            place.sql("UPDATE \"T u\" SET \"A b\" = 'v7' WHERE \"A b\" = 'later'")
            assert picture(place) == before
        place.sql("DROP SCHEMA public CASCADE;\nCREATE SCHEMA public")
    assert ends[0] == ends[1]
