/* Commands on a real SQLite database in a folder of their own, through the way that every request takes. */
#include "spot.h"

#include <sys/stat.h>

#define USERS "migrations/primary/primary__0001_users.sql"
#define USERS_TEXT                                                                                   \
    "-- upgrade\n\nCREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(255) DEFAULT 'x');\n\n" \
    "CREATE UNIQUE INDEX ux ON users (email);\n\n-- rollback\n\nDROP TABLE users;\n"

static void init_makes_a_configuration_once(void **state)
{
    struct spot spot;
    struct stat status;
    spot_open(&spot, *state);
    assert_works(spot.ctx, call(&spot, "init", "{\"database\": \"shop\"}"));
    char *first = file_get(&spot, "dbwarden.py");
    assert_true(text_has(first, "database_name=\"shop\""));
    assert_int_equal(stat(path_in(&spot, "dbwarden.py"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_true(folder_exists(path_in(&spot, "migrations/shop")));
    assert_works(spot.ctx, call(&spot, "init", "{}"));
    assert_string_equal(file_get(&spot, "dbwarden.py"), first);
    assert_fails(spot.ctx, call(&spot, "init", "{\"database\": \"a b\"}"), ERR_USAGE,
                 "\"a b\" cannot name a database of the configuration");
    spot_close(&spot);
}

static void init_extends_a_file_and_keeps_the_old_one(void **state)
{
    struct spot spot;
    spot_open(&spot, *state);
    file_put(&spot, "dbwarden.py", "x = 1");
    assert_works(spot.ctx, call(&spot, "init", "{}"));
    assert_true(text_starts(file_get(&spot, "dbwarden.py"), "x = 1\n\nfrom dbwarden import"));
    assert_string_equal(file_get(&spot, "dbwarden.py.bak"), "x = 1");
    spot_close(&spot);
}

static void new_numbers_files_and_overwrites_none(void **state)
{
    struct spot spot;
    spot_open(&spot, *state);
    assert_works(spot.ctx, call(&spot, "new", "{\"description\": \"Add users!\"}"));
    assert_string_equal(file_get(&spot, "migrations/primary/primary__0001_add_users.sql"),
                        "-- upgrade\n\n-- Add users!\n\n-- rollback\n\n-- Add users!\n");
    assert_works(spot.ctx, call(&spot, "new", "{\"description\": \"x\", \"version\": \"7\"}"));
    assert_string_equal(json_get_text(spot.reply.json, "version"), "0007");
    assert_fails(spot.ctx, call(&spot, "new", "{\"description\": \"y\", \"version\": \"0007\"}"), ERR_FAILED,
                 "version 0007 is taken by primary__0007_x.sql");
    assert_int_equal(call(&spot, "new", "{\"description\": \"y\", \"version\": \"7a\"}"), ERR_USAGE);
    assert_int_equal(call(&spot, "new", "{\"description\": \"!!\"}"), ERR_USAGE);
    spot_close(&spot);
}

static void looking_creates_nothing(void **state)
{
    static const char *const commands[] = {"status", "history", "lock-status", "unlock"};
    struct spot spot;
    spot_open(&spot, *state);
    file_put(&spot, USERS, USERS_TEXT);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        assert_works(spot.ctx, call(&spot, commands[i], "{}"));
        assert_false(file_exists(path_in(&spot, "app.db")));
    }
    spot_close(&spot);
}

static void pending_is_a_status_only_if_asked_for(void **state)
{
    struct spot spot;
    spot_open(&spot, *state);
    file_put(&spot, USERS, USERS_TEXT);
    assert_works(spot.ctx, call(&spot, "status", "{}"));
    assert_int_equal(spot.reply.status, 0);
    assert_works(spot.ctx, call(&spot, "status", "{\"exit_code\": true}"));
    assert_int_equal(spot.reply.status, 3);
    assert_works(spot.ctx, call(&spot, "migrate", "{}"));
    assert_works(spot.ctx, call(&spot, "status", "{\"exit_code\": true}"));
    assert_int_equal(spot.reply.status, 0);
    file_put(&spot, USERS, "-- upgrade\n\nCREATE TABLE people (id INTEGER);\n");
    assert_works(spot.ctx, call(&spot, "status", "{\"exit_code\": true}"));
    assert_int_equal(spot.reply.status, 3);
    spot_close(&spot);
}

static const char *raw(const struct reply *reply)
{
    for (int i = 0; i < reply->report.block.n; i++) {
        const struct report_block *block = reply->report.block.item[i];
        if (block->type == BLOCK_RAW)
            return block->text;
    }
    return "";
}

static void the_live_schema_is_spelled_in_four_ways(void **state)
{
    struct spot spot;
    struct json *json;
    spot_open(&spot, *state);
    file_put(&spot, USERS, USERS_TEXT);
    assert_works(spot.ctx, call(&spot, "migrate", "{}"));
    assert_works(spot.ctx, call(&spot, "check-db", "{\"out\": \"json\"}"));
    assert_works(spot.ctx, json_read(spot.ctx, "reply", raw(&spot.reply), strlen(raw(&spot.reply)), &json));
    assert_int_equal(json->n, 1); /* our own tables are no business of anybody */
    struct json *columns = json_get(json_get(json, "users"), "columns");
    assert_string_equal(json_get_text(columns->item[1], "name"), "email");
    assert_string_equal(json_get_text(columns->item[1], "type"), "VARCHAR(255)");
    assert_string_equal(json_get_text(columns->item[1], "default"), "'x'");
    assert_works(spot.ctx, call(&spot, "check-db", "{\"out\": \"yaml\"}"));
    assert_true(text_has(raw(&spot.reply), "users:\n  checks: []\n  columns:\n  - default: null\n    name: id\n"));
    assert_works(spot.ctx, call(&spot, "check-db", "{\"out\": \"sql\"}"));
    assert_true(text_has(raw(&spot.reply), "\n\nCREATE TABLE users ("));
    assert_works(spot.ctx, call(&spot, "check-db", "{}"));
    spot_close(&spot);
}

static void snapshot_shows_one_table(void **state)
{
    struct spot spot;
    spot_open(&spot, *state);
    file_put(&spot, USERS, USERS_TEXT);
    file_put(&spot, "migrations/primary/primary__0002_posts.sql",
             "-- upgrade\nCREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id));\n");
    assert_works(spot.ctx, call(&spot, "migrate", "{}"));
    assert_works(spot.ctx, call(&spot, "snapshot", "{\"table_name\": \"posts\"}"));
    assert_true(text_has(raw(&spot.reply), "CREATE TABLE posts ("));
    assert_true(text_has(raw(&spot.reply), "REFERENCES users"));
    assert_false(text_has(raw(&spot.reply), "CREATE TABLE users"));
    assert_works(spot.ctx, call(&spot, "snapshot", "{\"table_name\": \"users\"}"));
    assert_true(text_has(raw(&spot.reply), "CREATE UNIQUE INDEX ux ON users (email);"));
    assert_int_equal(call(&spot, "snapshot", "{\"table_name\": \"post\"}"), ERR_FAILED);
    assert_string_equal(spot.ctx->error.hint, "Did you mean \"posts\"?");
    spot_close(&spot);
}

static void make_rollback_undoes_the_last_first(void **state)
{
    struct spot spot;
    spot_open(&spot, *state);
    file_put(&spot, USERS,
             "-- upgrade\n"
             "CREATE TABLE \"odd name\" (a INTEGER);\n"
             "CREATE UNIQUE INDEX IF NOT EXISTS ux ON \"odd name\" (a);\n"
             "ALTER TABLE \"odd name\" ADD COLUMN b TEXT DEFAULT 'ADD COLUMN x, y';\n"
             "ALTER TABLE \"odd name\" ADD c TEXT;\n"
             "ALTER TABLE \"odd name\" RENAME COLUMN b TO d;\n"
             "ALTER TABLE \"odd name\" RENAME TO other;\n"
             "CREATE VIEW v AS SELECT 1;\n"
             "UPDATE other\n  SET a = 1;\n"
             "CREATE TRIGGER t AFTER INSERT ON other BEGIN SELECT 1; END;\n");
    assert_works(spot.ctx, call(&spot, "make-rollback", "{\"migration_file\": \"" USERS "\"}"));
    assert_string_equal(file_get(&spot, "migrations/primary/primary__0001_users.rollback.sql"),
                        "-- rollback\n\n"
                        "DROP TRIGGER IF EXISTS t;\n\n"
                        "-- not undone automatically (line 9), write it here:\n-- UPDATE other ...\n\n"
                        "DROP VIEW IF EXISTS v;\n\n"
                        "ALTER TABLE other RENAME TO \"odd name\";\n\n"
                        "ALTER TABLE \"odd name\" RENAME COLUMN d TO b;\n\n"
                        "ALTER TABLE \"odd name\" DROP COLUMN c;\n\n"
                        "ALTER TABLE \"odd name\" DROP COLUMN b;\n\n"
                        "DROP INDEX IF EXISTS ux;\n\n"
                        "DROP TABLE IF EXISTS \"odd name\";\n");
    assert_int_equal(json_get_int(spot.reply.json, "not_undone", 0), 1);
    assert_int_equal(call(&spot, "make-rollback", "{\"migration_file\": \"nosuch.sql\"}"), ERR_FILE);
    spot_close(&spot);
}

static void make_rollback_keeps_what_a_person_wrote(void **state)
{
    struct spot spot;
    spot_open(&spot, *state);
    file_put(&spot, USERS, USERS_TEXT);
    file_put(&spot, "migrations/primary/primary__0001_users.rollback.sql", "by hand\n");
    assert_works(spot.ctx, call(&spot, "make-rollback", "{\"migration_file\": \"" USERS "\"}"));
    assert_string_equal(file_get(&spot, "migrations/primary/primary__0001_users.rollback.sql.bak"), "by hand\n");
    assert_works(spot.ctx, call(&spot, "migrate", "{}")); /* and it is not a migration */
    spot_close(&spot);
}

static void up_and_down_again(void **state)
{
    struct spot spot;
    spot_open(&spot, *state);
    file_put(&spot, USERS, USERS_TEXT);
    assert_works(spot.ctx, call(&spot, "migrate", "{}"));
    assert_works(spot.ctx, call(&spot, "history", "{}"));
    assert_int_equal(json_get(spot.reply.json, "migrations")->n, 1);
    assert_works(spot.ctx, call(&spot, "downgrade", "{\"to\": \"0000\"}"));
    assert_int_equal(json_get(spot.reply.json, "reverted")->n, 1);
    assert_works(spot.ctx, call(&spot, "migrate", "{\"count\": 1}"));
    assert_works(spot.ctx, call(&spot, "rollback", "{}"));
    assert_works(spot.ctx, call(&spot, "rollback", "{}"));
    assert_int_equal(json_get(spot.reply.json, "reverted")->n, 0);
    assert_int_equal(call(&spot, "migrate", "{\"count\": 1, \"to_version\": \"1\"}"), ERR_USAGE);
    assert_int_equal(call(&spot, "migrate", "{\"baseline\": true}"), ERR_USAGE);
    assert_works(spot.ctx, call(&spot, "migrate", "{\"baseline\": true, \"to_version\": \"1\"}"));
    spot_close(&spot);
}

UNIT_TESTS(UNIT(init_makes_a_configuration_once), UNIT(init_extends_a_file_and_keeps_the_old_one),
           UNIT(new_numbers_files_and_overwrites_none), UNIT(looking_creates_nothing),
           UNIT(pending_is_a_status_only_if_asked_for), UNIT(the_live_schema_is_spelled_in_four_ways),
           UNIT(snapshot_shows_one_table), UNIT(make_rollback_undoes_the_last_first),
           UNIT(make_rollback_keeps_what_a_person_wrote), UNIT(up_and_down_again))
