"""Mode `models`: imports the project's models and describes what SQLAlchemy knows of them as a schema tree."""
import gc
import os
import sys

from . import busy, collect, find, recorder
from .protocol import Refusal, Warnings


def need_sqlalchemy(folder):
    try:
        import sqlalchemy
    except ImportError as error:
        hint = "Install it there, or name the project's own interpreter with --python."
        raise Refusal("%s has no SQLAlchemy: %s" % (sys.executable, find.text_of(error)), hint) from None
    if tuple(int(part) for part in sqlalchemy.__version__.split(".")[:2]) < (1, 4):
        raise Refusal("SQLAlchemy %s is too old, 1.4 or newer is needed" % sqlalchemy.__version__)
    return sqlalchemy


def report_binds(models, known, warnings):
    """Tables of other binds belong to databases of those names; without such a database they have no home."""
    for bind, names in sorted(models.other_binds().items(), key=str):
        if bind is not None and bind not in known:
            warnings.add('left out the tables of bind "%s" (%s): no database of the configuration is called %s'
                         % (bind, ", ".join(sorted(names)), bind))


def read(request):
    folder = request["folder"]
    os.chdir(folder)
    find.use_project(folder)
    recorder.install()
    sqlalchemy = need_sqlalchemy(folder)
    warnings = Warnings()
    busy.start(folder)
    if request["dialect"] == "clickhouse":
        from . import clickhouse_packages

        clickhouse_packages.accept_words()
    models = collect.collect(request.get("paths"), folder, request.get("name"))
    report_binds(models, request.get("databases") or [], warnings)
    from . import tree

    gc.disable()  # the process ends with its answer; looking through all the models for garbage costs as much as reading them
    described = tree.describe(models, request, warnings)
    return {
        **described,
        "warnings": warnings.items,
        "modules": len(models.modules),
        "sqlalchemy": sqlalchemy.__version__,
    }
