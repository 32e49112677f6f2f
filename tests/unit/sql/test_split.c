#include "unit.h"

#include "base/buf.h"
#include "rules.h"
#include "sql/split.h"

enum { FIRST_LINE = 10 };

struct heard {
    struct arena *mem;
    struct buf warnings; /* "line: text;" each */
};

static void hear(void *sink, const struct event *event)
{
    struct heard *heard = sink;
    if (event->kind == EVENT_WARNING)
        buf_addf(&heard->warnings, "%s:%d: %s\n", event->place.file, event->place.line, event->text);
}

static struct heard heard;

static int split(struct ctx *ctx, const struct lex_rules *rules, const char *text, struct split *result)
{
    buf_init(&heard.warnings, ctx->mem);
    ctx->on_event = hear;
    ctx->sink = &heard;
    const struct sql_piece section = {.text = text, .length = strlen(text), .line = FIRST_LINE};
    return split_section(ctx, rules, "f.sql", &section, result);
}

/* The pieces with "|" between them. */
static const char *pieces(struct ctx *ctx, const struct lex_rules *rules, const char *text)
{
    struct split result;
    struct buf out;
    buf_init(&out, ctx->mem);
    assert_works(ctx, split(ctx, rules, text, &result));
    for (int i = 0; i < result.n; i++) {
        if (i > 0)
            buf_add_c(&out, '|');
        buf_add_n(&out, result.piece[i].text, result.piece[i].length);
    }
    return out.data;
}

#define assert_pieces(rules, text, expected) assert_string_equal(pieces(ctx, rules, text), expected)
#define assert_whole(rules, text)            assert_pieces(rules, text ";\n\nSELECT 1;", text "|SELECT 1")
#define assert_no_warning()                  assert_string_equal(heard.warnings.data, "")

static void semicolons_end_statements(void **state)
{
    struct ctx *ctx = *state;
    assert_pieces(&pg_lex, "SELECT 1; SELECT 2;\n;;SELECT 3", "SELECT 1|SELECT 2|SELECT 3");
    assert_pieces(&pg_lex, "", "");
    assert_pieces(&pg_lex, " \n;\n", "");
    assert_no_warning();
}

static void pieces_know_where_they_are(void **state)
{
    struct ctx *ctx = *state;
    struct split result;
    assert_works(ctx, split(ctx, &pg_lex, "SELECT 1; /* x */ SELECT 2;\n\n  SELECT 3;", &result));
    assert_int_equal(result.piece[1].line, FIRST_LINE);
    assert_int_equal(result.piece[1].column, 19);
    assert_int_equal(result.piece[2].line, FIRST_LINE + 2);
    assert_int_equal(result.piece[2].column, 3);
}

static void semicolons_in_strings_and_comments_end_nothing(void **state)
{
    struct ctx *ctx = *state;
    assert_pieces(&pg_lex, "SELECT ';', \";\", $$;$$ /* ; /* ; */ ; */ -- ;\n, 1; SELECT 2",
                  "SELECT ';', \";\", $$;$$ /* ; /* ; */ ; */ -- ;\n, 1|SELECT 2");
    assert_pieces(&my_lex, "SELECT 'a\\';', \"b;\" # ;\n; SELECT `;`", "SELECT 'a\\';', \"b;\"|SELECT `;`");
}

static void comments_around_statements_vanish(void **state)
{
    struct ctx *ctx = *state;
    assert_pieces(&lite_lex, "-- a\n/* b; */ SELECT /* c */ 1 -- d\n; -- e\n/* alone */;\n", "SELECT /* c */ 1");
    assert_pieces(&lite_lex, "/* alone */\n\nINSERT INTO t VALUES (3, 'c;d')", "INSERT INTO t VALUES (3, 'c;d')");
    assert_no_warning();
}

static void comment_lines_inside_stay(void **state)
{
    struct ctx *ctx = *state;
    assert_pieces(&lite_lex, "CREATE TABLE u (\n  id INT, -- the id; really\n-- gone\n  e TEXT\n);",
                  "CREATE TABLE u (\n  id INT, -- the id; really\n-- gone\n  e TEXT\n)");
    assert_pieces(&lite_lex, "INSERT INTO u VALUES (1, 'a\n\n-- inside\nb')",
                  "INSERT INTO u VALUES (1, 'a\n\n-- inside\nb')");
}

static void colons_are_left_alone(void **state)
{
    struct ctx *ctx = *state;
    assert_pieces(&pg_lex, "INSERT INTO u VALUES ('12:30 :now')", "INSERT INTO u VALUES ('12:30 :now')");
}

static void sqlite_trigger_bodies_hold_semicolons(void **state)
{
    struct ctx *ctx = *state;
    assert_whole(&lite_lex,
                 "CREATE TRIGGER tr AFTER INSERT ON u BEGIN\n  UPDATE u SET e = 'x';\n\n  UPDATE u SET e = 'y';\nEND");
    assert_whole(
        &lite_lex,
        "CREATE TEMP TRIGGER IF NOT EXISTS tr BEFORE UPDATE OF a ON u WHEN CASE new.a WHEN 1 THEN 0 ELSE 1 END "
        "BEGIN SELECT CASE WHEN 1 THEN 2 END; DELETE FROM v; END");
    assert_whole(
        &lite_lex,
        "CREATE TRIGGER tr AFTER UPDATE ON u BEGIN UPDATE u SET end = 1, begin = 2; SELECT begin, end FROM u; END");
}

static void transactions_are_no_bodies(void **state)
{
    struct ctx *ctx = *state;
    assert_pieces(&lite_lex, "BEGIN; SELECT 1; END;", "BEGIN|SELECT 1|END");
    assert_pieces(&my_lex, "BEGIN; DROP FUNCTION f; COMMIT;", "BEGIN|DROP FUNCTION f|COMMIT");
    assert_pieces(&pg_lex, "BEGIN; SELECT 1; END;", "BEGIN|SELECT 1|END");
}

static void postgres_bodies(void **state)
{
    struct ctx *ctx = *state;
    assert_whole(&pg_lex, "CREATE FUNCTION f() RETURNS int AS $$\nBEGIN\n\n  RETURN 1;\nEND\n$$ LANGUAGE plpgsql");
    assert_whole(&pg_lex,
                 "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END");
    assert_whole(&pg_lex, "CREATE OR REPLACE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC END");
    assert_whole(&pg_lex, "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)");
    assert_pieces(&pg_lex, "SELECT (1; SELECT 2", "SELECT (1|SELECT 2");
}

static void mysql_bodies_need_no_delimiter(void **state)
{
    struct ctx *ctx = *state;
    assert_whole(&my_lex, "CREATE DEFINER=`root`@`localhost` PROCEDURE p(IN a INT)\nBEGIN\n  DECLARE x INT;\n"
                          "  IF a > 1 THEN SET x = 1; ELSEIF a THEN BEGIN END; ELSE SET x = IF(a, 1, 2); END IF;\n"
                          "  l: LOOP LEAVE l; END LOOP l;\n  WHILE x DO SET x = x - 1; END WHILE;\n"
                          "  CASE x WHEN 1 THEN SELECT CASE WHEN 1 THEN 2 END; ELSE BEGIN SELECT 1; END; END CASE;\n"
                          "  REPEAT SET x = REPEAT('a', 3); UNTIL x END REPEAT;\n"
                          "  SELECT 1 FROM t ORDER BY CASE a WHEN 1 THEN 2 END FOR UPDATE;\nEND");
    assert_whole(&my_lex, "CREATE TRIGGER t BEFORE INSERT ON u FOR EACH ROW BEGIN SET NEW.a = 1; END");
    assert_whole(&my_lex, "CREATE TRIGGER t BEFORE INSERT ON u FOR EACH ROW SET NEW.a = 1");
    assert_whole(&my_lex, "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM t; END");
    assert_whole(&my_lex,
                 "CREATE PROCEDURE p() b: BEGIN DECLARE EXIT HANDLER FOR NOT FOUND BEGIN SELECT 1; END; END b");
    assert_whole(&my_lex, "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END");
}

static void mysql_bodies_without_begin(void **state)
{
    struct ctx *ctx = *state;
    assert_whole(&my_lex,
                 "CREATE TRIGGER t BEFORE INSERT ON u FOR EACH ROW IF NEW.a THEN IF NEW.b THEN SET NEW.c = 1; END IF; "
                 "SET NEW.d = IF(1, 2, 3); END IF");
    assert_whole(&my_lex, "CREATE PROCEDURE p(a INT) WHILE a DO SET a = a - 1; END WHILE");
    assert_whole(&my_lex, "CREATE PROCEDURE p(a INT) CASE a WHEN 1 THEN SELECT CASE a WHEN 1 THEN 2 END; END CASE");
    assert_whole(&my_lex, "CREATE FUNCTION f(a INT) RETURNS INT RETURN IF(a, 1, 2)");
    assert_whole(&my_lex, "CREATE PROCEDURE IF NOT EXISTS p() SELECT 1");
}

static void delimiter_commands(void **state)
{
    struct ctx *ctx = *state;
    assert_pieces(&my_lex,
                  "SELECT 1;\nDELIMITER //\nCREATE PROCEDURE p()\nBEGIN\n  SELECT ';//';\nEND//\n\nSELECT 2 //\n"
                  "DELIMITER ;\nSELECT 3;",
                  "SELECT 1|CREATE PROCEDURE p()\nBEGIN\n  SELECT ';//';\nEND|SELECT 2|SELECT 3");
    assert_pieces(&my_lex, "delimiter $$\nCREATE TRIGGER t BEFORE INSERT ON u FOR EACH ROW BEGIN END$$\ndelimiter ;\n",
                  "CREATE TRIGGER t BEFORE INSERT ON u FOR EACH ROW BEGIN END");
    assert_pieces(&my_lex, "DELIMITER ;;\nBEGIN NOT ATOMIC SELECT 1; END;;\nDELIMITER ;\n",
                  "BEGIN NOT ATOMIC SELECT 1; END");
    assert_pieces(&my_lex, "DELIMITER //\nSELECT 1;\n//\nSELECT 2;\n//\n", "SELECT 1|SELECT 2");
    assert_pieces(&my_lex, "DELIMITER #\nSELECT 1; # SELECT 2; -- # no\n#\nDELIMITER ;\nSELECT 3 # a note\n;",
                  "SELECT 1|SELECT 2|SELECT 3");
    assert_pieces(&my_lex, "DELIMITER --\nSELECT 1 --\nSELECT 2 --\n", "SELECT 1|SELECT 2");
    assert_pieces(&pg_lex, "SELECT delimiter;", "SELECT delimiter");
    assert_no_warning();
}

static void conditional_comments_hold_code(void **state)
{
    struct ctx *ctx = *state;
    assert_pieces(&my_lex, "/*!40101 SET NAMES utf8 */;\nSELECT 1;", "/*!40101 SET NAMES utf8 */|SELECT 1");
    assert_pieces(
        &my_lex,
        "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER t BEFORE INSERT ON u FOR EACH ROW BEGIN\n"
        "SET @a = 1; END */;\nSELECT 1;",
        "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ /*!50003 TRIGGER t BEFORE INSERT ON u FOR EACH ROW BEGIN\n"
        "SET @a = 1; END */|SELECT 1");
    assert_pieces(&my_lex, "/*M!999999\\- it's on; */\n/*!99999 ; */;\nSET @k = 5;", "SET @k = 5");
}

static void without_any_semicolon_blank_lines_end_statements(void **state)
{
    struct ctx *ctx = *state;
    assert_pieces(&pg_lex,
                  "CREATE TABLE a (\n\n  id int\n)\n\nINSERT INTO a VALUES (';\n\n')\n \t\n-- x;\n\nDROP TABLE a\n",
                  "CREATE TABLE a (\n\n  id int\n)|INSERT INTO a VALUES (';\n\n')|DROP TABLE a");
    assert_string_equal(heard.warnings.data, "f.sql:13: statements end at blank lines here; end each with \";\"\n");
}

static void one_statement_without_semicolon_needs_no_warning(void **state)
{
    struct ctx *ctx = *state;
    assert_pieces(&pg_lex, "\n\nCREATE TABLE a (id int)\n\n-- done\n\n", "CREATE TABLE a (id int)");
    assert_no_warning();
    assert_pieces(&pg_lex, "CREATE VIEW v AS\n\nSELECT a,\n\nb\n\nFROM t",
                  "CREATE VIEW v AS\n\nSELECT a,\n\nb\n\nFROM t");
    assert_no_warning();
}

static void trigger_bodies_count_as_no_semicolon(void **state)
{
    struct ctx *ctx = *state;
    assert_pieces(&lite_lex, "CREATE TRIGGER t AFTER INSERT ON u\n\nBEGIN\n  SELECT 1;\n\n  SELECT 2;\nEND\n\nSELECT 3",
                  "CREATE TRIGGER t AFTER INSERT ON u\n\nBEGIN\n  SELECT 1;\n\n  SELECT 2;\nEND|SELECT 3");
}

static void mixed_sections_end_at_blank_lines_before_ddl(void **state)
{
    struct ctx *ctx = *state;
    assert_pieces(&pg_lex,
                  "CREATE TABLE a (id int)\n\nCREATE INDEX i ON a (id);\n\nPRAGMA x = ON\n\nCOMMENT ON TABLE a IS 'x';",
                  "CREATE TABLE a (id int)|CREATE INDEX i ON a (id)|PRAGMA x = ON|COMMENT ON TABLE a IS 'x'");
    assert_string_equal(heard.warnings.data, "f.sql:10: statement ended at a blank line; end it with \";\"\n"
                                             "f.sql:14: statement ended at a blank line; end it with \";\"\n");
}

static void statements_with_semicolons_may_hold_blank_lines(void **state)
{
    struct ctx *ctx = *state;
    assert_whole(&pg_lex, "CREATE TABLE a (\n\n  id int\n\n)");
    assert_whole(&pg_lex, "SELECT 1\n\nFROM a\n\nWHERE b");
    assert_whole(&pg_lex, "INSERT INTO a\n\nSELECT 1");
    assert_whole(&pg_lex, "ALTER TABLE a\n\nALTER COLUMN b DROP NOT NULL,\n\nDROP COLUMN c");
    assert_whole(&pg_lex, "ALTER TABLE IF EXISTS ONLY \"s\".a\n\nDROP CONSTRAINT c");
    assert_whole(&my_lex, "CREATE TABLE a (b int)\n\nCOMMENT = 'x'");
    assert_whole(&my_lex, "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO\n\nDROP TABLE t");
    assert_no_warning();
}

static void more_statements_than_there_is_room_for_at_first(void **state)
{
    struct ctx *ctx = *state;
    struct buf text, expected;
    buf_init(&text, ctx->mem);
    buf_init(&expected, ctx->mem);
    for (int i = 0; i < 100; i++) {
        buf_addf(&text, "SELECT %d;\n", i);
        buf_addf(&expected, "%sSELECT %d", i ? "|" : "", i);
    }
    assert_pieces(&pg_lex, text.data, expected.data);
}

static void lines_for_psql_are_passed_over_or_refused(void **state)
{
    struct ctx *ctx = *state;
    struct split result;
    assert_pieces(&pg_lex, "\\restrict x;y\nSELECT 1;\n  \\SET ON_ERROR_STOP on\nSELECT 2;\n\\unrestrict x",
                  "SELECT 1|SELECT 2");
    assert_no_warning();
    assert_pieces(&pg_lex, "SELECT 1;\n \\connect other\nSELECT 2;", "SELECT 1|SELECT 2");
    assert_string_equal(heard.warnings.data,
                        "f.sql:11: \\connect is passed over: what follows belongs to the same database\n");
    assert_fails(ctx, split(ctx, &pg_lex, "SELECT 1;\n \\i more.sql\n", &result), ERR_SYNTAX,
                 "\\i is a command of psql, which does not read this file");
    assert_int_equal(result.n, 1);
    assert_int_equal(ctx->error.place.line, 11);
    assert_int_equal(ctx->error.place.column, 2);
    assert_pieces(&lite_lex, "\\echo a;\nSELECT 1;", "\\echo a|SELECT 1");
}

static void rows_belong_to_their_copy(void **state)
{
    struct ctx *ctx = *state;
    struct split result;
    assert_pieces(&pg_lex, "COPY a (b) FROM stdin;\n1\tit's; --\n\\N\n\\.\n\nSELECT 1;",
                  "COPY a (b) FROM stdin;\n1\tit's; --\n\\N\n\\.|SELECT 1");
    assert_no_warning();
    assert_pieces(&pg_lex, "\\restrict x\r\nCOPY a FROM STDIN WITH (FORMAT csv); \r\n$$\r\n\\.\r\nSELECT 1;",
                  "COPY a FROM STDIN WITH (FORMAT csv); \r\n$$\r\n\\.|SELECT 1");
    assert_pieces(&pg_lex, "COPY a FROM stdin;\n\\.", "COPY a FROM stdin;\n\\.");
    assert_pieces(&pg_lex, "COPY a FROM '/x'; SELECT 'from stdin'; SELECT copy FROM stdin;\nSELECT 1;",
                  "COPY a FROM '/x'|SELECT 'from stdin'|SELECT copy FROM stdin|SELECT 1");
    assert_pieces(&pg_lex, "COPY a FROM stdin; SELECT 1;", "COPY a FROM stdin|SELECT 1");
    assert_fails(ctx, split(ctx, &pg_lex, "SELECT 1;\nCOPY a FROM stdin;\n1\n\\.x\n", &result), ERR_SYNTAX,
                 "the rows of this COPY have no end");
    assert_int_equal(ctx->error.place.line, 11);
    assert_pieces(&my_lex, "COPY a FROM stdin;\n1;", "COPY a FROM stdin|1");
}

static void a_delimiter_has_to_end_what_follows(void **state)
{
    struct ctx *ctx = *state;
    struct split result;
    assert_fails(ctx, split(ctx, &my_lex, "SELECT 1;\n  DELIMITER //\nSELECT 1//\n\nSELECT 2;\nSELECT 3;\n", &result),
                 ERR_SYNTAX, "the delimiter //, which is set here, does not end the statement that begins in line 14");
    assert_int_equal(ctx->error.place.line, 11);
    assert_int_equal(ctx->error.place.column, 3);
    assert_works(ctx, split(ctx, &my_lex, "DELIMITER //\nSELECT 1//\n-- nothing\n", &result));
    const struct lex_rules *const without[] = {&lite_lex, &pg_lex};
    for (int i = 0; i < 2; i++) {
        assert_fails(ctx, split(ctx, without[i], "SELECT 1;\n DELIMITER //\nSELECT 1//", &result), ERR_SYNTAX,
                     "DELIMITER is a command of MySQL's client, which does not read this file");
        assert_int_equal(ctx->error.place.line, 11);
        assert_int_equal(ctx->error.place.column, 2);
    }
}

static void line_ends_of_windows(void **state)
{
    struct ctx *ctx = *state;
    assert_pieces(&pg_lex, "CREATE TABLE a (id int)\r\n\r\nDROP TABLE a\r\n", "CREATE TABLE a (id int)|DROP TABLE a");
}

static void assert_error_at(struct ctx *ctx, int line, int column)
{
    assert_string_equal(ctx->error.place.file, "f.sql");
    assert_int_equal(ctx->error.place.line, line);
    assert_int_equal(ctx->error.place.column, column);
    assert_non_null(ctx->error.hint);
}

static void says_where_something_unfinished_begins(void **state)
{
    struct ctx *ctx = *state;
    struct split result;
    assert_fails(ctx, split(ctx, &pg_lex, "SELECT 1;\nSELECT 'a;\n", &result), ERR_SYNTAX,
                 "this string is never closed");
    assert_error_at(ctx, 11, 8);
    assert_fails(ctx, split(ctx, &pg_lex, "/* a", &result), ERR_SYNTAX, "this comment is never closed");
    assert_error_at(ctx, 10, 1);
    assert_fails(ctx, split(ctx, &pg_lex, "SELECT $x$ $$;", &result), ERR_SYNTAX,
                 "this dollar-quoted text is never closed");
    assert_error_at(ctx, 10, 8);
    assert_fails(ctx, split(ctx, &my_lex, "SELECT `a", &result), ERR_SYNTAX, "this quoted name is never closed");
    assert_fails(ctx, split(ctx, &my_lex, "SELECT /*!1 1;", &result), ERR_SYNTAX, "this comment is never closed");
    assert_error_at(ctx, 10, 8);
    assert_fails(ctx, split(ctx, &lite_lex, "CREATE TRIGGER t AFTER INSERT ON u\nBEGIN SELECT 1;\nSELECT 2;", &result),
                 ERR_SYNTAX, "the body that begins here has no END");
    assert_error_at(ctx, 11, 1);
    assert_fails(ctx, split(ctx, &my_lex, "SELECT 1;\n DELIMITER\nSELECT 1", &result), ERR_SYNTAX,
                 "DELIMITER without a delimiter");
    assert_error_at(ctx, 11, 2);
    assert_fails(ctx, split(ctx, &pg_lex, "CREATE RULE r AS ON UPDATE TO t DO\n(SELECT 1;", &result), ERR_SYNTAX,
                 "this parenthesis is never closed");
    assert_error_at(ctx, 11, 1);
}

static void a_delimiter_within_a_token_opens_and_closes_no_comment(void **state)
{
    struct ctx *ctx = *state;
    struct split result;
    assert_pieces(&my_lex, "DELIMITER /\nSELECT 1/*!1 */SELECT 2/", "SELECT 1|*!1 *|SELECT 2");
    assert_fails(ctx, split(ctx, &my_lex, "DELIMITER */\nSELECT /*!1 1 */", &result), ERR_SYNTAX,
                 "this comment is never closed");
    assert_error_at(ctx, 11, 8);
}

static void words_in_parentheses_name_no_kind(void **state)
{
    struct ctx *ctx = *state;
    assert_pieces(&pg_lex, "CREATE (RULE; SELECT 1;", "CREATE (RULE|SELECT 1");
}

UNIT_TESTS(UNIT(semicolons_end_statements), UNIT(pieces_know_where_they_are),
           UNIT(semicolons_in_strings_and_comments_end_nothing), UNIT(comments_around_statements_vanish),
           UNIT(comment_lines_inside_stay), UNIT(colons_are_left_alone), UNIT(sqlite_trigger_bodies_hold_semicolons),
           UNIT(transactions_are_no_bodies), UNIT(postgres_bodies), UNIT(mysql_bodies_need_no_delimiter),
           UNIT(mysql_bodies_without_begin), UNIT(delimiter_commands), UNIT(conditional_comments_hold_code),
           UNIT(without_any_semicolon_blank_lines_end_statements),
           UNIT(one_statement_without_semicolon_needs_no_warning), UNIT(trigger_bodies_count_as_no_semicolon),
           UNIT(mixed_sections_end_at_blank_lines_before_ddl), UNIT(statements_with_semicolons_may_hold_blank_lines),
           UNIT(more_statements_than_there_is_room_for_at_first), UNIT(lines_for_psql_are_passed_over_or_refused),
           UNIT(rows_belong_to_their_copy), UNIT(a_delimiter_has_to_end_what_follows), UNIT(line_ends_of_windows),
           UNIT(says_where_something_unfinished_begins), UNIT(a_delimiter_within_a_token_opens_and_closes_no_comment),
           UNIT(words_in_parentheses_name_no_kind))
