/* The folder: which files count, their order, and what is said about the others. */
#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "migration/migration.h"

#define SQL "-- upgrade\nSELECT 1;\n"

struct fixture {
    struct ctx ctx;
    char folder[40];
    struct names said;
};

static void hear(void *sink, const struct event *event)
{
    struct fixture *fixture = sink;
    names_add(fixture->ctx.mem, &fixture->said, event->text);
}

static int folder_open(void **state)
{
    struct fixture *fixture = arena_outside(sizeof *fixture);
    ctx_open(&fixture->ctx, 0);
    fixture->ctx.on_event = hear;
    fixture->ctx.sink = fixture;
    char base[] = "/tmp/dbwarden-unit-XXXXXX";
    *state = fixture;
    if (!mkdtemp(base))
        return -1;
    snprintf(fixture->folder, sizeof fixture->folder, "%s/primary", base);
    return mkdir(fixture->folder, 0777);
}

static int folder_close(void **state)
{
    struct fixture *fixture = *state;
    struct names names;
    folder_list(&fixture->ctx, fixture->folder, &names);
    for (int i = 0; i < names.n; i++)
        unlink(path_join(fixture->ctx.mem, fixture->folder, names.item[i]));
    rmdir(fixture->folder);
    rmdir(path_folder(fixture->ctx.mem, fixture->folder));
    ctx_close(&fixture->ctx);
    free(fixture);
    return 0;
}

static void put(struct fixture *fixture, const char *name, const char *text)
{
    struct ctx *ctx = &fixture->ctx;
    assert_works(ctx, file_write(ctx, path_join(ctx->mem, fixture->folder, name), text, strlen(text), 0644));
}

static struct folder *read_folder(struct fixture *fixture)
{
    struct ctx *ctx = &fixture->ctx;
    struct folder *folder = NULL;
    assert_works(ctx, folder_read(ctx, dialect_find("sqlite"), fixture->folder, &folder));
    return folder;
}

static const char *order_of(struct fixture *fixture, const struct folder *folder)
{
    struct names versions = {0};
    for (int i = 0; i < folder->versioned.n; i++)
        names_add(fixture->ctx.mem, &versions, ((struct migration *)folder->versioned.item[i])->version);
    return names_join(fixture->ctx.mem, &versions, " ");
}

static void orders_by_number_whatever_the_prefix(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "primary__0002_b.sql", SQL);
    put(fixture, "aaa__0010_c.sql", SQL);
    put(fixture, "zzz__0001_a.sql", SQL);
    put(fixture, "0003_x.sql", SQL);
    put(fixture, "primary__10000_z.sql", SQL);
    put(fixture, "primary__RA__one.sql", SQL);
    put(fixture, "ROC__two.sql", SQL);
    put(fixture, "primary__0002_b.rollback.sql", "-- rollback\n");
    put(fixture, "primary__0002_b.plan.json", "{}");
    struct folder *folder = read_folder(fixture);
    assert_string_equal(order_of(fixture, folder), "0001 0002 0003 0010 10000");
    assert_int_equal(folder->always.n, 1);
    assert_int_equal(folder->on_change.n, 1);
    assert_int_equal(folder->ignored.n, 0);
    assert_int_equal(name_next(folder), 10001);
    assert_string_equal(folder_version(folder, 10)->filename, "aaa__0010_c.sql");
    assert_null(folder_version(folder, 11));
    assert_int_equal(fixture->said.n, 0);
}

static void refuses_two_files_of_one_version(void **state)
{
    struct fixture *fixture = *state;
    struct folder *folder;
    put(fixture, "primary__0001_a.sql", SQL);
    put(fixture, "primary__0001_b.sql", SQL);
    assert_fails(&fixture->ctx, folder_read(&fixture->ctx, dialect_find("sqlite"), fixture->folder, &folder), ERR_STATE,
                 "two files have version 0001: primary__0001_a.sql and primary__0001_b.sql");
}

static void says_how_misnamed_files_should_be_called(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "primary__0002_b.sql", SQL);
    put(fixture, "primary__003_c.sql", SQL);
    put(fixture, "primary__002_d.sql", SQL);
    struct folder *folder = read_folder(fixture);
    assert_int_equal(folder->ignored.n, 2);
    assert_int_equal(fixture->said.n, 2);
    assert_string_equal(fixture->said.item[0],
                        "is not run, because its name is not one of a migration; primary__0004_d.sql would be");
    assert_string_equal(fixture->said.item[1],
                        "is not run, because its name is not one of a migration; primary__0003_c.sql would be");
}

static void no_two_suggestions_are_alike(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "primary__0002_b.sql", SQL);
    put(fixture, "b.sql", SQL);
    put(fixture, "c.sql", SQL);
    put(fixture, "p__003_d.sql", SQL);
    put(fixture, "p__002_e.sql", SQL);
    read_folder(fixture);
    assert_string_equal(text_replace(fixture->ctx.mem, names_join(fixture->ctx.mem, &fixture->said, "\n"),
                                     "is not run, because its name is not one of a migration; ", ""),
                        "primary__0004_b.sql would be\nprimary__0005_c.sql would be\nprimary__0006_e.sql would be\n"
                        "p__0003_d.sql would be");
}

static void the_name_of_the_folder_is_the_prefix_if_it_can_be(void **state)
{
    struct fixture *fixture = *state;
    struct ctx *ctx = &fixture->ctx;
    struct folder *folder;
    const char *odd = path_join(ctx->mem, fixture->folder, "my-files"), *file = path_join(ctx->mem, odd, "a.sql");
    assert_int_equal(mkdir(odd, 0777), 0);
    assert_works(ctx, file_write(ctx, file, SQL, strlen(SQL), 0644));
    assert_works(ctx, folder_read(ctx, dialect_find("sqlite"), odd, &folder));
    assert_true(text_ends(fixture->said.item[0], "; primary__0001_a.sql would be"));
    unlink(file);
    rmdir(odd);
}

static void a_folder_is_no_migration_whatever_its_name(void **state)
{
    struct fixture *fixture = *state;
    const char *inner = path_join(fixture->ctx.mem, fixture->folder, "primary__0001_a.sql");
    assert_int_equal(mkdir(inner, 0777), 0);
    put(fixture, "primary__0002_b.sql", SQL);
    assert_string_equal(order_of(fixture, read_folder(fixture)), "0002");
    assert_int_equal(fixture->ctx.error.code, 0);
    rmdir(inner);
}

static void a_version_is_found_wherever_dependencies_put_it(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 1; i <= 9; i++)
        put(fixture, arena_printf(fixture->ctx.mem, "p__%04d_x.sql", i),
            i == 1 ? "-- depends_on: [\"0009\"]\n" SQL : SQL);
    struct folder *folder = read_folder(fixture);
    assert_string_equal(order_of(fixture, folder), "0009 0001 0002 0003 0004 0005 0006 0007 0008");
    for (int i = 1; i <= 9; i++)
        assert_int_equal(folder_version(folder, i)->number, i);
    assert_null(folder_version(folder, 0));
    assert_null(folder_version(folder, 10));
}

static void dependencies_move_a_file_back(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "primary__0001_a.sql", "-- depends_on: [\"0003\"]\n" SQL);
    put(fixture, "primary__0002_b.sql", SQL);
    put(fixture, "primary__0003_c.sql", "-- depends_on: [\"primary__0004_d\"]\n" SQL);
    put(fixture, "primary__0004_d.sql", SQL);
    struct folder *folder = read_folder(fixture);
    assert_string_equal(order_of(fixture, folder), "0004 0003 0001 0002");
    assert_non_null(folder_version(folder, 1));
    assert_non_null(folder_version(folder, 4));
}

static void a_wrong_dependency_spoils_only_its_file(void **state)
{
    struct fixture *fixture = *state;
    struct ctx *ctx = &fixture->ctx;
    put(fixture, "primary__0001_a.sql", "-- depends_on: [\"0099\"]\n" SQL);
    put(fixture, "primary__0002_b.sql", "-- depends_on: [\"0003\"]\n" SQL);
    put(fixture, "primary__0003_c.sql", "-- depends_on: [\"0002\"]\n" SQL);
    put(fixture, "primary__0004_d.sql", SQL);
    struct folder *folder = read_folder(fixture);
    assert_fails(ctx, migration_check(ctx, folder_version(folder, 1), false), ERR_SYNTAX,
                 "depends on 0099, which is not there");
    assert_true(text_ends(ctx->error.place.file, "primary__0001_a.sql"));
    assert_int_equal(ctx->error.place.line, 1);
    assert_string_equal(ctx->error.hint,
                        "Name a version, like \"0002\", or a file of the same folder without \".sql\".");
    assert_works(ctx, migration_check(ctx, folder_version(folder, 1), true));
    assert_fails(ctx, migration_check(ctx, folder_version(folder, 3), false), ERR_SYNTAX,
                 "depends on primary__0002_b.sql, which depends on this file");
    assert_works(ctx, migration_check(ctx, folder_version(folder, 4), false));
}

static void says_that_the_folder_is_absent(void **state)
{
    struct fixture *fixture = *state;
    struct folder *folder;
    assert_int_equal(folder_read(&fixture->ctx, dialect_find("sqlite"), "/nonexistent/x", &folder), ERR_FILE);
}

/* A module that seeds import is no seed; one whose name has begun like a seed's is a mistake. */
static void names_of_seeds_are_told_from_modules(void **state)
{
    struct fixture *fixture = *state;
    struct ctx *ctx = &fixture->ctx;
    struct names paths = {0};
    struct folder *folder;
    put(fixture, "V0001__users.sql", "SELECT 1;\n");
    put(fixture, "002_roles.py", "def seed(connection): pass\n");
    put(fixture, "helpers.py", "");
    put(fixture, "V0003__.py", "");
    put(fixture, "Vx.sql", "");
    names_add(ctx->mem, &paths, fixture->folder);
    assert_works(ctx, seeds_read(ctx, dialect_find("sqlite"), &paths, &folder));
    assert_string_equal(order_of(fixture, folder), "0001 002");
    assert_int_equal(fixture->said.n, 2);
    for (int i = 0; i < fixture->said.n; i++)
        assert_true(text_has(fixture->said.item[i], "its name is not one of a seed"));
}

#define FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_open, folder_close)

UNIT_TESTS(FOLDER(orders_by_number_whatever_the_prefix), FOLDER(refuses_two_files_of_one_version),
           FOLDER(says_how_misnamed_files_should_be_called), FOLDER(no_two_suggestions_are_alike),
           FOLDER(the_name_of_the_folder_is_the_prefix_if_it_can_be),
           FOLDER(a_folder_is_no_migration_whatever_its_name), FOLDER(a_version_is_found_wherever_dependencies_put_it),
           FOLDER(dependencies_move_a_file_back), FOLDER(a_wrong_dependency_spoils_only_its_file),
           FOLDER(says_that_the_folder_is_absent), FOLDER(names_of_seeds_are_told_from_modules))
