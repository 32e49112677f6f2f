"""The dialect that the schema is described for, as SQLAlchemy knows it: every type, default and expression is
spelt by its compilers, so that it reads exactly as create_all() would have written it.

No driver is imported, and nothing is connected to.  The parameter style is `named`, since others double percents.
"""
import math
import re

import sqlalchemy
from sqlalchemy import types

from . import FIELDS

AUTOMATIC = {
    "postgresql": re.compile(r"(BIG|SMALL)?SERIAL\b"),
    "sqlite": re.compile(r".*\bAUTOINCREMENT\b"),
    "mysql": re.compile(r".*\bAUTO_INCREMENT\b"),
    "mariadb": re.compile(r".*\bAUTO_INCREMENT\b"),
}


def make_dialect(name):
    if name == "postgresql":
        from sqlalchemy.dialects.postgresql.base import PGDialect

        dialect = PGDialect(paramstyle="named")
        dialect._backslash_escapes = False  # standard_conforming_strings has been on since 9.1
        return dialect
    if name == "sqlite":
        from sqlalchemy.dialects.sqlite.base import SQLiteDialect

        return SQLiteDialect(paramstyle="named")
    if name == "clickhouse":
        from sqlalchemy.engine.default import DefaultDialect

        from sqlalchemy.sql.compiler import GenericTypeCompiler

        from . import clickhouse_packages

        class Types(GenericTypeCompiler):
            def process(self, type_, **words):
                return clickhouse_packages.type_text(type_) or super().process(type_, **words)

            def visit_JSON(self, type_, **words):
                return "JSON"

        class ClickHouse(DefaultDialect):
            name = "clickhouse"
            supports_native_boolean = True
            type_compiler = type_compiler_cls = Types

        return ClickHouse(paramstyle="named")
    from sqlalchemy.dialects.mysql.base import MySQLDialect

    if name == "mariadb":
        try:
            from sqlalchemy.dialects.mysql.mariadb import MariaDBDialect

            return MariaDBDialect(paramstyle="named")
        except ImportError:
            pass
    dialect = MySQLDialect(paramstyle="named")
    dialect.is_mariadb = name == "mariadb"
    return dialect


def strip_parentheses(text):
    """Without the pair that encloses all of it."""
    text = text.strip()
    while text.startswith("(") and text.endswith(")"):
        depth, quote = 0, None
        for at, char in enumerate(text):
            if quote:
                quote = None if char == quote else quote
            elif char in "'\"":
                quote = char
            else:
                depth += (char == "(") - (char == ")")
            if depth == 0 and at < len(text) - 1:
                return text
        text = text[1:-1].strip()
    return text


class Target:
    def __init__(self, name, version):
        self.name = name
        self.prefixes = ("mariadb", "mysql") if name == "mariadb" else (name,)
        self.dialect = make_dialect(name)
        self.set_version(version)
        self.ddl = self.dialect.ddl_compiler(self.dialect, None)
        self.sql = self.ddl.sql_compiler
        self.preparer = self.dialect.identifier_preparer
        self.types = getattr(self.dialect, "type_compiler_instance", None) or self.dialect.type_compiler

    def set_version(self, version):
        """What the dialect would have learnt from the server when it connected."""
        major, rest = divmod(version, 10000)
        self.dialect.server_version_info = (major, rest // 100, rest % 100) if version else None
        if hasattr(self.dialect, "supports_virtual_generated_columns"):
            self.dialect.supports_virtual_generated_columns = self.name != "postgresql" or version >= 180000
        if self.name == "mariadb":
            self.dialect.supports_sequences = True
        if self.name in ("mysql", "mariadb") and not version:
            self.dialect.server_version_info = (10, 6, 0) if self.name == "mariadb" else (8, 0, 0)

    def has(self, kind, field):
        return self.name in FIELDS[kind][field]

    def speaks(self, kind):
        return any(self.name in engines for engines in FIELDS[kind].values())

    def option(self, item, key):
        """A dialect option such as postgresql_where, None if it was not given."""
        for prefix in self.prefixes:
            value = item.dialect_kwargs.get(prefix + "_" + key)
            if value is not None:
                return value
        return None

    def clip(self, name):
        """PostgreSQL cuts names at 63 bytes, without saying so."""
        if name is None or self.name != "postgresql" or len(name.encode("utf-8")) <= 63:
            return None if name is None else str(name)
        return name.encode("utf-8")[:63].decode("utf-8", "ignore")

    def constraint_name(self, constraint):
        """As create_all would name it, conventions applied; None for one that has no name."""
        if constraint.name is None:
            return None
        quoted = self.preparer.format_constraint(constraint)
        if quoted is None:
            return None
        return self.clip(self.unquoted(quoted))

    def unquoted(self, text):
        begin, end = self.preparer.initial_quote, self.preparer.final_quote
        if len(text) >= 2 and text.startswith(begin) and text.endswith(end):
            return text[1:-1].replace(end * 2, end)
        return text

    def expression(self, clause):
        """The SQL of a clause element or text, names of its own table unqualified."""
        if isinstance(clause, str):
            clause = sqlalchemy.text(clause)
        elif hasattr(clause, "__clause_element__"):
            clause = clause.__clause_element__()
        return self.sql.process(clause, include_table=False, literal_binds=True)

    def literal(self, value, type_):
        return str(sqlalchemy.literal(value, type_).compile(dialect=self.dialect,
                                                            compile_kwargs={"literal_binds": True}))

    def scalar_default(self, column):
        """The literal for a Python-side default that is a plain value, or None."""
        default = column.default
        if default is None or not getattr(default, "is_scalar", False):
            return None
        value = default.arg
        if not isinstance(value, (bool, int, float, str)) and not is_enum_member(value):
            return None
        if isinstance(value, float) and not math.isfinite(value) or isinstance(value, str) and "\0" in value:
            return None
        try:
            literal = self.literal(value, column.type)
            return literal if literal == self.literal(value, column.type) else None  # an encrypting type, say
        except Exception:
            return None

    def server_default(self, column):
        text = self.ddl.get_column_default_string(column)
        if text is not None and self.name == "sqlite" and re.search(r"\W", text) and text.lstrip()[0] not in "'\"(":
            return "(%s)" % text  # as SQLite wants an expression, and its dialect writes it
        return text

    def is_automatic(self, column):
        """Does the DDL let the server number this column: SERIAL, AUTO_INCREMENT, SQLite's AUTOINCREMENT?"""
        if self.name not in AUTOMATIC or not column.primary_key or column is not column.table._autoincrement_column:
            return False
        text = self.ddl.get_column_specification(column)
        return AUTOMATIC[self.name].match(text[len(self.preparer.format_column(column)):].strip()) is not None

    def column_type(self, column):
        """The type, and the collation that is written after it, or None."""
        text = self.types.process(column.type, type_expression=column, identifier_preparer=self.preparer)
        said = re.search(r' COLLATE ("[^"]*"|`[^`]*`|\S+)$', text)
        return (text[:said.start()], said[1].strip('"`')) if said else (text, None)

    def plain_types(self, type_):
        """The type as the dialect implements it, and what it is an array of."""
        impl = type_.dialect_impl(self.dialect)
        while isinstance(impl, types.TypeDecorator):
            impl = impl.impl if not isinstance(impl.impl, type) else impl.impl()
            impl = impl.dialect_impl(self.dialect)
        yield impl
        item = getattr(impl, "item_type", None) or getattr(impl, "data_type", None)
        if isinstance(item, types.TypeEngine):
            yield from self.plain_types(item)

    def enums(self, type_):
        """Native enum types that a type is, or is an array of, and that create_all would make."""
        declared = (type_, getattr(type_, "item_type", None))
        if self.name != "postgresql" or any(getattr(one, "create_type", True) is False for one in declared):
            return
        from sqlalchemy.dialects.postgresql import ENUM

        for impl in self.plain_types(type_):
            if isinstance(impl, ENUM) and impl.name:
                yield impl

    def declared_types(self, type_):
        """As plain_types(), but as they were written: what a dialect makes of a domain has lost its conditions."""
        type_ = getattr(type_, "_variant_mapping", {}).get(self.dialect.name, type_)
        while isinstance(type_, types.TypeDecorator):
            type_ = type_.load_dialect_impl(self.dialect)
            type_ = type_() if isinstance(type_, type) else type_
        yield type_
        item = getattr(type_, "item_type", None) or getattr(type_, "data_type", None)
        if isinstance(item, types.TypeEngine):
            yield from self.declared_types(item)

    def domains(self, type_):
        """Domains that a type is, or is an array or a domain of, and that create_all would make."""
        if self.name != "postgresql":
            return
        for one in self.declared_types(type_):
            if getattr(one, "create_type", True) is False:
                return
            if getattr(one, "__visit_name__", None) == "DOMAIN":
                yield one

    def domain(self, domain):
        """As CREATE DOMAIN says it, where the name of a constraint goes to NOT NULL if that is said too."""
        found = {"type": self.types.process(domain.data_type), "nullable": not domain.not_null}
        if domain.default is not None:
            found["default_value"] = self.ddl.render_default_string(domain.default)
        if domain.collation is not None:
            found["collation"] = str(domain.collation)
        if domain.check is not None:
            name = None if domain.not_null or domain.constraint_name is None else self.clip(domain.constraint_name)
            found["checks"] = [{"name": name, "expr": self.expression(domain.check)}]
        return found

    def created(self, constraint):
        """Is it created on this dialect at all?  (ddl_if, checks of Boolean and Enum types)"""
        try:
            return constraint._should_create_for_compiler(self.ddl)
        except AttributeError:
            rule = getattr(constraint, "_create_rule", None)
            return rule is None or bool(rule(self.ddl))


def is_enum_member(value):
    import enum

    return isinstance(value, enum.Enum)


