/* What a configuration means: values, defaults, what is refused and how, --dev, engines that are not there yet. */
#include "project.h"

static struct config *opened(struct project *project, const struct config_options *options)
{
    struct config *config;
    assert_works(&project->ctx, config_open(&project->ctx, options, &config));
    return config;
}

static struct config *opened_yaml(struct project *project, const char *text, bool dev)
{
    struct config_options options = {.folder = project->folder, .dev = dev};
    put(project, "dbwarden.yaml", text);
    return opened(project, &options);
}

/* Opening fails, and the message (with the hint after it) is this. */
static void refused(struct project *project, const char *text, const char *expected)
{
    struct config_options options = {.folder = project->folder};
    struct config *config = NULL;
    struct ctx *ctx = &project->ctx;
    put(project, "dbwarden.yaml", text);
    assert_int_equal(config_open(ctx, &options, &config), ERR_CONFIG);
    assert_null(config);
    const char *hint = ctx->error.hint ? arena_printf(ctx->mem, " | %s", ctx->error.hint) : "";
    const char *said = arena_printf(ctx->mem, "%d: %s%s", ctx->error.place.line, ctx->error.message, hint);
    assert_string_equal(text_replace(ctx->mem, said, project->folder, "FOLDER"), expected);
}

#define ONE(more) "databases:\n  a:\n    default: true\n    database_url_sync: sqlite:///./app.db\n" more

static void defaults_are_those_of_the_predecessor(void **state)
{
    struct project *project = *state;
    struct config *config __attribute__((cleanup(config_close))) = opened_yaml(project, ONE(""), false);
    struct database_config *database;
    assert_works(&project->ctx, config_database(&project->ctx, config, NULL, &database));
    assert_string_equal(database->name, "a");
    assert_string_equal(database->dialect->name, "sqlite");
    assert_string_equal(database->url.database, "./app.db");
    assert_string_equal(database->migrations_dir, "migrations/a");
    assert_string_equal(database->migration_table, "_dbwarden_migrations");
    assert_string_equal(database->seed_table, "_dbwarden_seeds");
    assert_true(names_have(&database->filter.own, "dbwarden_lock"));
    assert_int_equal(database->model_paths.n, 0);
    assert_false(database->snapshots_each);
    assert_string_equal(config->folder, project->folder);
    assert_int_equal(database->line, 2);
}

static void every_key_is_taken(void **state)
{
    struct project *project = *state;
    setenv("UNIT_URL", "mysql+pymysql://u:geheim@db/shop", 1);
    struct config *config __attribute__((cleanup(config_close))) = opened_yaml(
        project,
        "databases:\n  a:\n    default: true\n    database_type: mariadb\n    database_url_sync: ${UNIT_URL}\n"
        "    database_url_async: \"mariadb+asyncmy://u:geheim@db/shop\"\n    secure_values: true\n"
        "    migrations_dir: sql/a\n    migration_table: _m\n    seed_table: s1\n    model_paths: [app.models, x.py]\n"
        "    schema_files:\n      - a.sql\n      - ${UNIT_NOT_SET:-b.sql}\n    include: ['shop_*']\n    exclude: [tmp]\n"
        "    snapshots: each\n    normalise: offline\n    overlap_models: true\n    dev_database_url: sqlite:///dev.db\n",
        false);
    const struct database_config *database = config->fallback;
    assert_string_equal(database->dialect->name, "mariadb");
    assert_string_equal(database->url.password.text, "geheim");
    assert_true(database->has_async);
    assert_string_equal(database->url_async.driver, "asyncmy");
    assert_string_equal(database->url_expression, "${UNIT_URL}");
    assert_string_equal(database->url_async_expression, "mariadb+asyncmy://u:***@db/shop");
    assert_string_equal(database->migrations_dir, "sql/a");
    assert_string_equal(database->model_paths.item[1], "x.py");
    assert_string_equal(database->schema_files.item[1], "b.sql");
    assert_string_equal(database->filter.include.item[0], "shop_*");
    assert_true(names_have(&database->filter.own, "_m") && names_have(&database->filter.own, "s1"));
    assert_string_equal(database->normalise, "offline");
    assert_true(database->snapshots_each && database->overlap_models && database->secure_values);
    assert_string_equal(database->dev_dialect->name, "sqlite");
}

static void what_is_wrong_is_said_with_what_would_be_right(void **state)
{
    struct project *project = *state;
    refused(
        project, ONE("    colour: red\n"),
        "5: databases has no setting \"colour\" | There are: database_name, database_type, database_url_sync, "
        "database_url_async, secure_values, default, format, keep_in_step, migrations_dir, migration_table, seed_table, model_paths, "
        "schema_files, include, exclude, manage, snapshots, normalise, online, cluster, lock_timeout, statement_timeout, retry_for, wait_for_db, "
        "wait_for_runner, before_run, after_run, before_file, after_file, on_failure, hook_timeout, "
        "check_severity, check_names, dev_database_type, dev_database_url, overlap_models, targets, engine_options.");
    refused(project, ONE("    model_path: [a]\n"),
            "5: databases has no setting \"model_path\" | Did you mean model_paths?");
    refused(project, ONE("    model_paths: app\n"),
            "5: model_paths is \"app\": it must be a list of texts | Write [\"app\"].");
    refused(project, ONE("    normalise: never\n"),
            "5: normalise is \"never\": it must be \"auto\", \"server\" or \"offline\"");
    refused(project, ONE("    manage: [grants, roles]\n"),
            "5: manage is a list: it must be a list of \"grants\" and \"ownership\"");
    refused(project, ONE("    model_paths: 5\n"), "5: model_paths is 5: it must be a list of texts");
    refused(project, ONE("    model_paths: [a, 5]\n"),
            "5: model_paths is a list: it must be a list of texts that are not empty");
    refused(project, ONE("    model_paths: ['']\n"),
            "5: model_paths is a list: it must be a list of texts that are not empty");
    refused(project, ONE("    seed_table: ''\n"),
            "5: seed_table is \"\": it must be a letter or underscore followed by letters, digits and underscores");
    refused(project, ONE("    seed_table: 5\n"),
            "5: seed_table is 5: it must be a letter or underscore followed by letters, digits and underscores");
    refused(project, ONE("    seed_table: a-b\n"),
            "5: seed_table is \"a-b\": it must be a letter or underscore followed by letters, digits and underscores");
    refused(project, ONE("    database_url_async: 5\n"),
            "5: database_url_async is 5: it must be a text such as postgresql://user:password@host:5432/name");
    refused(
        project, ONE("    database_type: postgres\n"),
        "5: database_type is \"postgres\": it must be one of sqlite, postgresql, mysql, mariadb, clickhouse | Did you mean \"postgresql\"?");
    refused(project, ONE("    overlap_models: 2\n"), "5: overlap_models is 2: it must be true or false");
    refused(project, ONE("    overlap_models: maybe\n"), "5: overlap_models is \"maybe\": it must be true or false");
    refused(project, ONE("    seed_table: 1x\n"),
            "5: seed_table is \"1x\": it must be a letter or underscore followed by letters, digits and underscores");
    refused(project, ONE("    database_type: sqlit\n"),
            "5: database_type is \"sqlit\": it must be one of sqlite, postgresql, mysql, mariadb, clickhouse | "
            "Did you mean \"sqlite\"?");
    refused(
        project, ONE("    database_type: mysql\n"),
        "4: database_type is \"mysql\", but database_url_sync is \"sqlite:///./app.db\" | Change the one that is wrong.");
    refused(project, ONE("    migrations_dir: ../up\n"),
            "5: migrations_dir is \"../up\": it must be a folder below FOLDER");
    refused(project, ONE("    format: flyway\n"),
            "5: format is \"flyway\": it must be \"dbwarden\" or \"fastmigrate\"");
    refused(project, ONE("    keep_in_step: flyway\n"), "5: keep_in_step is \"flyway\": it must be \"alembic\"");
    refused(project, ONE("    snapshots: 5\n"), "5: snapshots is 5: it must be \"last\" or \"each\"");
    refused(project, ONE("    dev_database_type: sqlite\n"),
            "2: a: dev_database_url is required when dev_database_type is set");
    refused(project, "databases:\n  1a:\n    default: true\n",
            "2: database_name is \"1a\": it must be a letter followed by letters, digits and underscores");
    refused(project, "databases:\n  a:\n    default: true\n",
            "2: a: At least one of database_url_sync or database_url_async must be provided.");
}

static void urls_are_refused_without_their_password(void **state)
{
    struct project *project = *state;
    refused(project, "databases:\n  a:\n    default: true\n    database_url_sync: mysql://u:geheim@h:x/d\n",
            "4: database_url_sync is \"mysql://u:***@h:x/d\": the port in the database URL is not a number from 1 to "
            "65535 | If the password contains / ? # or @, write it percent-encoded.");
    refused(
        project, "databases:\n  a:\n    default: true\n    database_url_sync: oracle://u:geheim@h/d\n",
        "4: database_url_sync is \"oracle://u:***@h/d\": it must be the URL of sqlite, postgresql, mysql, mariadb or "
        "clickhouse");
}

static void yaml_has_its_own_mistakes(void **state)
{
    struct project *project = *state;
    refused(
        project, "databases:\n  a: {\n",
        "3: not valid YAML: did not find expected node content | Indent with blanks, put one after every colon, and close "
        "brackets and quotes.");
    refused(
        project, "database:\n  a: 1\n",
        "1: unknown key: database | The file has one key, databases; settings stand below the name of a database there.");
    refused(project, "",
            "0: No database found in FOLDER/dbwarden.yaml | Run \"dbwarden init\" to make a configuration.");
    refused(project, ONE("    default: true\n"), "5: the key stands twice: default");
    refused(project, "- a\n", "1: the file must be a mapping with the key databases");
    refused(project, "databases:\n  [a]: {}\n", "2: the name of a database must be a word");
    refused(project, "databases:\n  a: b\n", "2: there must be a mapping of settings under a");
    refused(project, ONE("    [a]: b\n"), "5: a key must be a word");
    refused(project, ONE("    seed_table: a${B\n"), "5: a value has ${ without its closing brace");
    refused(
        project, ONE("    seed_table: {a: b}\n"),
        "5: seed_table is a mapping: it must be a letter or underscore followed by letters, digits and underscores");
    unsetenv("UNIT_NOT_SET");
    refused(project, "databases:\n  a:\n    database_url_sync: sqlite:///${UNIT_NOT_SET}\n",
            "3: the environment variable is not set: UNIT_NOT_SET | Set it, or write ${UNIT_NOT_SET:-value} to give a "
            "value that stands in.");
}

#define TWO(a, b) "databases:\n  a:\n    default: true\n    model_paths: [x]\n" a "  b:\n    model_paths: [y]\n" b

static void several_databases_may_not_collide(void **state)
{
    struct project *project = *state;
    refused(project, "databases:\n  a:\n    database_url_sync: sqlite:///a.db\n",
            "2: Exactly one default=True required, found 0 | Add it to the one that commands use without --database.");
    refused(project,
            "databases:\n  a:\n    default: true\n    database_url_sync: sqlite:///a.db\n  b:\n    default: true\n"
            "    database_url_sync: sqlite:///b.db\n",
            "5: Exactly one default=True required, found 2 | Take it away from all but one.");
    refused(project, TWO("    database_url_sync: sqlite:///a.db\n", "    database_url_sync: sqlite:///a.db\n"),
            "6: Duplicate database_url_sync: 'a' and 'b' have the same");
    refused(project, TWO("    database_url_sync: sqlite:///a.db\n", "    database_url_sync: sqlite:///./x/../a.db\n"),
            "6: Duplicate database target detected: 'a' and 'b' have the same");
    refused(project,
            TWO("    database_url_sync: mysql://u:p@H/d\n", "    database_url_sync: mysql+pymysql://v@h/d?x=1\n"),
            "6: Duplicate database target detected: 'a' and 'b' have the same");
    refused(project,
            TWO("    database_url_sync: sqlite:///a.db\n    migrations_dir: migrations/x\n",
                "    database_url_sync: sqlite:///b.db\n    migrations_dir: migrations/./x\n"),
            "7: Duplicate migrations_dir: 'a' and 'b' have the same" + 0);
    refused(project,
            TWO("    database_url_sync: sqlite:///a.db\n",
                "    database_url_sync: sqlite:///b.db\n    dev_database_url: sqlite:///a.db\n"),
            "6: Duplicate database target detected (dev_database_url): 'a' and 'b' have the same");
    refused(project, ONE("    dev_database_url: sqlite:///app.db\n"),
            "2: Duplicate database target detected: dev_database_url of 'a' is its own database | "
            "The development database must be another one.");
    refused(project,
            "databases:\n  a:\n    default: true\n    model_paths: [x]\n    database_url_sync: sqlite:///a.db\n"
            "  b:\n    model_paths: [y, x]\n    database_url_sync: sqlite:///b.db\n",
            "6: model_paths overlap: 'a' and 'b' both have x | If that is meant, set overlap_models on one of them.");
}

/* The ways in which database b may mean what a means. */
static void no_url_of_two_databases_is_the_same(void **state)
{
    static const char sync_a[] = "    database_url_sync: sqlite:///a.db\n";
    static const struct {
        const char *a, *b, *message;
    } cases[] = {
        {"    database_url_async: sqlite:///c.db\n", "    database_url_async: sqlite:///c.db\n",
         "Duplicate database_url_async"},
        {"    database_url_async: sqlite:///b.db\n", "", "Duplicate database target detected (async)"},
        {"", "    database_url_async: sqlite:///a.db\n", "Duplicate database target detected (async)"},
        {"    dev_database_url: sqlite:///d.db\n", "    dev_database_url: sqlite:///d.db\n",
         "Duplicate dev_database_url"},
        {"    dev_database_url: sqlite:///b.db\n", "", "Duplicate database target detected (dev_database_url)"},
        {"", "    dev_database_url: sqlite:///a.db\n", "Duplicate database target detected (dev_database_url)"},
    };
    struct project *project = *state;
    struct ctx *ctx = &project->ctx;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config_options options = {.folder = project->folder};
        struct config *config = NULL;
        put(project, "dbwarden.yaml",
            arena_printf(ctx->mem,
                         "databases:\n  a:\n    default: true\n    model_paths: [x]\n%s%s  b:\n    model_paths: [y]\n"
                         "    database_url_sync: sqlite:///b.db\n%s",
                         sync_a, cases[i].a, cases[i].b));
        assert_fails(ctx, config_open(ctx, &options, &config), ERR_CONFIG,
                     arena_printf(ctx->mem, "%s: 'a' and 'b' have the same", cases[i].message));
    }
    struct config *config __attribute__((cleanup(config_close))) =
        opened_yaml(project,
                    TWO("    database_url_sync: sqlite:///a.db\n    dev_database_url: sqlite:///c.db\n",
                        "    database_url_sync: sqlite:///b.db\n    dev_database_url: sqlite:///d.db\n"),
                    false);
    assert_int_equal(config->databases.n, 2);
}

static void two_databases_in_memory_are_two(void **state)
{
    struct config *config __attribute__((cleanup(config_close))) =
        opened_yaml(*state, TWO("    database_url_sync: sqlite://\n", "    database_url_sync: sqlite://\n"), false);
    assert_int_equal(config->databases.n, 2);
}

static void a_database_is_found_by_name(void **state)
{
    struct project *project = *state;
    struct config *config __attribute__((cleanup(config_close))) = opened_yaml(
        project, TWO("    database_url_sync: sqlite:///a.db\n", "    database_url_sync: sqlite:///b.db\n"), false);
    struct database_config *database;
    assert_works(&project->ctx, config_database(&project->ctx, config, "b", &database));
    assert_string_equal(database->url.database, "b.db");
    assert_fails(&project->ctx, config_database(&project->ctx, config, "c", &database), ERR_CONFIG,
                 "Database 'c' not found in settings config. Available databases: [a, b]");
    assert_string_equal(project->ctx.error.hint ? project->ctx.error.hint : "", "");
    assert_works(&project->ctx, config_database(&project->ctx, config, NULL, &database));
    assert_string_equal(database->name, "a");
    config_close(&config);
    config = opened_yaml(project, "databases:\n  primary:\n    default: true\n    database_url_sync: sqlite:///a.db\n",
                         false);
    assert_fails(&project->ctx, config_database(&project->ctx, config, "primry", &database), ERR_CONFIG,
                 "Database 'primry' not found in settings config. Available databases: [primary]");
    assert_string_equal(project->ctx.error.hint, "Did you mean primary?");
}

static void dev_takes_the_place_of_the_real_one(void **state)
{
    struct project *project = *state;
    struct config *config __attribute__((cleanup(config_close))) =
        opened_yaml(project,
                    TWO("    database_url_sync: mysql://u:geheim@h/d\n",
                        "    database_url_sync: mysql://u:geheim@h/e\n    dev_database_url: sqlite:///dev.db\n"),
                    true);
    struct database_config *database;
    assert_int_equal(config->databases.n, 1);
    assert_works(&project->ctx, config_database(&project->ctx, config, "b", &database));
    assert_string_equal(database->dialect->name, "sqlite");
    assert_string_equal(database->url.database, "dev.db");
    assert_fails(&project->ctx, config_database(&project->ctx, config, NULL, &database), ERR_CONFIG,
                 "--dev mode is enabled, but database 'a' has no dev_database_url configured.");
}

static void without_a_file_options_describe_one_database(void **state)
{
    struct project *project = *state;
    struct config_options options = {.folder = project->folder, .url = "sqlite:///x.db", .schema_file = "schema.sql"};
    struct config *config __attribute__((cleanup(config_close))) = opened(project, &options);
    assert_string_equal(config->fallback->name, "primary");
    assert_string_equal(config->fallback->migrations_dir, "migrations/primary");
    assert_string_equal(config->fallback->schema_files.item[0], "schema.sql");
    assert_string_equal(config->source, "options");
    put(project, "migrations/0001_a.sql", "");
    config_close(&config);
    config = opened(project, &options);
    assert_string_equal(config->fallback->migrations_dir, "migrations");
    config_close(&config);
    setenv("DATABASE_URL", "sqlite:///y.db", 1);
    struct config_options none = {.folder = project->folder, .migrations_dir = "sql"};
    config = opened(project, &none);
    assert_string_equal(config->fallback->url.database, "y.db");
    assert_string_equal(config->fallback->migrations_dir, "sql");
    options.url = "nonsense";
    config_close(&config);
    assert_fails(&project->ctx, config_open(&project->ctx, &options, &config), ERR_CONFIG,
                 "--url: the database URL does not begin with dialect://");
}

static void nothing_at_all_says_what_to_do(void **state)
{
    struct project *project = *state;
    struct config_options options = {.folder = project->folder};
    struct config *config;
    assert_fails(&project->ctx, config_open(&project->ctx, &options, &config), ERR_CONFIG,
                 "No configuration found: there is neither dbwarden.py nor dbwarden.yaml");
    options.file = "gone.py";
    assert_fails(&project->ctx, config_open(&project->ctx, &options, &config), ERR_CONFIG,
                 "there is no configuration file gone.py");
    put(project, "dbwarden.yaml", ONE(""));
    options.file = NULL;
    options.schema_file = "x.sql";
    assert_fails(&project->ctx, config_open(&project->ctx, &options, &config), ERR_USAGE,
                 arena_printf(project->ctx.mem, "--schema-file has no effect beside the configuration %s",
                              project_path(project, "dbwarden.yaml")));
    options.migrations_dir = "x";
    assert_fails(&project->ctx, config_open(&project->ctx, &options, &config), ERR_USAGE,
                 arena_printf(project->ctx.mem, "--migrations-dir has no effect beside the configuration %s",
                              project_path(project, "dbwarden.yaml")));
    options = (struct config_options){.folder = project->folder, .file = "dbwarden.yaml", .url = "sqlite:///x.db"};
    assert_fails(&project->ctx, config_open(&project->ctx, &options, &config), ERR_USAGE,
                 "--url and --config exclude each other");
}

static void python_is_executed(void **state)
{
    struct project *project = *state;
    struct config_options options = {.folder = project->folder, .python = "python3"};
    put(project, "dbwarden.py",
        "from dbwarden import database_config\nprint('x')\nprimary = database_config(database_name='a', default=True,\n"
        "  database_url_sync='mysql://u:geheim@h/d')\n");
    struct config *config __attribute__((cleanup(config_close))) = opened(project, &options);
    assert_string_equal(config->fallback->url.password.text, "geheim");
    assert_string_equal(config->fallback->url_expression, "'mysql://u:***@h/d'");
    assert_int_equal(config->fallback->line, 3);
    config_close(&config);
    put(project, "dbwarden.py", "from dbwarden import database_config\nraise ValueError('mysql://u:geheim@h')\n");
    assert_fails(&project->ctx, config_open(&project->ctx, &options, &config), ERR_CONFIG,
                 "failed to load config from dbwarden.py: ValueError: mysql://u:***@h");
    assert_int_equal(project->ctx.error.place.line, 2);
}

TESTS(TEST(defaults_are_those_of_the_predecessor), TEST(every_key_is_taken),
      TEST(what_is_wrong_is_said_with_what_would_be_right), TEST(urls_are_refused_without_their_password),
      TEST(yaml_has_its_own_mistakes), TEST(several_databases_may_not_collide),
      TEST(no_url_of_two_databases_is_the_same), TEST(two_databases_in_memory_are_two),
      TEST(a_database_is_found_by_name), TEST(dev_takes_the_place_of_the_real_one),
      TEST(without_a_file_options_describe_one_database), TEST(nothing_at_all_says_what_to_do),
      TEST(python_is_executed))
