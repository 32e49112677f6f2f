"""Mode `edit`: changes the database_config(...) calls in a file by their places, and nothing else of it.

The file is not executed and not written here: the new text goes back, the program executes it once to see that
it is still a valid configuration, and then replaces the file at once.  Where an argument begins and ends is told
by Python's own tokenizer, so that comments, parentheses and the author's layout survive.
"""
import ast
import io
import os
import tokenize

from .protocol import Refusal
from .settings import calls_in

ORDER = ("database_name", "default", "database_type", "database_url_sync", "database_url_async", "secure_values",
         "migrations_dir", "migration_table", "seed_table", "model_paths", "dev_database_type", "dev_database_url",
         "overlap_models", "schema_files", "include", "exclude", "manage", "format", "keep_in_step", "snapshots",
         "normalise", "online", "cluster")
OPENING, CLOSING = "([{", ")]}"


class Argument:
    """One argument of a call: offsets of all of it, and of its value."""

    def __init__(self, start, value, end, comma):
        self.start, self.value, self.end = start, value, end
        self.comma = comma  # offset after the comma that follows it, or None


class Call:
    def __init__(self, node, statement, start, close, arguments):
        self.node = node
        self.statement = statement  # the whole statement, if it is `database_config(...)` or `name = ...`
        self.start, self.close = start, close  # offsets: after "(" and of ")"
        self.arguments = arguments  # by keyword


class Source:
    """A file's text, its calls, and the edits to make, which are applied together at the end."""

    def __init__(self, path):
        self.path = path
        with tokenize.open(path) as file:
            self.text = file.read()
        self.lines = [0]
        for line in self.text.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.edits = []  # (start, end, new text)
        self.tree = self.parse(self.text)
        self.calls = [self.read_call(node) for node in sorted(calls_in(self.tree), key=lambda node: node.lineno)]

    def parse(self, text):
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError) as error:
            raise Refusal("%s cannot be parsed: %s" % (os.path.basename(self.path), error.args[0]), None, self.path,
                          getattr(error, "lineno", 0) or 0, "config") from None

    def offset(self, line, column):
        return self.lines[line - 1] + column

    def node_offset(self, line, column):
        """Of an AST position, whose columns count bytes."""
        start = self.lines[line - 1]
        text = self.text[start:self.lines[line]]
        return start + len(text.encode("utf-8")[:column].decode("utf-8", "ignore"))

    def statement_of(self, node):
        for statement in ast.walk(self.tree):
            if isinstance(statement, (ast.Expr, ast.Assign, ast.AnnAssign)) and statement.value is node:
                return statement
        return None

    def tokens_of(self, node):
        """The tokens of a call after its opening parenthesis, each as (text, start, end), up to the closing one."""
        end = self.node_offset(node.end_lineno, node.end_col_offset)
        start = self.node_offset(node.func.end_lineno, node.func.end_col_offset)
        skipped = (tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT,
                   tokenize.ENDMARKER)
        found = []
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            at, behind = self.offset(*token.start), self.offset(*token.end)
            if token.type not in skipped and start <= at and behind <= end:
                found.append((token.string, at, behind))
        return found

    def read_call(self, node):
        tokens = self.tokens_of(node)
        arguments, depth, piece = {}, 0, []
        for text, at, behind in tokens[1:]:
            closes = depth == 0 and text == ")"
            if closes or (depth == 0 and text == ","):
                self.take_argument(arguments, piece, None if closes else behind)
                piece = []
                continue
            depth += (text in OPENING) - (text in CLOSING)
            piece.append((text, at, behind))
        return Call(node, self.statement_of(node), tokens[0][2], tokens[-1][1], arguments)

    @staticmethod
    def take_argument(arguments, piece, comma):
        if len(piece) >= 3 and piece[1][0] == "=":
            arguments[piece[0][0]] = Argument(piece[0][1], piece[2][1], piece[-1][2], comma)
        elif piece:
            arguments["*%d" % len(arguments)] = Argument(piece[0][1], piece[0][1], piece[-1][2], comma)

    def replace(self, start, end, text):
        self.edits.append((start, end, text))

    def result(self):
        text = self.text
        for start, end, new in sorted(self.edits, reverse=True):
            text = text[:start] + new + text[end:]
        self.parse(text)
        return text

    # What the mutators are made of.

    def name_of(self, call):
        argument = call.arguments.get("database_name")
        if argument is None:
            return None
        try:
            return ast.literal_eval(self.text[argument.value:argument.end].strip())
        except (ValueError, SyntaxError):
            return None

    def find(self, name):
        for call in self.calls:
            if self.name_of(call) == name:
                return call
        unread = [call for call in self.calls if self.name_of(call) is None]
        hint = None
        if unread:
            hint = "Unsupported value in line %d: the name there is an expression. Use literals only." % \
                   unread[0].node.lineno
        elif self.calls:
            hint = "There is: %s." % ", ".join(sorted(self.name_of(call) for call in self.calls))
        raise Refusal("Database '%s' not found." % name, hint, self.path, 0, "config")

    def is_default(self, call):
        argument = call.arguments.get("default")
        return argument is not None and self.text[argument.value:argument.end].strip() != "False"

    def set(self, call, **values):
        """Replaces the values of keywords that are there; the others go after the last argument."""
        missing = []
        for key, value in values.items():
            argument = call.arguments.get(key)
            if argument is not None:
                self.replace(argument.value, argument.end, repr(value))
            else:
                missing.append("%s=%r" % (key, value))
        if missing and not call.arguments:
            self.replace(call.close, call.close, ", ".join(missing))
        elif missing:
            last = list(call.arguments.values())[-1]
            line = self.text.rfind("\n", 0, last.start) + 1
            indent = self.text[line:last.start]
            separator = ",\n" + indent if line >= call.start and not indent.strip() else ", "
            self.replace(last.end, last.end, "".join(separator + text for text in missing))

    def clear(self, call, *keys):
        """Takes keywords out, each with the comma that follows it, or the one before if none follows."""
        arguments = list(call.arguments.items())
        while arguments and arguments[-1][0] in keys and arguments[-1][1].comma is None:
            end = arguments[-1][1].end
            arguments.pop()
            while arguments and arguments[-1][0] in keys:
                arguments.pop()
            self.replace(arguments[-1][1].end if arguments else call.start, end, "")
        for key, argument in arguments:
            if key in keys:
                self.clear_with_comma(argument)

    def clear_with_comma(self, argument):
        start, end = argument.start, argument.comma
        line = self.text.rfind("\n", 0, start) + 1
        following = (self.text + "\n").index("\n", end)
        if not self.text[line:start].strip() and not self.text[end:following].strip():
            start, end = line, following + 1  # it has the line to itself
        else:
            end += len(self.text[end:]) - len(self.text[end:].lstrip(" "))
        self.replace(start, end, "")

    def remove(self, call):
        node = call.statement
        if node is None:
            raise Refusal("the database_config(...) of this database is part of a larger expression", None, self.path,
                          call.node.lineno, "config")
        start = self.lines[node.lineno - 1]
        end = self.node_offset(node.end_lineno, node.end_col_offset)
        following = self.text.find("\n", end)
        rest = self.text[end:following if following >= 0 else len(self.text)].strip()
        if not rest or rest.startswith("#"):
            end = following + 1 if following >= 0 else len(self.text)
        while self.text[:start].endswith("\n\n") and self.text[end:end + 1] in ("\n", ""):
            start -= 1
        self.replace(start, end, "")

    def append(self, values):
        lines = ["    %s=%r," % (key, values[key]) for key in ORDER if values.get(key) not in (None, False, [])]
        text = "database_config(\n%s\n)\n" % "\n".join(lines)
        gap = "" if not self.text else "\n" if self.text.endswith("\n") else "\n\n"
        self.replace(len(self.text), len(self.text), gap + text)
        if not self.imports_it():
            self.add_import()

    def imports_it(self):
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                if any((name.asname or name.name) in ("database_config", "*") for name in node.names):
                    return True
        return False

    def add_import(self):
        """Behind the docstring and `from __future__` lines."""
        line = 0
        for node in self.tree.body:
            docstring = isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)
            if not docstring and not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
                break
            line = node.end_lineno
        self.replace(self.lines[line], self.lines[line], "from dbwarden import database_config\n" + "\n" * (not line))


def set_default(source, call):
    for other in source.calls:
        if other is not call:
            source.clear(other, "default")
    if not source.is_default(call):
        source.set(call, default=True)


def refuse_existing(source, name):
    if any(source.name_of(call) == name for call in source.calls):
        raise Refusal("Database '%s' already exists." % name, None, source.path, 0, "config")


def add(source, values):
    refuse_existing(source, values["database_name"])
    values = dict(values)
    if not source.calls:
        values["default"] = True
    if values.get("default"):
        for call in source.calls:
            source.clear(call, "default")
    source.append(values)


def remove(source, values):
    call = source.find(values["database_name"])
    others = [other for other in source.calls if other is not call]
    if not others:
        raise Refusal("Cannot remove the last database '%s'." % values["database_name"],
                      "A configuration needs at least one.", source.path, call.node.lineno, "config")
    source.remove(call)
    if source.is_default(call):
        source.set(others[0], default=True)


def rename(source, values):
    old, new = values["database_name"], values["new_name"]
    call = source.find(old)
    refuse_existing(source, new)
    source.set(call, database_name=new)
    if "migrations_dir" not in call.arguments:
        source.set(call, migrations_dir="migrations/" + old)  # its files stay where they are


def make_default(source, values):
    set_default(source, source.find(values["database_name"]))


def set_dev(source, values):
    keys = [key for key in ("dev_database_type", "dev_database_url") if values.get(key) is not None]
    source.set(source.find(values["database_name"]), **{key: values[key] for key in keys})


def clear_dev(source, values):
    source.clear(source.find(values["database_name"]), "dev_database_type", "dev_database_url")


EDITS = {"add": add, "remove": remove, "rename": rename, "default": make_default, "dev_set": set_dev,
         "dev_clear": clear_dev}


def edit(request):
    source = Source(request["file"])
    EDITS[request["edit"]](source, request["values"])
    return {"text": source.result()}
