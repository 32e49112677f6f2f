"""``class Meta`` of a model, merged along its ancestors and written to its columns, for code that reads it at run time.

The native program reads models by itself and needs none of this.
"""

from __future__ import annotations

from dbwarden.exceptions import DBWardenConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, ClassVar, TypeVar

    Model = TypeVar("Model", bound=type)

_JOINED = frozenset(
    "indexes checks uniques pg_indexes pg_checks pg_uniques pg_excludes pg_inherits ch_indexes ch_order_by my_indexes"
    " sq_indexes".split()
)
_INFO_NAMES = {"comment": ("dw_comment",), "public": ("dw_public",), "ch_codec": ("ch_codec", "clickhouse_codec")}


class FieldMeta:
    """What Meta says of one column, as attributes; what it does not say is None."""

    def __init__(self, **said: Any) -> None:
        self.__dict__.update(said)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return None

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({said})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__: ClassVar[None] = None  # type: ignore[assignment]


class DBWardenMeta(FieldMeta):
    """What Meta says of a table, as attributes; ``fields`` holds a FieldMeta for each column that it names."""

    fields: dict[str, FieldMeta]

    def __init__(self, fields: Mapping[str, FieldMeta] | None = None, **said: Any) -> None:
        super().__init__(fields=dict(fields or {}), **said)


def _said(source: type) -> dict[str, Any]:
    return {name: value for name, value in vars(source).items() if not name.startswith("__")}


def _other_tables(cls: type) -> set[type]:
    """Classes of the MRO that came along with a mapped parent whose table is another one: their Meta is not meant."""
    hidden: set[type] = set()
    table = cls.__dict__.get("__table__")
    for parent in cls.__mro__[1:]:
        other = parent.__dict__.get("__table__")
        if other is not None and table is not None and other is not table:
            hidden.update(one for one in parent.__mro__ if "registry" not in vars(one) and "metadata" not in vars(one))
    return hidden.difference(*(base.__mro__ for base in cls.__bases__ if base not in hidden))


def read_meta(cls: type) -> DBWardenMeta | None:
    """The Meta of a class merged with those of its ancestors, the class's own winning and lists joined.

    Returns a DBWardenMeta, or None if there is no Meta at all. Changes nothing.
    """
    hidden, found = _other_tables(cls), False
    table: dict[str, Any] = {}
    fields: dict[str, dict[str, Any]] = {}
    for one in reversed(cls.__mro__):
        source = vars(one).get("Meta")
        if one in hidden or not isinstance(source, type):
            continue
        found = True
        for name, value in _said(source).items():
            if isinstance(value, type):
                fields.setdefault(name, {}).update(
                    (key, item) for key, item in _said(value).items() if not callable(item)
                )
            elif not callable(value) and not isinstance(value, (property, classmethod, staticmethod)):
                if name in _JOINED and isinstance(value, (list, tuple)):
                    before = table.get(name)
                    value = (before if isinstance(before, list) else []) + list(value)
                table[name] = value
    if not found:
        return None
    return DBWardenMeta({name: FieldMeta(**said) for name, said in fields.items()}, **table)


def attach_meta(cls: Model, meta: DBWardenMeta) -> Model:
    """Makes `meta` the class's own ``__dbwarden_meta__``; returns the class."""
    cls.__dbwarden_meta__ = meta  # type: ignore[attr-defined]
    cls.__dbwarden_meta_applied__ = True  # type: ignore[attr-defined]
    return cls


def _info(field: FieldMeta) -> dict[str, Any]:
    info: dict[str, Any] = {}
    for name, value in vars(field).items():
        if value is not None and value is not False:
            info.update((key, value) for key in _INFO_NAMES.get(name, (name,)))
    return info


def apply_meta(cls: Model) -> Model:
    """Writes Meta to ``Column.info`` and attaches it as ``__dbwarden_meta__``; a second time does nothing.

    Returns the class, so it can be a decorator. Raises DBWardenConfigError if a column has an info= of its own.
    """
    if vars(cls).get("__dbwarden_meta_applied__"):
        return cls
    meta = read_meta(cls)
    if meta is None:
        return cls
    table: Any = getattr(cls, "__table__", None)
    columns = table.columns if table is not None else {}
    # The columns of a parent's table, which a class without a table of its own shares, hold what its parent wrote.
    for column in columns if "__table__" in vars(cls) else ():
        if column.info:
            raise DBWardenConfigError(
                f"Column '{table.name}.{column.name}' has non-empty .info before DBWarden metadata injection. Do not "
                "use mapped_column(info=...) - declare field metadata in class Meta instead."
            )
    for name, field in meta.fields.items():
        if name in columns:
            columns[name].info.update(_info(field))
    return attach_meta(cls, meta)
