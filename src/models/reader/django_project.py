"""Mode `revisions` for Django: the migrations of all its apps as SQL, as its `sqlmigrate` would print it.

What a migration prints may depend on what those before it made (names of constraints), so each runs for real on a scratch database before
the next one is asked: in memory for SQLite, on the server of `--sandbox-url` for the others.  RunPython has no SQL.
"""
import os
import re
import sys

from .revisions import first_line, joined, place_of, refuse

SETTINGS = re.compile(r"DJANGO_SETTINGS_MODULE['\"]\s*,\s*['\"]([\w.]+)")
VENDORS = {"mariadb": "mysql"}


def root_of(folder):
    """The folder of manage.py: this one, or one above it."""
    at = folder
    while not os.path.exists(os.path.join(at, "manage.py")):
        if os.path.dirname(at) == at:
            raise refuse("there is no manage.py in %s, nor above it" % folder)
        at = os.path.dirname(at)
    return at


def set_up(folder):
    """The project as manage.py would begin it; nothing of it is connected to."""
    root = root_of(folder)
    os.chdir(root)
    sys.path.insert(0, root)
    with open(os.path.join(root, "manage.py"), encoding="utf-8") as file:
        named = SETTINGS.search(file.read())
    if named:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", named.group(1))
    import django

    django.setup()


def graph_of():
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None)
    if loader.replacements:
        raise refuse("%s.%s replaces others" % sorted(loader.replacements)[0],
                     "Finish the squash: delete the replaced files, and the line `replaces`. Nothing has been written.")
    conflicts = loader.detect_conflicts()
    if conflicts:
        raise refuse("app %s has two last migrations: %s" % (next(iter(conflicts)), ", ".join(next(iter(conflicts.values())))),
                     "Let `manage.py makemigrations --merge` join them. Nothing has been written.")
    return loader


def ordered(graph):
    """Each after all that it needs."""
    order = []
    for leaf in graph.leaf_nodes():
        order.extend(key for key in graph.forwards_plan(leaf) if key not in order)
    return order


def title_of(key):
    app, name = key
    words = name.lstrip("0123456789").strip("_")
    return "%s_%s" % (app, words or name)


def said_of(loader, key):
    needs = sorted(parent.key for parent in loader.graph.node_map[key].parents)
    return {"id": "%s::%s" % key, "needs": ["%s::%s" % parent for parent in needs],
            "path": sys.modules[loader.disk_migrations[key].__module__].__file__, "title": title_of(key)}


def has_python(operations):
    for operation in operations:
        if not operation.reduces_to_sql or has_python(getattr(operation, "database_operations", ())):
            return True
    return False


class Scratch:
    """The connection that Django calls "default", led elsewhere."""

    def __init__(self, request):
        from django.db import connections

        self.connection = connections["default"]
        self.name = None  # of a database that was made here
        wanted = VENDORS.get(request["dialect"], request["dialect"])
        if self.connection.vendor != wanted:
            raise refuse("the settings of Django name a database of %s, and the project one of %s" % (self.connection.vendor, wanted))
        if wanted == "sqlite":
            self.connection.settings_dict["NAME"] = ":memory:"
            self.runs = True
            return
        server = request["server"]
        self.runs = bool(server)
        if self.runs:
            self.connection.settings_dict.update(NAME=server["database"], HOST=server["host"] or "", PORT=server["port"] or "",
                                                 USER=server["user"] or "", PASSWORD=request["secret"] or "")
            self.beside, self.name = server["database"], "dbwarden_revisions_%d" % os.getpid()
            self.said("CREATE DATABASE %s" % self.name, self.name)

    def said(self, text, then):
        """To the server, and goes to another of its databases."""
        with self.connection.cursor() as cursor:
            cursor.execute(text)
        self.connection.close()
        self.connection.settings_dict["NAME"] = then

    def close(self):
        self.connection.close()
        if self.name:
            self.connection.settings_dict["NAME"] = self.beside
            self.said("DROP DATABASE IF EXISTS %s" % self.name, self.beside)

    def collected(self, step, atomic):
        """The statements that `step` would send, without what is only told."""
        with self.connection.schema_editor(collect_sql=True, atomic=atomic) as editor:
            state = step(editor)
        return [text for text in editor.collected_sql if not text.lstrip().startswith("--")], state

    def up(self, migration, state):
        found, after = self.collected(lambda editor: migration.apply(state.clone(), editor, collect_sql=True), migration.atomic)
        if self.runs:
            with self.connection.schema_editor(atomic=migration.atomic) as editor:
                after = migration.apply(state.clone(), editor)
        return found, after

    def down(self, migration, state):
        try:
            found, _ = self.collected(lambda editor: migration.unapply(state.clone(), editor, collect_sql=True), migration.atomic)
        except Exception as error:
            return {"no_way_back": first_line(error)}
        return {"down": joined(found)}


def convert(loader, request):
    from django.db.migrations.state import ProjectState

    scratch = Scratch(request)
    try:
        state, all_said = ProjectState(real_apps=loader.unmigrated_apps), []
        for key in ordered(loader.graph):
            migration = loader.graph.nodes[key]
            said = said_of(loader, key)
            try:
                found, after = scratch.up(migration, state)
            except Exception as error:
                file, line = place_of(error)
                raise refuse("migration %s cannot be run on an empty database: %s" % (said["id"], first_line(error)),
                             None if scratch.runs else "Name a server for a scratch database with --sandbox-url.", file, line)
            said.update(up=joined(found), alone=not migration.atomic)
            if has_python(migration.operations):
                said.update(only_run="it runs Python of its own", no_way_back="it ran Python of Django's project")
            else:
                said.update(scratch.down(migration, state))
            all_said.append(said)
            state = after
        return all_said
    finally:
        scratch.close()


def read(request):
    folder = request["revisions"]
    try:
        import django  # noqa: F401
    except ImportError:
        raise refuse("%s has no Django" % sys.executable, "Name the interpreter of the project with --python.")
    set_up(folder)
    loader = graph_of()
    if request["graph"]:
        said = [said_of(loader, key) for key in ordered(loader.graph)]
    else:
        said = convert(loader, request)
    return {"revisions": said, "table": "django_migrations", "schema": None, "versions": folder}
