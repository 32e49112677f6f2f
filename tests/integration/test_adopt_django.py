"""adopt and eject with a project of Django, and with Django itself, where a soak has installed it."""

import sqlite3
import subprocess

import pytest
from support.engines import EngineProject, created
from support.histories import django

pytestmark = pytest.mark.skipif(not django().exists(), reason="Django is not installed")
SETTINGS = """SECRET_KEY = "x"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "shop"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": %r}
"""
MANAGE = """import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site1.settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""
FIRST = """from django.db import models
class Customer(models.Model):
    name = models.CharField(max_length=80, unique=True)
    class Meta:
        indexes = [models.Index(fields=["name"], name="ix_name")]
"""
SECOND = """from django.db import models
class Customer(models.Model):
    name = models.CharField(max_length=90, unique=True)
    vip = models.BooleanField(default=False)
class Order(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    total = models.DecimalField(max_digits=9, decimal_places=2, default=0)
"""


class DjangoProject:
    def __init__(self, folder, database):
        self.folder = folder
        url = database.alchemy.url
        where = {"ENGINE": f"django.db.backends.{'sqlite3' if database.engine == 'sqlite' else 'postgresql'}", "NAME": url.database}
        if database.engine != "sqlite":
            where.update(HOST=url.host, PORT=url.port, USER=url.username)
        for name, text in (("manage.py", MANAGE), ("site1/__init__.py", ""), ("site1/settings.py", SETTINGS % where), ("shop/__init__.py", ""),
                           ("shop/migrations/__init__.py", ""), ("shop/models.py", FIRST)):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.manage("makemigrations", "shop", "-n", "initial")
        (folder / "shop/models.py").write_text(SECOND)
        self.manage("makemigrations", "shop", "-n", "second")

    def manage(self, *words):
        done = subprocess.run([django(), "-B", "manage.py", *words], cwd=self.folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
        assert done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(params=("sqlite", "postgresql"))
def both(request, tmp_path, servers):
    database, drop = created(request.param, servers, tmp_path / "project")
    straight, drop_straight = created(request.param, servers, tmp_path / "straight")
    project = EngineProject(tmp_path / "project", database)
    project.migrations.rmdir()
    project.python = django()
    project.options = ["--sandbox-url", servers["PG15_TCP_URL"]] if request.param == "postgresql" else []
    yield project, DjangoProject(tmp_path / "project", database), DjangoProject(tmp_path / "straight", straight), straight
    drop()
    drop_straight()


def shape(database):
    """Columns and indexes of the application's tables."""
    if database.engine == "sqlite":
        with sqlite3.connect(database.alchemy.url.database) as connection:
            return [(name, connection.execute(f"PRAGMA table_info({name})").fetchall(), sorted(connection.execute(f"PRAGMA index_list({name})").fetchall()))
                    for name, in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'shop%' ORDER BY 1").fetchall()]
    return (database.query("SELECT table_name, column_name, data_type, is_nullable, column_default, character_maximum_length FROM"
                           " information_schema.columns WHERE table_name LIKE 'shop%' ORDER BY 1, 2"),
            database.query("SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'shop%' ORDER BY 1"),
            database.query("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid::regclass::text LIKE 'shop%' ORDER BY 1"))


def test_there_and_back(both):
    project, theirs, straight_theirs, straight = both
    straight_theirs.manage("migrate")
    theirs.manage("migrate", "shop", "0001")
    refused = project.run("adopt", *project.options)
    assert refused.status != 0 and "contenttypes::0002_remove_content_type_name has not been run" in refused.err
    theirs.manage("migrate", "auth")
    taken = project.ok("adopt", "--json", *project.options).json
    assert taken["differences"] == [] and [each["status"] for each in taken["files"]].count("pending") == 1
    project.ok("migrate")
    assert shape(project.database) == shape(straight)
    project.ok("rollback")
    project.ok("migrate")
    assert shape(project.database) == shape(straight)
    project.migration("0099", "extra", "CREATE TABLE extra (id integer PRIMARY KEY, t varchar(20) DEFAULT '100%s \\ \"\"\"');", "DROP TABLE extra;")
    project.ok("migrate")
    project.ok("eject", "shop/migrations", "--to", "django", "--drop-records")
    assert "[X] 0002_second\n [X] 0003_extra\n" in theirs.manage("showmigrations", "shop")
    assert "No changes detected" in theirs.manage("makemigrations", "--check", "--dry-run")
    theirs.manage("migrate", "shop", "0002")
    assert not project.database.has("extra")
    theirs.manage("migrate")
    project.database.run("INSERT INTO extra (id) VALUES (1)")
    assert project.database.query("SELECT t FROM extra") == [('100%s \\ """',)]
    outcome = project.run("eject", ".", "--to", "django")
    assert outcome.status != 0 and "is not the folder of an app" in outcome.err
