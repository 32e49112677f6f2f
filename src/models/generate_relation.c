/*
 * Relationships out of foreign keys, where they are asked for: one from the class that has the key, called like its column
 * without "_id", and one back, called like the attribute or the table that it comes from.
 */
#include "base/text.h"
#include "models/parts.h"

/* One side of a relationship: an attribute of a class. */
struct relation {
    const char *name, *back; /* the attributes here and there */
    const struct model *other;
    const struct foreign_key *key;
    const struct model *holder; /* that has the key */
    bool many, far_key;         /* a list; the other class has the key */
};

static struct model *model_of(const struct generator *generator, const struct ref *ref)
{
    return map_get(&generator->tables,
                   arena_printf(generator->mem, "%s.%s", ref->schema ? ref->schema : "", ref->name));
}

static const char *name_for(struct generator *generator, struct model *model, const char *wanted)
{
    struct arena *mem = generator->mem;
    const char *name = python_identifier(mem, wanted);
    name = !*name || *name == '_' ? arena_printf(mem, "related%s", name) : name;
    if (python_reserved(name))
        name = arena_printf(mem, "%s_", name);
    name = python_unique(mem, &model->taken, name);
    map_set(&generator->hidden, name, model);
    return name;
}

static const char *without_id(struct arena *mem, const struct foreign_key *key)
{
    const char *column = key->columns.item[0];
    size_t length = strlen(column);
    if (key->columns.n == 1 && length > 3 && text_ends(column, "_id"))
        return text_slice(mem, column, 0, length - 3);
    return key->columns.n == 1 && !text_equal(column, "id") ? arena_printf(mem, "%s_row", column) : key->ref_table.name;
}

/* Is a row of the other table referred to by one row at most? */
static bool is_unique(const struct object *table, const struct names *columns)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind == KIND_PRIMARY_KEY && names_equal(&((const struct primary_key *)child)->columns, columns))
            return true;
        if (child->kind == KIND_UNIQUE && names_equal(&((const struct unique *)child)->columns, columns))
            return true;
    }
    return false;
}

/* SQLAlchemy warns where two relationships write one column: of composite keys that share one, only the first is written. */
static bool shares_column(const struct foreign_key *key)
{
    const struct object *table = key->object.parent;
    for (int i = 0; i < table->children.n && table->children.item[i] != key; i++) {
        const struct foreign_key *other = table->children.item[i];
        for (int k = 0; other->object.kind == KIND_FOREIGN_KEY && k < key->columns.n; k++)
            if (names_have(&other->columns, key->columns.item[k]))
                return true;
    }
    return false;
}

static void relation_find(struct generator *generator, struct model *model, const struct foreign_key *key)
{
    struct arena *mem = generator->mem;
    struct model *other = model_of(generator, &key->ref_table);
    if (!other || !other->is_class || !model->is_class || !key_is_plain(mem, key) || shares_column(key))
        return;
    struct relation *here = NEW(mem, struct relation), *there = NEW(mem, struct relation);
    const char *name = name_for(generator, model, without_id(mem, key));
    const char *back = name_for(generator, other, model->table->name);
    *here = (struct relation){name, back, other, key, model, false, false};
    *there = (struct relation){back, name, model, key, model, !is_unique(model->table, &key->columns), true};
    list_add(mem, &model->relations, here);
    list_add(mem, &other->relations, there);
}

void relations_find(struct generator *generator)
{
    for (int i = 0; generator->options->relationships && i < generator->models.n; i++) {
        struct model *model = generator->models.item[i];
        for (int k = 0; k < model->table->children.n; k++)
            if (((const struct object *)model->table->children.item[k])->kind == KIND_FOREIGN_KEY)
                relation_find(generator, model, model->table->children.item[k]);
    }
}

/* Python that SQLAlchemy reads once all classes are there: "[Orders.customer_id]". */
static char *columns_text(struct arena *mem, const struct model *model, const struct names *columns)
{
    struct names attributes = {0};
    for (int i = 0; i < columns->n; i++)
        names_add(mem, &attributes,
                  arena_printf(mem, "%s.%s", model->name, (const char *)map_get(&model->attribute, columns->item[i])));
    return arena_printf(mem, "[%s]", names_join(mem, &attributes, ", "));
}

static struct python_doc *relation_doc(struct generator *generator, struct model *model,
                                       const struct relation *relation)
{
    struct arena *mem = generator->mem;
    bool sqlmodel = generator->options->style == MODELS_SQLMODEL;
    const struct model *far = model_of(generator, &relation->key->ref_table);
    struct python_doc *doc = python_call(mem, python_use(model->module, "sqlalchemy.orm", "relationship"));
    python_add_text(mem, doc, NULL, relation->other->name);
    python_add_text(mem, doc, "foreign_keys", columns_text(mem, relation->holder, &relation->key->columns));
    if (relation->holder == far && !relation->far_key)
        python_add_text(mem, doc, "remote_side", columns_text(mem, far, &relation->key->ref_columns));
    python_add_text(mem, doc, "back_populates", relation->back);
    if (relation->far_key && !relation->many)
        python_add(mem, doc, "uselist", python_atom(mem, "False"));
    if (!sqlmodel)
        return doc;
    struct python_doc *field = python_call(mem, python_use(model->module, "sqlmodel", "Relationship"));
    return python_add(mem, field, "sa_relationship", doc);
}

static bool may_be_absent(const struct relation *relation)
{
    const struct object *table = relation->holder->table;
    for (int i = 0; !relation->far_key && i < relation->key->columns.n; i++) {
        const struct object *column = object_child(table, KIND_COLUMN, relation->key->columns.item[i]);
        if (column && ((const struct column *)column)->nullable)
            return true;
    }
    return relation->far_key && !relation->many;
}

void relations_write(struct generator *generator, struct model *model)
{
    struct arena *mem = generator->mem;
    for (int i = 0; i < model->relations.n; i++) {
        const struct relation *relation = model->relations.item[i];
        const char *start = arena_printf(mem, "%s = ", relation->name), *class = relation->other->name;
        if (generator->annotates && !generator->options->single_file && relation->other != model)
            python_later(model->module, arena_printf(mem, ".%s", relation->other->file), class);
        const char *type = relation->many            ? arena_printf(mem, "list[\"%s\"]", class)
                           : may_be_absent(relation) ? arena_printf(mem, "\"%s | None\"", class)
                                                     : arena_printf(mem, "\"%s\"", class);
        if (generator->options->style == MODELS_MAPPED)
            start = arena_printf(mem, "%s: %s[%s] = ", relation->name,
                                 python_use(model->module, "sqlalchemy.orm", "Mapped"), type);
        else if (generator->options->style == MODELS_SQLMODEL)
            start = arena_printf(mem, "%s: %s = ", relation->name, type);
        python_line(&model->module->body, 4, start, relation_doc(generator, model, relation));
    }
}
