/*
 * Findings as texts for programs.  The keys of 0.8.2's JSON stay first and mean what they meant (severity, change_type,
 * table_name, message, column_name, sql, required_flag); the rule, the place and the safe way follow.
 */
#include "lint/report.h"

#include <string.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/text.h"

static const char *change_type_of(struct arena *mem, const struct finding *finding)
{
    return finding->change_type ? finding->change_type : text_replace(mem, finding->rule->name, "-", "_");
}

struct json *finding_json(struct arena *mem, const struct finding *finding)
{
    const struct lint_rule *rule = finding->rule;
    struct json *json = json_object(mem);
    json_set_text(mem, json, "severity", text_upper(mem, severity_names[finding->severity]));
    json_set_text(mem, json, "change_type", change_type_of(mem, finding));
    json_set_text(mem, json, "table_name", finding->table);
    json_set_text(mem, json, "message", finding->message);
    json_set_text(mem, json, "column_name", finding->column);
    json_set_text(mem, json, "sql", finding->sql ? finding->sql : "");
    json_set_text(mem, json, "required_flag", finding->severity == SEVERITY_WARNING ? "--force" : NULL);
    json_set_text(mem, json, "code", rule ? rule->code : NULL);
    json_set_text(mem, json, "rule", rule ? rule->name : NULL);
    json_set_text(mem, json, "lock", finding->lock);
    json_set_text(mem, json, "why", rule ? rule->why : NULL);
    json_set_text(mem, json, "safe", rule ? rule->safe : NULL);
    json_set_text(mem, json, "size", finding->size);
    json_set_text(mem, json, "file", finding->file);
    json_set(mem, json, "line", finding->line ? json_int(mem, finding->line) : json_null(mem));
    json_set(mem, json, "column", finding->line ? json_int(mem, finding->column_at) : json_null(mem));
    json_set(mem, json, "statement", finding->statement ? json_int(mem, finding->statement) : json_null(mem));
    return json;
}

struct json *findings_json(struct arena *mem, const struct list *findings)
{
    struct json *list = json_array(mem);
    for (int i = 0; i < findings->n; i++)
        json_add(mem, list, finding_json(mem, findings->item[i]));
    return list;
}

/* ---- what both of the following need ---- */

static enum severity severity_in(const struct json *finding)
{
    enum severity severity = SEVERITY_ERROR;
    while (severity > SEVERITY_INFO && !text_equal_nocase(severity_names[severity], json_get_text(finding, "severity")))
        severity--;
    return severity;
}

static const char *code_in(const struct json *finding)
{
    const char *code = json_get_text(finding, "code");
    return code ? code : json_get_text(finding, "change_type");
}

/* ---- SARIF ---- */

static const char *const sarif_levels[] = {"none", "note", "warning", "error"};

static struct json *text_json(struct arena *mem, const char *text)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "text", text);
    return json;
}

static struct json *rule_json(struct arena *mem, const struct lint_rule *rule)
{
    struct json *json = json_object(mem), *level = json_object(mem);
    const char *name = text_replace(mem, rule->name, "-", " ");
    json_set_text(mem, json, "id", rule->code);
    json_set_text(mem, json, "name", rule->name);
    json_set(mem, json, "shortDescription", text_json(mem, arena_printf(mem, "%s.", name)));
    json_set(mem, json, "fullDescription", text_json(mem, rule->why));
    json_set(mem, json, "help", text_json(mem, arena_printf(mem, "%s Instead: %s", rule->why, rule->safe)));
    json_set_bool(mem, level, "enabled", rule->severity != SEVERITY_OFF);
    json_set_text(mem, level, "level", sarif_levels[rule->severity ? rule->severity : SEVERITY_INFO]);
    json_set(mem, json, "defaultConfiguration", level);
    return json;
}

/* As programs that compare paths with those of a repository have it. */
static const char *path_plain(const char *path)
{
    while (text_starts(path, "./"))
        path += 2;
    return path;
}

/* A path as a reference of RFC 3986: relative to where the program ran, or absolute. */
static const char *uri_of(struct arena *mem, const char *path)
{
    static const char plain[] = "-._~/!$&'()*+,;=@";
    struct buf uri;
    buf_init(&uri, mem);
    buf_add(&uri, *path == '/' ? "file://" : "");
    for (const char *at = path_plain(path); *at; at++) {
        unsigned char c = (unsigned char)*at;
        if (char_is_alpha(c) || char_is_digit(c) || strchr(plain, c))
            buf_add_c(&uri, *at);
        else
            buf_addf(&uri, "%%%02X", c);
    }
    return uri.data;
}

/* What no file holds yet comes from the configuration: programs that show findings want a place for each. */
static struct json *locations_json(struct arena *mem, const struct json *finding, const char *source)
{
    struct json *locations = json_array(mem), *location = json_object(mem), *physical = json_object(mem),
                *artifact = json_object(mem), *region = json_object(mem);
    const char *file = json_get_text(finding, "file");
    if (!file && !source)
        return locations;
    json_set_text(mem, artifact, "uri", uri_of(mem, file ? file : source));
    json_set_int(mem, region, "startLine", json_get_int(finding, "line", 1));
    json_set_int(mem, region, "startColumn", json_get_int(finding, "column", 1));
    json_set(mem, physical, "artifactLocation", artifact);
    json_set(mem, physical, "region", region);
    json_set(mem, location, "physicalLocation", physical);
    json_add(mem, locations, location);
    return locations;
}

/* The same for the same finding, wherever its lines went; those that are alike are counted. */
static struct json *fingerprint_json(struct arena *mem, const struct json *finding, struct map *seen)
{
    static const char *const keys[] = {"code", "change_type", "database", "file", "table_name", "column_name"};
    struct json *json = json_object(mem);
    struct buf about;
    buf_init(&about, mem);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *text = json_get_text(finding, keys[i]);
        buf_addf(&about, "%s\n", text ? text : "");
    }
    int *times = map_get(seen, about.data);
    if (!times) {
        times = NEW(mem, int);
        map_set(seen, about.data, times);
    }
    const char *hash = hash_sha256(mem, about.data, about.len);
    json_set_text(mem, json, "dbwardenFinding/v1", arena_printf(mem, "%.16s:%d", hash, ++*times));
    return json;
}

static const char *message_of(struct arena *mem, const struct json *finding)
{
    const char *message = json_get_text(finding, "message"), *why = json_get_text(finding, "why");
    return why ? arena_printf(mem, "%s. %s Instead: %s", message, why, json_get_text(finding, "safe")) : message;
}

static struct json *result_json(struct arena *mem, const struct json *finding, const char *source, struct map *seen)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "ruleId", code_in(finding));
    json_set_text(mem, json, "level", sarif_levels[severity_in(finding)]);
    json_set(mem, json, "message", text_json(mem, message_of(mem, finding)));
    json_set(mem, json, "locations", locations_json(mem, finding, source));
    json_set(mem, json, "partialFingerprints", fingerprint_json(mem, finding, seen));
    return json;
}

/* A change that no rule has anything to say of, and that is not dangerous by itself, is no result of an analysis. */
static bool is_silent(const struct json *finding)
{
    return !json_get_text(finding, "code") && severity_in(finding) == SEVERITY_INFO;
}

static struct json *driver_json(struct arena *mem, const char *version)
{
    struct json *driver = json_object(mem), *rules = json_array(mem);
    for (const struct lint_rule *rule = rule_table; rule->code; rule++)
        json_add(mem, rules, rule_json(mem, rule));
    json_set_text(mem, driver, "name", "dbwarden");
    json_set_text(mem, driver, "version", version);
    json_set(mem, driver, "rules", rules);
    return driver;
}

struct json *findings_sarif(struct arena *mem, const struct json *findings, const char *source, const char *version)
{
    struct json *log = json_object(mem), *runs = json_array(mem), *run = json_object(mem), *tool = json_object(mem),
                *results = json_array(mem);
    struct map seen;
    map_init(&seen, mem);
    for (int i = 0; i < findings->n; i++)
        if (!is_silent(findings->item[i]))
            json_add(mem, results, result_json(mem, findings->item[i], source, &seen));
    json_set(mem, tool, "driver", driver_json(mem, version));
    json_set(mem, run, "tool", tool);
    json_set_text(mem, run, "columnKind", "unicodeCodePoints");
    json_set(mem, run, "results", results);
    json_add(mem, runs, run);
    json_set_text(mem, log, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    json_set_text(mem, log, "version", "2.1.0");
    json_set(mem, log, "runs", runs);
    return log;
}

/* ---- GitHub ---- */

/* What ends a value of such a command, as its documentation escapes it. */
static const char *github_value(struct arena *mem, const char *text, bool property)
{
    text = text_replace(mem, text, "%", "%25");
    text = text_replace(mem, text, "\r", "%0D");
    text = text_replace(mem, text, "\n", "%0A");
    if (!property)
        return text;
    return text_replace(mem, text_replace(mem, text, ":", "%3A"), ",", "%2C");
}

char *findings_github(struct arena *mem, const struct json *findings)
{
    static const char *const commands[] = {"debug", "notice", "warning", "error"};
    struct buf out;
    buf_init(&out, mem);
    for (int i = 0; i < findings->n; i++) {
        const struct json *finding = findings->item[i];
        const char *file = json_get_text(finding, "file");
        buf_addf(&out, "::%s ", commands[severity_in(finding)]);
        if (file)
            buf_addf(&out, "file=%s,line=%d,col=%d,", github_value(mem, path_plain(file), true),
                     (int)json_get_int(finding, "line", 1), (int)json_get_int(finding, "column", 1));
        buf_addf(&out, "title=%s::%s\n", github_value(mem, code_in(finding), true),
                 github_value(mem, message_of(mem, finding), false));
    }
    return out.data;
}
