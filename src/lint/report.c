/*
 * Findings as texts for programs.  The keys of 0.8.2's JSON stay first and mean what they meant (severity, change_type,
 * table_name, message, column_name, sql, required_flag); the rule, the place and the safe way follow.
 */
#include "lint/report.h"

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
    json_set_text(mem, json, "id", rule->code);
    json_set_text(mem, json, "name", rule->name);
    json_set(mem, json, "shortDescription", text_json(mem, arena_printf(mem, "%s: %s", rule->name, rule->why)));
    json_set(mem, json, "help", text_json(mem, rule->safe));
    json_set_text(mem, level, "level", sarif_levels[rule->severity]);
    json_set(mem, json, "defaultConfiguration", level);
    return json;
}

static struct json *location_json(struct arena *mem, const struct finding *finding)
{
    struct json *locations = json_array(mem), *location = json_object(mem), *physical = json_object(mem),
                *artifact = json_object(mem), *region = json_object(mem);
    if (!finding->file)
        return locations;
    json_set_text(mem, artifact, "uri", finding->file);
    json_set_int(mem, region, "startLine", finding->line);
    json_set_int(mem, region, "startColumn", finding->column_at);
    json_set(mem, physical, "artifactLocation", artifact);
    json_set(mem, physical, "region", region);
    json_set(mem, location, "physicalLocation", physical);
    json_add(mem, locations, location);
    return locations;
}

static struct json *result_json(struct arena *mem, const struct finding *finding)
{
    struct json *json = json_object(mem);
    const char *message = finding->rule ? arena_printf(mem, "%s. %s Instead: %s", finding->message, finding->rule->why,
                                                       finding->rule->safe)
                                        : finding->message;
    json_set_text(mem, json, "ruleId", finding->rule ? finding->rule->code : change_type_of(mem, finding));
    json_set_text(mem, json, "level", sarif_levels[finding->severity]);
    json_set(mem, json, "message", text_json(mem, message));
    json_set(mem, json, "locations", location_json(mem, finding));
    return json;
}

struct json *findings_sarif(struct arena *mem, const struct list *findings, const char *version)
{
    struct json *log = json_object(mem), *runs = json_array(mem), *run = json_object(mem), *tool = json_object(mem),
                *driver = json_object(mem), *rules = json_array(mem), *results = json_array(mem);
    for (const struct lint_rule *rule = rule_table; rule->code; rule++)
        json_add(mem, rules, rule_json(mem, rule));
    for (int i = 0; i < findings->n; i++)
        json_add(mem, results, result_json(mem, findings->item[i]));
    json_set_text(mem, driver, "name", "dbwarden");
    json_set_text(mem, driver, "version", version);
    json_set(mem, driver, "rules", rules);
    json_set(mem, tool, "driver", driver);
    json_set(mem, run, "tool", tool);
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

char *findings_github(struct arena *mem, const struct list *findings)
{
    static const char *const commands[] = {"debug", "notice", "warning", "error"};
    struct buf out;
    buf_init(&out, mem);
    for (int i = 0; i < findings->n; i++) {
        const struct finding *finding = findings->item[i];
        const char *code = finding->rule ? finding->rule->code : change_type_of(mem, finding);
        buf_addf(&out, "::%s ", commands[finding->severity]);
        if (finding->file)
            buf_addf(&out, "file=%s,line=%d,col=%d,", github_value(mem, finding->file, true), finding->line,
                     finding->column_at);
        buf_addf(&out, "title=%s::%s", github_value(mem, code, true), github_value(mem, finding->message, false));
        if (finding->rule)
            buf_addf(&out, ". %s Instead: %s", github_value(mem, finding->rule->why, false),
                     github_value(mem, finding->rule->safe, false));
        buf_add_c(&out, '\n');
    }
    return out.data;
}
