"""What a project does not manage is reported once and left alone; what it made may be dropped by it."""

import pytest
import sqlalchemy as sa
from support.project import Project

MODELS = """
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    name = Column(String(50){options})
    {more}
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    import sys
    if request.param == "sqlite":
        project = Project(tmp_path / "p", "sqlite:///./app.db", sys.executable, model_paths=["models.py"])
        return project, sa.create_engine(f"sqlite:///{project.folder}/app.db", poolclass=sa.pool.NullPool)
    url = request.getfixturevalue("postgres")
    project = Project(tmp_path / "p", url, sys.executable, model_paths=["models.py"])
    return project, sa.create_engine(url.replace("postgresql://", "postgresql+psycopg2://"), poolclass=sa.pool.NullPool)


def models(project, more="", options=""):
    project.write("models.py", MODELS.format(more=more, options=options))


def sql(engine, *statements):
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def columns(engine, table="users"):
    return [column["name"] for column in sa.inspect(engine).get_columns(table)]


def test_what_somebody_else_added_stays(place):
    project, engine = place
    models(project, "phone = Column(String(20))")
    project.ok("make-migrations")
    project.ok("migrate")
    sql(engine, "ALTER TABLE users ADD COLUMN added_by_hand INTEGER", "CREATE TABLE zz (id INTEGER)",
        "CREATE INDEX ix_by_hand ON users (name)", "INSERT INTO users (id, name, added_by_hand) VALUES (1, 'a', 7)")
    shown = project.ok("make-migrations")
    assert "No new migrations" in shown.out
    assert "added_by_hand" in shown.err and "zz" in shown.err and "ix_by_hand" in shown.err

    models(project, "", ", nullable=False")  # phone goes; on SQLite the table is rebuilt
    project.ok("make-migrations")
    project.ok("migrate")
    assert columns(engine) == ["id", "name", "added_by_hand"]
    assert "zz" in sa.inspect(engine).get_table_names()
    assert [index["name"] for index in sa.inspect(engine).get_indexes("users")] == ["ix_by_hand"]
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id, name, added_by_hand FROM users").fetchall() == [(1, "a", 7)]
    project.ok("rollback")
    assert sorted(columns(engine)) == ["added_by_hand", "id", "name", "phone"]


def test_patterns_leave_tables_out(place):
    project, engine = place
    models(project)
    project.ok("make-migrations")
    project.ok("migrate")
    text = (project.folder / "dbwarden.py").read_text()
    project.write("dbwarden.py", text.replace("model_paths", "exclude=['users'], model_paths"))
    models(project, "age = Column(Integer)")
    assert "No new migrations" in project.ok("make-migrations").out
