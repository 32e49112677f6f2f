/*
 * Character sets and their collations.  A column is compared and written by its collation, from which its character set
 * follows; what says only a character set has that one's usual collation.
 */
#include "base/text.h"
#include "dialect/mysql/schema.h"

/* Those whose usual collation is not called CHARSET_general_ci. */
static const char *const usual[][2] = {
    {"big5", "big5_chinese_ci"},        {"binary", "binary"},
    {"cp932", "cp932_japanese_ci"},     {"dec8", "dec8_swedish_ci"},
    {"eucjpms", "eucjpms_japanese_ci"}, {"euckr", "euckr_korean_ci"},
    {"gb18030", "gb18030_chinese_ci"},  {"gb2312", "gb2312_chinese_ci"},
    {"gbk", "gbk_chinese_ci"},          {"hp8", "hp8_english_ci"},
    {"latin1", "latin1_swedish_ci"},    {"latin5", "latin5_turkish_ci"},
    {"sjis", "sjis_japanese_ci"},       {"swe7", "swe7_swedish_ci"},
    {"tis620", "tis620_thai_ci"},       {"ujis", "ujis_japanese_ci"},
};

enum { MARIADB_UCA = 110500 }; /* since then Unicode sets are sorted by uca1400 where nothing is said */

const char *my_collation_name(struct arena *mem, const char *name)
{
    if (!name)
        return NULL;
    char *lower = text_lower(mem, name);
    return text_starts(lower, "utf8_") ? arena_printf(mem, "utf8mb3_%s", lower + 5) : lower;
}

static bool is_unicode(const char *charset)
{
    return text_starts(charset, "utf") || text_equal(charset, "ucs2");
}

const char *my_collation_of(struct arena *mem, const struct target *target, const char *charset)
{
    const char *name = text_lower(mem, charset);
    bool maria = target->dialect->engine == ENGINE_MARIA;
    if (text_equal(name, "utf8"))
        name = "utf8mb3";
    for (size_t i = 0; !my_is_tidb(target->dialect) && i < sizeof usual / sizeof *usual; i++)
        if (text_equal(usual[i][0], name))
            return usual[i][1];
    if (maria && target->version >= MARIADB_UCA && is_unicode(name))
        return arena_printf(mem, "%s_uca1400_ai_ci", name);
    if (my_is_tidb(target->dialect))
        return arena_printf(mem, "%s_bin", name);
    if (!maria && text_equal(name, "utf8mb4"))
        return "utf8mb4_0900_ai_ci";
    return arena_printf(mem, "%s_general_ci", name);
}

const char *my_charset_of(struct arena *mem, const char *collation)
{
    return text_slice(mem, collation, 0, strcspn(collation, "_"));
}

static const char *column_charset(struct arena *mem, const struct target *target, const struct column *column)
{
    const char *table = ((const struct table *)column->object.parent)->collation;
    const char *collation = column->collation ? column->collation : table ? table : target->facts.collation;
    return collation ? my_charset_of(mem, my_collation_name(mem, collation)) : NULL;
}

const char *my_narrower_charset(struct arena *mem, const struct target *target, const struct column *before,
                                const struct column *after)
{
    static const char *const texts[] = {"char",     "varchar", "tinytext", "text", "mediumtext",
                                        "longtext", "enum",    "set",      NULL};
    if (!my_type_is_of(mem, before->type, texts) || !my_type_is_of(mem, after->type, texts))
        return NULL;
    const char *from = column_charset(mem, target, before), *to = column_charset(mem, target, after);
    bool wider = !from || !to || text_equal(from, to) || text_equal(to, "utf8mb4") || text_equal(from, "ascii") ||
                 text_equal(from, "binary") || text_equal(to, "binary") ||
                 (text_equal(to, "utf8mb3") && !text_starts(from, "utf"));
    return wider ? NULL : to;
}
