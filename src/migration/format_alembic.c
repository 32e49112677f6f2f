/*
 * Alembic: revisions in Python, in a graph; alembic_version has a row for each head, which stands for all that it needs.  What a revision
 * does is asked of the project's own interpreter (run/alembic.c); only what we write ourselves is known here.
 */
#include "migration/format_parts.h"

#include "base/text.h"

static const char *const folders[] = {".", NULL};

static bool owns(const char *name, const char *text)
{
    return text_equal(name, "alembic.ini") || (text_equal(name, "pyproject.toml") && text_has(text, "[tool.alembic]"));
}

/* A name after a single colon would be a value to text(). */
void python_sql_add(struct buf *out, const struct sql_piece *piece, bool to_text)
{
    for (size_t i = 0; i < piece->length; i++) {
        const char c = piece->text[i], before = i ? piece->text[i - 1] : ' ';
        bool value = to_text && c == ':' && i + 1 < piece->length && char_is_word((unsigned char)piece->text[i + 1]) &&
                     before != ':' && before != '\\' && !char_is_word((unsigned char)before);
        if (value)
            buf_add(out, "\\\\:");
        else if (c == '\\' || c == '"')
            buf_addf(out, "\\%c", c);
        else
            buf_add_c(out, c);
    }
}

static void side_add(struct buf *out, const char *name, const struct split *split, bool alone)
{
    const char *indent = alone ? "        " : "    ";
    buf_addf(out, "\n\ndef %s() -> None:\n", name);
    if (alone && split->n)
        buf_add(out, "    with op.get_context().autocommit_block():\n");
    for (int i = 0; i < split->n; i++) {
        buf_addf(out, "%sop.execute(sa.text(\"\"\"", indent);
        python_sql_add(out, &split->piece[i], true);
        buf_add(out, "\"\"\"))\n");
    }
    if (!split->n)
        buf_add(out, "    pass\n");
}

static const char *parents_text(struct arena *mem, const struct names *parents)
{
    if (parents->n < 2)
        return parents->n ? arena_printf(mem, "\"%s\"", parents->item[0]) : "None";
    return arena_printf(mem, "(\"%s\")", names_join(mem, parents, "\", \""));
}

static int write_one(struct ctx *ctx, struct ejected *ejected, struct list *files)
{
    struct buf text;
    buf_init(&text, ctx->mem);
    const char *parents = parents_text(ctx->mem, &ejected->parents);
    buf_addf(&text, "\"\"\"%s\n\nRevision ID: %s\n\"\"\"\nimport sqlalchemy as sa\nfrom alembic import op\n\n",
             text_replace(ctx->mem, ejected->slug, "_", " "), ejected->id);
    buf_addf(&text, "revision = \"%s\"\ndown_revision = %s\nbranch_labels = None\ndepends_on = None\n", ejected->id,
             parents);
    side_add(&text, "upgrade", &ejected->migration->up, ejected->alone);
    side_add(&text, "downgrade", &ejected->migration->down, ejected->alone);
    ejected->script = arena_printf(ctx->mem, "%s_%s.py", ejected->id, ejected->slug);
    file_new_add(ctx, files, ejected->script, text.data);
    return 0;
}

const struct format format_alembic = {
    .name = "alembic",
    .title = "Alembic",
    .folders = folders,
    .owns = owns,
    .history = HISTORY_HEADS,
    .table = "alembic_version",
    .query = "SELECT version_num, 1, 0, NULL FROM alembic_version",
    .create = "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL, "
              "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
    .insert = "INSERT INTO alembic_version (version_num) VALUES (@id)",
    .remove = "DELETE FROM alembic_version",
    .write = write_one,
};
