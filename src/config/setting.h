/*
 * Between the readers of configuration files and the one table that judges what they found.  A reader gives
 * entries (one per database) of keys with JSON values, lines and source texts; no reader checks a value.
 */
#ifndef CONFIG_SETTING_H
#define CONFIG_SETTING_H

#include "base/json.h"
#include "config/config.h"

struct setting_value {
    const char *key;
    const char *shown;      /* what messages call the key: "--url"; NULL: as it is */
    struct json *value;     /* {"type": "function"} for what JSON cannot say */
    const char *expression; /* as the file has it; NULL unknown */
    int line;
};

struct setting_entry {
    int line;
    bool positional;    /* arguments without a keyword were passed */
    const char *source; /* file of this entry, as messages show it */
    struct list values; /* struct setting_value * */
};

struct setting_file {
    const char *path;   /* absolute */
    const char *source; /* as messages show it */
    const char *folder; /* working folder of the project */
    const char *call;   /* what an entry is called: "database_config(...)", "databases" */
    struct list entries;
};

/* Where the configuration comes from; all NULL: options. */
struct config_place {
    const char *path;        /* dbwarden.py, dbwarden.yaml or what --config names */
    const char *root;        /* where a search began: workspace root or working folder; absolute */
    const char *folder;      /* working folder of the project; NULL: the reader decides */
    struct names candidates; /* Python files that may call database_config() */
    const char *module;      /* DBWARDEN_CONFIG_MODULE */
    const char *python;      /* interpreter; NULL: to be found when one is needed */
};

/* ERR_CONFIG if there are several files; an empty place if there is none. */
int place_find(struct ctx *ctx, const struct config_options *options, struct config_place *place);
bool path_is_yaml(const char *path);

/* What the reader answered as entries; NULL if it found no call. */
struct setting_file *answered_settings(struct ctx *ctx, const struct json *answer);
/* `text` NULL: what the file holds. *file is NULL if none of the candidates calls database_config(). */
int python_settings(struct ctx *ctx, struct config_place *place, const char *text, struct setting_file **file);
int yaml_settings(struct ctx *ctx, const struct config_place *place, const char *text, struct setting_file **file);

/* The file .fastmigrate in `folder`, if there is one: fills in url and migrations_dir. */
int fastmigrate_ini(struct ctx *ctx, const char *folder, struct config_options *options);

/* All entries as databases of `config`, each key by the table, then what only all of them together can tell. */
int settings_take(struct ctx *ctx, const struct setting_file *file, struct config *config);
/* What follows from a layout that is not ours. */
void settings_layout(struct ctx *ctx, struct database_config *database, enum layout layout);
int settings_compare(struct ctx *ctx, const struct setting_file *file, struct config *config);

struct setting_change {
    enum setting_edit edit;
    const struct json *values;
};

/* The new text of a dbwarden.yaml. `source` is what messages call it. */
int yaml_edit(struct ctx *ctx, const char *source, const char *text, const struct setting_change *change,
              char **changed);

#endif
