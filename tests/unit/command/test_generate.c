/* From a schema file to migrations and back: make-migrations, diff, and what they leave alone. */
#include "spot.h"

#define PEOPLE "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT NOT NULL);\n"

static void generate_open(struct spot *spot, struct ctx *ctx)
{
    spot_open(spot, ctx);
    spot->where.schema_file = "schema.sql";
    file_put(spot, "schema.sql", PEOPLE);
}

static void make(struct spot *spot, const char *request)
{
    assert_works(spot->ctx, call(spot, "make-migrations", request));
}

/* The statements of a file's two sides, each on a line, without comments. */
static const char *code_of(struct spot *spot, const char *name)
{
    struct names lines = text_lines(spot->ctx->mem, file_get(spot, name)), kept = {0};
    for (int i = 0; i < lines.n; i++)
        if (*lines.item[i] && (!text_starts(lines.item[i], "--") || text_equal(lines.item[i], "-- rollback")))
            names_add(spot->ctx->mem, &kept, lines.item[i]);
    return names_join(spot->ctx->mem, &kept, "\n");
}

static int files_in(struct spot *spot)
{
    struct names names;
    assert_works(spot->ctx, folder_list(spot->ctx, path_in(spot, "migrations/primary"), &names));
    return names.n;
}

/* How many differences `diff` tells of; its exit status agrees. */
static int differences(struct spot *spot, const char *type)
{
    struct ctx *ctx = spot->ctx;
    assert_works(ctx, call(spot, "diff", arena_printf(ctx->mem, "{\"diff_type\": \"%s\", \"exit_code\": true}", type)));
    const struct json *changes = json_get(spot->reply.json, type);
    int n = changes && changes->type == JSON_ARRAY ? changes->n : -1;
    assert_int_equal(spot->reply.status, n > 0 ? 3 : 0);
    return n;
}

static void by_hand(struct spot *spot, const char *sql)
{
    const char *url = arena_printf(spot->ctx->mem, "sqlite:///%s", path_in(spot, "app.db"));
    struct url read;
    struct conn *conn;
    assert_works(spot->ctx, url_read(spot->ctx, url, &read));
    assert_works(spot->ctx, conn_open(spot->ctx, dialect_find("sqlite"), &read, &(struct conn_options){0}, &conn));
    assert_works(spot->ctx, conn_exec(spot->ctx, conn, sql));
    conn_close(&conn);
    url_close(&read);
}

static void a_schema_file_becomes_a_migration_once(void **state)
{
    struct spot spot;
    generate_open(&spot, *state);
    make(&spot, "{\"description\": \"first\"}");
    assert_true(json_get_bool(spot.reply.json, "changes", false));
    assert_string_equal(
        code_of(&spot, "migrations/primary/primary__0001_first.sql"),
        "CREATE TABLE people (\n    id INTEGER NOT NULL,\n    email TEXT NOT NULL,\n    PRIMARY KEY (id)\n);\n"
        "-- rollback\nDROP TABLE people;");
    assert_works(spot.ctx, call(&spot, "migrate", "{}"));
    int files = files_in(&spot);
    make(&spot, "{\"description\": \"again\"}");
    assert_false(json_get_bool(spot.reply.json, "changes", true));
    assert_int_equal(files_in(&spot), files);
    assert_int_equal(differences(&spot, "models"), 0);
    assert_int_equal(differences(&spot, "migrations"), 0);
    spot_close(&spot);
}

static void a_change_goes_up_and_down(void **state)
{
    struct spot spot;
    generate_open(&spot, *state);
    make(&spot, "{\"description\": \"first\"}");
    assert_works(spot.ctx, call(&spot, "migrate", "{}"));
    file_put(&spot, "schema.sql",
             "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT NOT NULL, age INTEGER DEFAULT 7);\n"
             "CREATE INDEX ix_age ON people (age);\n");
    assert_int_equal(differences(&spot, "models"), 2);
    make(&spot, "{\"description\": \"age\"}");
    assert_string_equal(code_of(&spot, "migrations/primary/primary__0002_age.sql"),
                        "ALTER TABLE people ADD COLUMN age INTEGER DEFAULT 7;\nCREATE INDEX ix_age ON people (age);\n"
                        "-- rollback\nDROP INDEX ix_age;\nALTER TABLE people DROP COLUMN age;");
    assert_works(spot.ctx, call(&spot, "migrate", "{}"));
    assert_int_equal(differences(&spot, "models"), 0);
    assert_works(spot.ctx, call(&spot, "rollback", "{}"));
    assert_int_equal(differences(&spot, "models"), 2);
    assert_int_equal(differences(&spot, "migrations"), 0);
    spot_close(&spot);
}

static void looking_writes_nothing(void **state)
{
    static const char *const requests[] = {"{\"plan\": true}",           "{\"explain\": \"wanted\"}",
                                           "{\"explain\": \"current\"}", "{\"explain\": \"changes\"}",
                                           "{\"explain\": \"up\"}",      "{\"explain\": \"down\"}"};
    struct spot spot;
    generate_open(&spot, *state);
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        make(&spot, requests[i]);
        assert_non_null(spot.reply.json);
        const struct report_block *shown = spot.reply.report.block.item[0];
        assert_int_equal(shown->type, BLOCK_RAW);
        assert_string_equal(shown->text, json_text(spot.ctx->mem, spot.reply.json, JSON_INDENTED));
        assert_int_equal(files_in(&spot), 0);
    }
    make(&spot, "{\"explain\": \"changes\"}");
    assert_int_equal(spot.reply.json->n, 1);
    make(&spot, "{\"explain\": \"up\"}");
    assert_int_equal(spot.reply.json->n, 1);
    assert_false(file_exists(path_in(&spot, "app.db")));
    spot_close(&spot);
}

static void what_is_made_by_hand_is_told_and_left_alone(void **state)
{
    struct spot spot;
    generate_open(&spot, *state);
    make(&spot, "{\"description\": \"first\"}");
    assert_works(spot.ctx, call(&spot, "migrate", "{}"));
    by_hand(&spot, "CREATE TABLE extra (id INTEGER)");
    assert_int_equal(differences(&spot, "models"), 0);
    assert_int_equal(differences(&spot, "migrations"), 1);
    make(&spot, "{}");
    assert_false(json_get_bool(spot.reply.json, "changes", true));
    by_hand(&spot, "DROP TABLE extra");
    assert_int_equal(differences(&spot, "migrations"), 0);
    spot_close(&spot);
}

static void a_column_is_renamed_when_told(void **state)
{
    struct spot spot;
    generate_open(&spot, *state);
    make(&spot, "{\"description\": \"first\"}");
    assert_works(spot.ctx, call(&spot, "migrate", "{}"));
    file_put(&spot, "schema.sql", "CREATE TABLE people (id INTEGER PRIMARY KEY, mail TEXT NOT NULL);\n");
    make(&spot, "{\"description\": \"mail\", \"rename\": [\"people.email:mail\"]}");
    assert_string_equal(code_of(&spot, "migrations/primary/primary__0002_mail.sql"),
                        "ALTER TABLE people RENAME COLUMN email TO mail;\n"
                        "-- rollback\nALTER TABLE people RENAME COLUMN mail TO email;");
    assert_int_equal(call(&spot, "make-migrations", "{\"rename\": [\"people.email:post\"]}"), ERR_FAILED);
    spot_close(&spot);
}

static void a_wrong_schema_file_is_told_with_its_place(void **state)
{
    struct spot spot;
    generate_open(&spot, *state);
    file_put(&spot, "schema.sql", PEOPLE "CREATE TABLE people (id INTEGER);\n");
    assert_true(call(&spot, "make-migrations", "{}") < 0);
    assert_true(text_ends(spot.ctx->error.place.file, "schema.sql"));
    assert_int_equal(spot.ctx->error.place.line, 2);
    file_put(&spot, "schema.sql", PEOPLE "\nCREATE TABLE b (x TEXT DEFAULT 'y);\n");
    assert_fails(spot.ctx, call(&spot, "make-migrations", "{}"), ERR_SYNTAX, "this string is never closed");
    assert_int_equal(spot.ctx->error.place.line, 3);
    assert_int_equal(files_in(&spot), 0);
    spot_close(&spot);
}

UNIT_TESTS(UNIT(a_schema_file_becomes_a_migration_once), UNIT(a_change_goes_up_and_down), UNIT(looking_writes_nothing),
           UNIT(what_is_made_by_hand_is_told_and_left_alone), UNIT(a_column_is_renamed_when_told),
           UNIT(a_wrong_schema_file_is_told_with_its_place))
