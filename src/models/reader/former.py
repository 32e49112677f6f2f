"""What tables, columns, types and values were called, as class Meta and info= say it: `renamed_from`, `values_renamed_from`.

A word may stay after the rename is done: whether it counts the program decides, which knows both schemas.
"""
from . import meta
from .protocol import Refusal

CONSTRAINTS = {"unique_constraint": "unique", "check_constraint": "check", "foreign_key_constraint": "foreign_key",
               "column_check_constraint": "check", "table_or_column_check_constraint": "check",
               "exclude_constraint": "exclude", "EXCLUDE": "exclude", "primary_key_constraint": "primary_key"}


class Former:
    """The renames of one reading; `builder` knows names and places."""

    def __init__(self, builder):
        self.builder = builder
        self.found = []

    def add(self, table, kind, old, new, holder=None):
        if not isinstance(old, str) or not old:
            file, line = self.place(table)
            raise Refusal("%s %s: %s is not a name: %r" % (kind.replace("_", " "), new, meta.OLD_NAME, old), None, file, line)
        file, line = self.place(table)
        item = {"kind": kind, "schema": self.builder.schema_name(table.schema), "from": old, "to": new, "file": file, "line": line}
        if holder is not None:
            item["table"] = holder
        self.found.append(item)

    def place(self, table):
        return self.builder.models.place(table) if hasattr(table, "columns") else (None, 0)

    def add_table(self, table, attributes, hints):
        name = self.builder.target.clip(table.name)
        if attributes.get(meta.OLD_NAME) is not None:
            self.add(table, "table", attributes[meta.OLD_NAME], name)
        for column in table.columns:
            self.add_column(table, column, hints.get(column.name, {}))
        for kind, items in (("index", table.indexes), (None, table.constraints)):
            for item in sorted(items, key=lambda one: str(one.name)):
                if item.info.get(meta.OLD_NAME) is not None and item.name is not None:
                    found = kind or CONSTRAINTS.get(item.__visit_name__, "check")
                    self.add(table, found, item.info[meta.OLD_NAME], self.builder.target.clip(str(item.name)), name)

    def add_column(self, table, column, hints):
        target = self.builder.target
        if hints.get(meta.OLD_NAME) is not None:
            self.add(table, "column", hints[meta.OLD_NAME], target.clip(column.name), target.clip(table.name))
        values, old = hints.get(meta.OLD_VALUES), hints.get(meta.OLD_TYPE)
        if values is None and old is None:
            return
        enums = list(target.enums(column.type))
        for kind, types in (("enum", enums), ("domain", list(target.domains(column.type)))):
            for one in types[:1] if old is not None else ():
                self.add_type(table, kind, one, old)
        if values is not None:
            self.add_values(table, column, enums, values)

    def add_type(self, table, kind, type_, old):
        self.add(table, kind, old, self.builder.target.clip(type_.name))
        self.found[-1]["schema"] = self.builder.schema_name(type_.schema)

    def add_values(self, table, column, enums, values):
        where = "%s.%s" % (table.name, column.name)
        labels = getattr(column.type, "enums", None) or (enums[0].enums if enums else [])
        if not isinstance(values, dict):
            raise Refusal("%s: %s is not a dictionary of new and old values" % (where, meta.OLD_VALUES), None,
                          *self.place(table))
        for new, old in values.items():
            if new not in labels:
                raise Refusal("%s: %s names %r, which is not a value of its type" % (where, meta.OLD_VALUES, new),
                              meta.nearest(str(new), set(labels)), *self.place(table))
            for enum in enums:
                self.add(table, "enum_value", old, new, self.builder.target.clip(enum.name))
                self.found[-1]["schema"] = self.builder.schema_name(enum.schema)
        if not enums:
            self.builder.warnings.add("%s: its values are text on %s, so %s renames none of them: change the rows by hand "
                                      "(dbwarden new, UPDATE), and take it out then"
                                      % (where, self.builder.target.name, meta.OLD_VALUES), *self.place(table))

    def add_sequence(self, sequence):
        old = getattr(sequence, "info", {}).get(meta.OLD_NAME)
        if old is not None:
            self.add(sequence, "sequence", old, self.builder.target.clip(sequence.name))
