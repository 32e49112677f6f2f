/*
 * The configuration: which databases there are and where their files lie.  Read from dbwarden.py (executed once
 * by the project's own Python), dbwarden.yaml, or options and DATABASE_URL; checked by one table of settings.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "dialect/dialect.h"
#include "migration/migration.h"
#include "models/models.h"

/* Many databases that are alike, described by one entry; see run/targets.c. */
enum targets_kind { TARGETS_NONE, TARGETS_SCHEMAS, TARGETS_DATABASES, TARGETS_FILES, TARGETS_URLS };
struct targets_config {
    enum targets_kind kind;
    const char *pattern;      /* of their names: LIKE, of files a glob; NULL: */
    const char *query;        /* asked where the entry's own URL leads to; the first column names one */
    struct names search_path; /* of schemas: what is looked into after the target's own */
    const char *source;       /* where it stands, for messages */
    int line;
};

/* Moments at which commands of the user's are called. */
enum hook { HOOK_BEFORE_RUN, HOOK_AFTER_RUN, HOOK_BEFORE_FILE, HOOK_AFTER_FILE, HOOK_ON_FAILURE, HOOKS };
extern const char *const hook_names[HOOKS]; /* as settings and events call them */

struct database_config {
    const char *name;
    const struct dialect *dialect;
    const struct dialect *source; /* whose SQL the files hold: with --dev perhaps another than `dialect` */
    const char *source_name;      /* what the production database is called on its server */
    struct url url;               /* sync, else async (then with its async driver name, which we do not use) */
    bool has_async;
    struct url url_async;
    enum layout layout;          /* of the files in there */
    const char *keep_in_step;    /* tool whose history is kept beside ours; NULL: none */
    const char *migrations_dir;  /* as configured or by default; relative to config->folder */
    const char *migration_table; /* _dbwarden_migrations */
    const char *seed_table;      /* _dbwarden_seeds */
    struct names model_paths;    /* as configured: files, folders, dotted modules, "module:Base" */
    struct names schema_files;
    const struct dialect *dev_dialect; /* NULL: none */
    struct url dev_url;
    bool overlap_models;
    bool secure_values;         /* show the expressions below instead of URLs; NULL: none is known */
    const char *url_expression; /* as the file has it: os.environ["DATABASE_URL"], ${DATABASE_URL} */
    const char *url_async_expression;
    const char *dev_url_expression;
    bool is_default;
    struct targets_config targets;
    bool snapshots_each;   /* snapshots: each */
    bool online;           /* ALTER TABLE is written with the gentlest ALGORITHM and LOCK that the server takes */
    const char *cluster;   /* of ClickHouse: all is done on it; NULL: on one server */
    const char *normalise; /* auto, server, offline: what --normalise is where it is not given; NULL: auto */
    struct filter filter;  /* include, exclude; `own` already filled */
    double lock_timeout;   /* seconds, of each statement; -1: as the engine has it */
    double statement_timeout;
    double retry_for;         /* how long to try again what another session stood in the way of */
    double wait_for_db;       /* how long to wait for a server that is not up yet */
    double wait_for_runner;   /* how long to wait for another runner */
    struct names hook[HOOKS]; /* program and arguments of each; none */
    double hook_timeout;      /* seconds; 0: as long as it likes */
    struct json *severities;  /* of rules, by code or name: "off", "info", "warning", "error"; NULL: as they are */
    struct json *naming;      /* regular expression for names of each thing; NULL: they are spelled as anybody likes */
    struct json *told;        /* settings that the file gives and commands show as they are written; NULL: none */
    int line;                 /* where it stands in the file; 0 unknown */
};

struct config {
    const char *source;               /* path as messages show it; "options" when there is no file */
    const char *folder;               /* working folder of the project, absolute: the file's, or the working folder */
    const char *python;               /* interpreter that was used or would be; NULL unknown */
    struct list databases;            /* struct database_config *, in order */
    struct database_config *fallback; /* the default one; NULL if it is among the left out */
    bool dev;                         /* --dev was given: url and dialect are the dev ones, snapshots lie apart */
    bool strict_translation;          /* what cannot be translated for a development database is an error */
    struct list left_out;             /* struct left_out *: configured, but not usable in this run */
};

/* Not among `databases`: with --dev one without a development database. */
struct left_out {
    const char *name;
    const char *message;
    const char *hint;
    bool is_default;
};

struct config_options {
    const char *folder;         /* -C, NULL: working folder */
    const char *file;           /* --config, NULL: search */
    const char *url;            /* --url; NULL */
    const char *migrations_dir; /* --migrations-dir */
    const char *schema_file;    /* --schema-file */
    const char *python;         /* --python */
    const struct json *given;   /* the reader's answer about a configuration, from a program that has read it; NULL */
    bool dev;
    bool strict_translation;
};

/* The owner of a configuration holds its URLs' passwords: config_close() overwrites them; accepts NULL. */
int config_open(struct ctx *ctx, const struct config_options *options, struct config **config);
void config_close(struct config **config);
/* *path: the Python file of another name than dbwarden.py that commands in this folder take as configuration, relative to it; NULL: none. */
int config_elsewhere(struct ctx *ctx, const struct config_options *options, const char **path);
/* NULL name: the default one. With dev, url and dialect are already the dev ones. ERR_CONFIG with the names there are. */
int config_database(struct ctx *ctx, const struct config *config, const char *name, struct database_config **database);

/* The tables of ours by their usual names, for schemas that belong to no configuration. */
void own_tables_add(struct arena *mem, struct names *names);

/* See models_read(). */
int config_models(struct ctx *ctx, const struct config *config, const struct database_config *database,
                  struct models_said *said);
/* See models_read_again(). */
int config_models_again(struct ctx *ctx, const struct config *config, const struct database_config *database,
                        struct json *columns, struct tree **tree);

/* See models_program(); `program` says all but python and folder; url NULL: the database's own. */
int config_program(struct ctx *ctx, const struct config *config, const struct database_config *database,
                   struct program_source *program, bool *ran);

int config_python(struct ctx *ctx, const struct config *config, const char **python);
/* Which interpreter: --python, DBWARDEN_PYTHON, VIRTUAL_ENV, .venv beside the configuration, python3. ERR_CONFIG. */
int python_find(struct ctx *ctx, const char *option, const char *folder, const char **python);

/* The settings mutators (settings.c): rewrite dbwarden.py or dbwarden.yaml atomically, validated before it replaces the old. */
enum setting_edit {
    EDIT_DATABASE_ADD,
    EDIT_DATABASE_REMOVE,
    EDIT_DATABASE_RENAME,
    EDIT_DEFAULT,
    EDIT_DEV_SET,
    EDIT_DEV_CLEAR
};
int config_edit(struct ctx *ctx, const struct config_options *options, enum setting_edit edit,
                const struct json *values);

#endif
