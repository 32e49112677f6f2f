/* Command lines into requests, table by table: each line says what the words become, or why they are refused. */
#include "unit.h"

#include "cli/argv.h"

enum { WORDS = 12 };

static int read_words(struct ctx *ctx, const char *const *words, struct arguments *parsed)
{
    char program[] = "dbwarden", *argv[WORDS + 1] = {program};
    int argc = 1;
    for (int i = 0; words[i]; i++)
        argv[argc++] = arena_dup(ctx->mem, words[i]);
    return argv_read(ctx, argc, argv, parsed);
}

static void words_become_requests(void **state)
{
    static const struct {
        const char *words[WORDS];
        const char *command, *values, *where, *show;
    } cases[] = {
        {{"migrate"}, "migrate", "{}", "{}", "{}"},
        {{"migrate", "-c", "2"}, "migrate", "{\"count\": 2}", "{}", "{}"},
        {{"migrate", "-c2"}, "migrate", "{\"count\": 2}", "{}", "{}"},
        {{"migrate", "--count=2"}, "migrate", "{\"count\": 2}", "{}", "{}"},
        {{"migrate", "--count", "-1"}, "migrate", "{\"count\": -1}", "{}", "{}"},
        {{"migrate", "-c", "x"}, "migrate", "{\"count\": \"x\"}", "{}", "{}"},
        {{"migrate", "-t0002", "-a"}, "migrate", "{\"to_version\": \"0002\", \"all\": true}", "{}", "{}"},
        {{"migrate", "-av"}, "migrate", "{\"all\": true, \"verbose\": true}", "{}", "{}"},
        {{"-v", "migrate"}, "migrate", "{\"verbose\": true}", "{}", "{}"},
        {{"--dev", "migrate"}, "migrate", "{}", "{\"dev\": true}", "{}"},
        {{"migrate", "--dev"}, "migrate", "{}", "{\"dev\": true}", "{}"},
        {{"-C", "/x", "status", "--json"}, "status", "{}", "{\"folder\": \"/x\"}", "{\"json\": true}"},
        {{"status", "-C/x"}, "status", "{}", "{\"folder\": \"/x\"}", "{}"},
        {{"--url", "sqlite:///a", "status"}, "status", "{}", "{\"url\": \"sqlite:///a\"}", "{}"},
        {{"settings", "show"}, "settings show", "{}", "{}", "{}"},
        {{"settings", "-q", "show", "other"}, "settings show", "{\"database\": \"other\"}", "{}", "{\"quiet\": true}"},
        {{"new", "add users"}, "new", "{\"description\": \"add users\"}", "{}", "{}"},
        {{"new", "-m", "add users"}, "new", "{\"description\": \"add users\"}", "{}", "{}"},
        {{"make-migrations", "--message=add users"}, "make-migrations", "{\"description\": \"add users\"}", "{}", "{}"},
        {{"settings", "show", "--database", "other"}, "settings show", "{\"database\": \"other\"}", "{}", "{}"},
        {{"new", "--", "--odd"}, "new", "{\"description\": \"--odd\"}", "{}", "{}"},
        {{"new", "x", "--version", "7"}, "new", "{\"description\": \"x\", \"version\": \"7\"}", "{}", "{}"},
        {{"--version"}, NULL, "{}", "{}", "{\"version\": true}"},
        {{"-h"}, NULL, "{}", "{}", "{\"help\": true}"},
        {{"make-migrations", "--no-concurrent"}, "make-migrations", "{\"concurrent\": false}", "{}", "{}"},
        {{"make-migrations", "--rename", "a.b:c", "--rename=a.d:e"},
         "make-migrations",
         "{\"rename\": [\"a.b:c\", \"a.d:e\"]}",
         "{}",
         "{}"},
        /* A command's own option goes before the global one of the same name. */
        {{"database", "add", "x", "-t", "sqlite", "--url", "sqlite:///x"},
         "database add",
         "{\"name\": \"x\", \"type\": \"sqlite\", \"url\": \"sqlite:///x\"}",
         "{}",
         "{}"},
        {{"settings", "database-add", "x", "--model-path", "a", "--model-path=b"},
         "settings database-add",
         "{\"name\": \"x\", \"model_path\": [\"a\", \"b\"]}",
         "{}",
         "{}"},
        {{"help", "settings", "show"}, "help", "{\"command\": [\"settings\", \"show\"]}", "{}", "{}"},
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arguments parsed;
        assert_works(ctx, read_words(ctx, cases[i].words, &parsed));
        const char *title = parsed.command ? command_title(ctx->mem, parsed.command) : "";
        assert_string_equal(title, cases[i].command ? cases[i].command : "");
        assert_string_equal(json_text(ctx->mem, parsed.values, JSON_PYTHON), cases[i].values);
        assert_string_equal(json_text(ctx->mem, parsed.where, JSON_PYTHON), cases[i].where);
        assert_string_equal(json_text(ctx->mem, parsed.show, JSON_PYTHON), cases[i].show);
    }
}

static void wrong_words_are_named(void **state)
{
    static const struct {
        const char *words[WORDS];
        const char *message, *hint;
    } cases[] = {
        {{"migrat"}, "unknown command \"migrat\"", "Did you mean \"migrate\"?"},
        {{"settings", "shw"}, "unknown command \"settings shw\"", "Did you mean \"settings show\"?"},
        {{"migrate", "--cuont", "1"}, "migrate has no option --cuont", "Did you mean --count?"},
        {{"migrate", "--coun", "1"}, "migrate has no option --coun", "Did you mean --count?"},
        {{"make-migrations", "--safe-type-chang"},
         "make-migrations has no option --safe-type-chang",
         "Did you mean --safe-type-change?"},
        {{"make-migrations", "--xx-concurrent"}, "make-migrations has no option --xx-concurrent", NULL},
        {{"make-migrations", "--no-plan"}, "make-migrations has no option --no-plan", NULL},
        {{"migrate", "-x"}, "migrate has no option -x", "`dbwarden migrate --help` lists the options."},
        {{"-d", "primary", "migrate"}, "unknown option -d before the command", "Options of a command stand after it."},
        {{"migrate", "--count"}, "--count needs a COUNT after it", NULL},
        {{"migrate", "--all=yes"}, "--all takes no value", NULL},
        {{"new", "add", "users"}, "new does not take \"users\"", "Put several words in quotes."},
        {{"status", "primary"}, "status does not take \"primary\"", "`dbwarden status --help` shows what it takes."},
        {{"new", "\xff"}, "word 2 of the command line is not valid UTF-8", NULL},
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arguments parsed;
        memset(&ctx->error, 0, sizeof ctx->error);
        assert_fails(ctx, read_words(ctx, cases[i].words, &parsed), ERR_USAGE, cases[i].message);
        if (cases[i].hint)
            assert_string_equal(ctx->error.hint, cases[i].hint);
    }
}

UNIT_TESTS(UNIT(words_become_requests), UNIT(wrong_words_are_named))
