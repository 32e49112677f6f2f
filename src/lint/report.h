/* Findings as texts for programs: JSON as 0.8.2's check printed it and more, SARIF 2.1.0, commands for GitHub's log. */
#ifndef LINT_REPORT_H
#define LINT_REPORT_H

#include "lint/lint.h"

struct json *finding_json(struct arena *mem, const struct finding *finding);
struct json *findings_json(struct arena *mem, const struct list *findings);
/* Of such JSON, of one database or of several.  `source`: where the change that no file holds comes from; NULL: unknown.
 * `version`: of dbwarden. */
struct json *findings_sarif(struct arena *mem, const struct json *findings, const char *source, const char *version);
char *findings_github(struct arena *mem, const struct json *findings);

#endif
