/* objects.c: statements about views and schemas, and those that only drop or rename. */
#ifndef TRANSLATE_OBJECTS_H
#define TRANSLATE_OBJECTS_H

#include "translate/parts.h"

int view_create(struct scan *scan);
int view_drop(struct scan *scan);
int view_rename(struct scan *scan);
int view_rename_to(struct scan *scan, const char *from); /* at the new name */
int schema_create(struct scan *scan);
int schema_drop(struct scan *scan);
int table_drop(struct scan *scan);
int tables_rename(struct scan *scan);
int index_drop(struct scan *scan);
int index_rename(struct scan *scan);

#endif
