"""What a .plan.json keeps: it is as large as its change, and files that wait to be applied add up through their plans."""

import json
import sys

import pytest
import sqlalchemy as sa
from support.project import Project

NOTHING = "No new migrations"
FIRST = """create table users (id integer primary key, mail text not null);
create table posts (id integer primary key, user_id integer not null references users(id), title text, check (length(title) > 3));
create view v as select id, mail from users;
create table other (id integer primary key, x text);
"""
STEPS = [  # what changes in schema.sql (old, new; "" at the end of it), and the options
    ("", "create table extra (id integer primary key, users text);\n", []),
    ("title text", "title text, body text", []),
    ("users", "people", ["--rename-table", "users:people"]),
    ("mail", "email", ["--rename", "people.mail:email"]),
    ("create table other (id integer primary key, x text);\n", "", []),
    ("create view v as select id, email from people;\n", "", []),
    ("", "create index ix on extra (people);\n", []),
    ("create index ix on extra (people);\n", "", []),
]


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    url = "sqlite:///./app.db" if request.param == "sqlite" else request.getfixturevalue("postgres")
    project = Project(tmp_path / "p", url, sys.executable, schema_files=["schema.sql"])
    address = f"sqlite:///{project.folder}/app.db" if request.param == "sqlite" else url.replace("://", "+psycopg2://")
    return project, sa.create_engine(address, poolclass=sa.pool.NullPool)


def plans(project):
    return [json.loads(path.read_text())["dbwarden"] for path in sorted(project.migrations.glob("*.plan.json"))]


def tables(note):
    return sorted(table["name"] for schema in note["written"].get("schemas", []) for table in schema.get("tables", []))


@pytest.mark.parametrize("applied_up_to", [0, 3, 9])
def test_pending_files_add_up(place, applied_up_to):
    project, _ = place
    text = FIRST
    for number, (old, new, options) in enumerate([("", "", []), *STEPS], 1):
        text = text.replace(old, new) if old else text + new
        project.write("schema.sql", text)
        assert "Created" in project.ok("make-migrations", *options).out
        assert NOTHING in project.ok("make-migrations").out
        if number == applied_up_to:
            project.ok("migrate")
            assert NOTHING in project.ok("make-migrations").out
    project.ok("migrate")
    assert NOTHING in project.ok("make-migrations").out
    assert [tables(note) for note in plans(project)][:3] == [["other", "posts", "users"], ["extra"], ["posts"]]
    assert plans(project)[5]["gone"] == [{"kind": "table", "schema": "", "name": "other"}]


def test_what_is_described_from_now_on_is_managed(place):
    """A table that was there before the project is managed once the models describe it, whatever later files touch."""
    project, engine = place
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE adopted (id integer primary key)")
    project.write("schema.sql", "create table adopted (id integer primary key); create table a (id integer primary key);")
    project.ok("make-migrations")
    assert set(plans(project)[0]["owned"]) == {"table:.adopted"} and tables(plans(project)[0]) == ["a"]
    project.ok("migrate")
    project.write("schema.sql", "create table adopted (id integer primary key); create table b (id integer primary key);")
    project.ok("make-migrations")
    assert plans(project)[1]["owned"] == {} and tables(plans(project)[1]) == ["b"]
    project.ok("migrate")
    project.write("schema.sql", "create table b (id integer primary key);")
    project.ok("make-migrations")
    project.ok("migrate")
    assert "adopted" not in sa.inspect(engine).get_table_names()


def test_pending_files_leave_what_is_not_ours(place):
    project, engine = place
    text = "create table t (id integer primary key, size integer);"
    project.write("schema.sql", text)
    project.ok("make-migrations")
    project.ok("migrate")
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE t ADD COLUMN by_hand text")
        connection.exec_driver_sql("CREATE INDEX ix_by_hand ON t (by_hand)")
    for old, new in [("integer)", "integer, more text)"), ("size integer", "size bigint")]:  # the second rebuilds on SQLite
        text = text.replace(old, new)
        project.write("schema.sql", text)
        project.ok("make-migrations")
    project.ok("migrate")
    assert [column["name"] for column in sa.inspect(engine).get_columns("t")][-2:] in (["by_hand", "more"], ["more", "by_hand"])
    assert [index["name"] for index in sa.inspect(engine).get_indexes("t")] == ["ix_by_hand"]
