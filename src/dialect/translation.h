/*
 * What becomes of the SQL of other engines on an engine that stands in for them: rows of types, functions, words, operators
 * and statements.  src/translate/ reads the other engine's SQL and knows no engine; all that is known of a pair is here.
 */
#ifndef DIALECT_TRANSLATION_H
#define DIALECT_TRANSLATION_H

#include "schema/object.h"

enum translate_type_mark {
    TRANSLATE_ARGUMENTS = 1,    /* (n) stays */
    TRANSLATE_TOLD = 1 << 1,    /* something of the type is lost that a developer may miss: it is said once */
    TRANSLATE_SERIAL = 1 << 2,  /* numbers itself */
    TRANSLATE_LABELS = 1 << 3,  /* ENUM('a', 'b'): the labels become a check */
    TRANSLATE_NO_CASE = 1 << 4, /* compares without case */
    TRANSLATE_DOCUMENT = 1 << 5 /* JSON, whose operators are others here */
};

/* A type without arguments, upper case, single spaces. What no row names becomes `fallback`, which is not a translation. */
struct translate_type {
    unsigned engines;
    const char *from; /* NULL ends the table */
    const char *to;
    unsigned marks;
    const char *cast;  /* what x::type is, with $1 for x; NULL: x itself */
    const char *sized; /* the same with arguments, which are $2 and $3 (0 unless written); NULL: as without */
};

/* What a type takes, as a check of the column. */
struct translate_limit {
    unsigned engines;
    const char
        *types;    /* as CREATE TABLE has them, upper case, without arguments, with "|" between; NULL ends the table */
    int arguments; /* that are written; -1: any number */
    bool without_sign; /* UNSIGNED */
    const char *
        check; /* with $1 for the column, $2 and $3 for the arguments, $4 for what the first has more than the second */
};

/* A literal as a value of a type: '2024-01-05' as a DATE. */
struct translate_constant {
    unsigned engines;
    const char *type; /* of the other engine's as CAST has it, or what a column here bears; NULL ends the table */
    int arguments;    /* of the type; -1: any number */
    bool stored;      /* only where it goes into a column */
    const char *
        value; /* with $1 for the literal, $2 and $3 for the arguments; its value here, or NULL: it is none, or not plainly one */
};

/* A call. The first row that fits counts; a function without a row is not there. */
struct translate_function {
    unsigned engines;
    const char *name;  /* lower case, "distinct" after it if that is said; NULL ends the table */
    int arguments;     /* -1: any number */
    const char *first; /* the first argument as it must be written, whatever its case: year, 'day'; NULL: any */
    const char *to;    /* $1 ... for arguments, $* for all of them, $o for their order; NULL: the same call */
    const char
        *each; /* with $* : what becomes of each argument first, with $1 for it, $2 for all of them; NULL: nothing */
    const char *join;  /* between them; NULL: a comma */
    unsigned counts;   /* bits of arguments, the first is 1, that must be written as a number from 1 on, */
    unsigned no_texts; /* and of those that must not be written as a text */
    const char *const *
        asked; /* constants that follow the arguments, asked of the target, with $1 ... for these; NULL ends. If one is NULL, it is no such call */
};

/* What can be told of a value and makes it another one here. */
enum value_kind {
    VALUE_DECIMAL,
    VALUE_FLOAT,
    VALUE_BOOLEAN,
    VALUE_MOMENT,
    VALUE_DOCUMENT, /* JSON, and arrays */
    VALUE_CHOICE,   /* a label of an enum */
    VALUE_POINT     /* a number that is written with a point */
};

/* What an argument of that kind becomes first, with $1 for it; NULL: it cannot be one. Or what goes into a column of a type. */
struct translate_argument {
    unsigned engines;
    const char *
        name; /* of the function as it is written, lower case, or of the type here, whose arguments are $2, $3; NULL ends the table */
    enum value_kind kind;
    const char *to;
};

/* Words that divide the arguments of a call as commas do: extract(year FROM x). */
struct translate_divider {
    const char *name; /* of the function; NULL ends the table */
    const char *word;
    const char *as; /* the function's name for the table of functions if this word is the first; NULL: the same */
};

/* A word that is not a name, or an operator. */
struct translate_word {
    unsigned engines;
    const char *from; /* NULL ends the table */
    const char *to;   /* "": nothing; NULL: it cannot be said here */
};

/* An operator whose left operand is JSON. */
struct translate_document {
    unsigned engines;
    const char *from;  /* NULL ends the table */
    bool changes;      /* it gives JSON again; else a truth value */
    bool takes_any;    /* JSON of any kind on its right, */
    const char *asked; /* or a constant of which this is true, with $1 for it; NULL: anything */
    const char *to;    /* with $1 and $2 for the operands */
};

/* Statements, or actions of ALTER TABLE, that begin with these words ("|" between choices, "*" for any one name). */
struct translate_shape {
    unsigned engines;
    const char *words;  /* NULL ends the table; a word with "?" may be missing */
    bool cannot;        /* else it has no meaning here, and nothing is lost by leaving it out */
    const char *reason; /* the end of a sentence: "SQLite has no roles" */
};

/* How the other engine names constraints that say no name: $t the table, $c its columns, $n a number from 1. */
struct translate_name {
    unsigned engines; /* 0 ends the table */
    enum kind kind;
    const char *name;
};

/* What this engine says no to as the other does. */
struct translate_mistake {
    unsigned engines;    /* 0 ends the table */
    const char *message; /* of this engine, with "*" for what may stand there */
    enum {
        MISTAKE_ALWAYS,
        MISTAKE_THERE,    /* the first "*" is there already, */
        MISTAKE_RELATION, /* if it is not because all schemas are one here */
        MISTAKE_COLUMNS   /* the first "*" has other columns */
    } of;
};

/* What a column that must not be NULL has in the rows that were there before it. */
struct translate_implied {
    unsigned engines;
    const char *types; /* here, with "|" between; NULL ends the table */
    const char *value;
};

struct translation {
    const char *fallback;      /* the type of what has none here */
    const char *numbered;      /* the type of a column that numbers itself as the key of its table */
    const char *zoned;         /* the type of moments with a zone, which are in UTC */
    const char *filled;        /* the type of bytes: literals are filled up by the type that their column had */
    const char *array;         /* ARRAY[...], with $1 for what is in the brackets */
    const char *rounded;       /* the cast of a number to an integer, with $1 for it */
    const char *rounded_even;  /* the same of a float: halves to the even neighbour */
    const char *document_text; /* of what "->" gives, $1; NULL: "->>" does */
    const char *truth;         /* the text of a boolean, with $1 for it */
    struct {
        const char *exact;   /* the operator that tells case apart, with patterns of its own kind: */
        const char *pattern; /* what a pattern is there that is not written out, with $1 for it */
        const char *escape;  /* stands after other patterns, whose backslashes make what follows plain */
    } like;
    unsigned nulls_last;        /* engines that sort NULL as the greatest, */
    unsigned sets_in_turn;      /* that see in SET b = a what SET a has set before it, */
    unsigned holds_dependants;  /* that drop nothing a view rests on, unless told to drop that too, */
    unsigned first_columns;     /* that take rows with fewer values than columns, */
    unsigned loose;             /* and that make values fit rather than refuse them */
    const char *exact_division; /* between numbers that may look like integers and are none */
    const char *nocase, *exact; /* the collations that compare without case, and with it */
    unsigned nocase_texts;      /* engines whose texts compare without case unless they say so */
    const struct translate_word
        *last_key;       /* functions: what the last INSERT has numbered a key with; of several rows, the first */
    const char *ordered; /* a query that runs if the rows within an aggregate can be in order */
    const struct translate_type *types;
    const struct translate_limit *limits;
    const struct translate_constant *constants;
    const struct translate_function *functions;
    const struct translate_argument *arguments, *assigned;
    const struct translate_divider *dividers;
    const struct translate_word *words;
    const struct translate_word *columns; /* that every table of the other engine has */
    const struct translate_word *operators;
    const struct translate_document *documents;
    const struct translate_word
        *collations; /* a name, or "*" and its end; "" is that of every text; none: it is left out */
    const struct translate_shape *statements;
    const struct translate_shape *actions; /* of ALTER TABLE */
    const struct translate_name *names;
    const struct translate_word *catalogs; /* what names of tables of the other engine itself begin with */
    const struct translate_mistake *mistakes;
    const struct translate_implied *implied; /* else it is refused */
    const char *lenient, *strict;            /* statements: rows need not hold to checks, and have to again */
    const char *const *missing; /* how this engine says that it has no NAME: what stands before it; NULL ends */
};

#endif
