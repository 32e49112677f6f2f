"""Which modules are imported, under which names, and whose tables count."""

import os

BASE = """
from sqlalchemy.orm import declarative_base
Base = declarative_base()
"""


def model(name, table, base="models.base"):
    return f"""
from sqlalchemy import Column, Integer
from {base} import Base
class {name}(Base):
    __tablename__ = "{table}"
    id = Column(Integer, primary_key=True)
"""


def test_a_package_whose_files_import_each_other(project):
    project.write(models__base=BASE, models__user=model("User", "users"),
                  models__post="from models.user import User\n" + model("Post", "posts"))
    project.put("models/__init__.py", model("Here", "here"))
    assert sorted(project.tables()) == ["here", "posts", "users"]
    assert sorted(project.tables(["models"])) == ["here", "posts", "users"]
    assert sorted(project.tables(["models/user.py", "models/post.py"])) == ["here", "posts", "users"]


def test_a_folder_without_init(project):
    project.write(app__models__base=BASE, app__models__user=model("User", "users", "app.models.base"))
    for paths in (None, ["app/models"], ["app.models"], ["app/models/user"], ["app.models.user"]):
        assert list(project.tables(paths)) == ["users"], paths


def test_a_source_folder(project):
    project.write(src__shop__base=BASE, src__shop__models=model("User", "users", "shop.base"))
    project.put("src/shop/__init__.py")
    for paths in (None, ["src/shop/models.py"], ["shop.models"]):
        assert list(project.tables(paths)) == ["users"], paths


def test_a_package_inside_a_folder(project):
    project.write(backend__app__db=BASE, backend__app__models=model("User", "users", "app.db"))
    project.put("backend/app/__init__.py")
    assert list(project.tables(["backend/app/models.py"])) == ["users"]


def test_one_metadata_of_a_module(project):
    project.write(app="""
        from sqlalchemy import *
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        other = MetaData()
        Table("a", Base.metadata, Column("id", Integer))
        Table("b", other, Column("id", Integer))
    """)
    assert list(project.tables(["app:Base"])) == ["a"]
    assert list(project.tables(["app:other"])) == ["b"]
    assert list(project.tables(["app.py:Base.metadata"])) == ["a"]
    assert sorted(project.tables(["app"])) == ["a", "b"]
    assert "no metadata called nope" in project.refusal(["app:nope"])["message"]


def test_tables_of_a_base_are_taken_wherever_they_were_described(project):
    project.write(base=BASE, tags="from sqlalchemy import *\nfrom base import Base\n"
                  "link = Table('link', Base.metadata, Column('id', Integer))\n",
                  models="import tags\n" + model("User", "users", "base"))
    assert sorted(project.tables()) == ["link", "users"]


def test_classes_that_are_only_imported_for_use_bring_no_tables(project, tmp_path):
    library = tmp_path / "lib" / "site-packages"
    library.mkdir(parents=True)
    (library / "foreign.py").write_text(BASE + model("Theirs", "theirs", "foreign").replace("from foreign", "#"))
    project.write(base=BASE, models="from foreign import Theirs\n" + model("User", "users", "base"))
    assert list(project.tables(PYTHONPATH=str(library))) == ["users"]


def test_neighbours_of_the_project_are_left_alone(project):
    project.put("../neighbour/models/evil.py", "raise SystemExit('imported')")
    project.write(models=BASE + model("User", "users", "models").replace("from models", "#"))
    assert list(project.tables()) == ["users"]


def test_prints_do_not_disturb(project):
    project.write(models="""
        import os, sys
        print("printed")
        os.write(1, b"written")
        os.system("echo from a child")
    """ + BASE.replace("\n", "\n        ") + model("User", "users", "models").replace("from models", "#").replace(
        "\n", "\n        "))
    assert list(project.tables()) == ["users"]
    assert "printed" in project.prints and "written" in project.prints and "from a child" in project.prints


def test_an_import_error_names_file_and_line(project):
    project.write(models__a=BASE.strip() + "\n", models__b="x = 1\n\ny = undefined\n")
    refusal = project.refusal()
    assert refusal["message"] == "cannot import models/b.py: NameError: name 'undefined' is not defined"
    assert (refusal["file"], refusal["line"]) == (str(project.folder / "models/b.py"), 3)


def test_the_place_is_where_it_really_broke(project):
    project.write(helper="def f():\n    return 1 / 0\n", models="import helper\nhelper.f()\n")
    refusal = project.refusal()
    assert (refusal["file"], refusal["line"]) == (str(project.folder / "helper.py"), 2)


def test_a_syntax_error(project):
    project.write(models="x = 1\nclass :\n")
    refusal = project.refusal()
    assert "SyntaxError" in refusal["message"]
    assert (refusal["file"], refusal["line"]) == (str(project.folder / "models.py"), 2)


def test_a_missing_module_tells_which_python_was_used(project):
    project.write(models="import nowhere_to_be_found\n")
    refusal = project.refusal()
    assert "--python" in refusal["hint"] and refusal["line"] == 1


def test_models_that_exit(project):
    project.write(models="import sys\nsys.exit('no database')\n")
    assert project.refusal()["message"] == "cannot import models.py: SystemExit: no database"


def test_nothing_found(project):
    assert project.refusal()["message"] == "No SQLAlchemy models found"
    project.write(models="x = 1\n")
    assert project.refusal()["message"] == "No tables found in the specified model paths"
    assert "neither a file, nor a folder, nor a module" in project.refusal(["missing/models"])["message"]
    assert "neither a file, nor a folder, nor a module" in project.refusal(["missing.models"])["message"]


def test_one_file_under_two_names(project):
    project.put("app/models/base.py", BASE)
    project.put("app/models/account.py", model("User", "users", "app.models.base"))
    project.put("app/models/post.py", "import sys, os\nsys.path.insert(0, os.path.dirname(__file__))\nimport account\n")
    refusal = project.refusal(["app/models"])
    assert "already defined" in refusal["message"]
    assert refusal["hint"].startswith("account.py was imported before, as app.models.account.")


def test_two_bases_with_one_table(project):
    project.write(models="""
        from sqlalchemy import *
        from sqlalchemy.orm import declarative_base
        A, B = declarative_base(), declarative_base()
        class T(A):
            __tablename__ = "t"
            id = Column(Integer, primary_key=True)
        class U(B):
            __tablename__ = "t"
            id = Column(Integer, primary_key=True)
    """)
    refusal = project.refusal()
    assert refusal["message"] == 'table "t" is described twice, in models:A and in models:B'
    assert refusal["hint"].startswith("It is described by models.T of models:A and by models.U of models:B.")
    assert 'model_paths=["models:A"]' in refusal["hint"]
    assert list(project.tables(["models:B"])) == ["t"]


def test_two_bases_are_named_where_they_were_made(project):
    for name in ("one", "two"):
        project.put(f"{name}/__init__.py")
        project.put(f"{name}/base.py", BASE)
        project.put(f"{name}/models.py", model("T", "t", f"{name}.base"))
    refusal = project.refusal(["one", "two"])
    assert refusal["message"] == 'table "t" is described twice, in one.base:Base and in two.base:Base'


OUCH = "raise RuntimeError('imported')\n"


def test_tests_and_migrations_of_a_package_are_not_imported(project):
    for path in ("alembic/env.py", "migrations/env.py", "migrations/versions/a.py", "tests/test_a.py", "tests/factory.py",
                 "test_b.py", "conftest.py", "schema_changes/env.py", "old/versions/b.py"):
        project.put("package/" + path, OUCH if path != "old/versions/b.py" else "down_revision = None\n" + OUCH)
        project.put(os.path.join("package", os.path.dirname(path), "__init__.py"))
    project.put("package/schema_changes/script.py.mako")
    project.put("package/base.py", BASE)
    project.put("package/versions/__init__.py")
    project.put("package/versions/model.py", model("Version", "versions", "package.base"))
    project.put("package/models.py", model("User", "users", "package.base"))
    project.put("package/test_result.py", model("TestResult", "test_results", "package.base"))
    for paths in (["package"], ["package/"], ["package.models", "package.versions.model", "package.test_result"]):
        assert sorted(project.tables(paths)) == ["test_results", "users", "versions"], paths
    (project.folder / "lib").mkdir()
    (project.folder / "package").rename(project.folder / "lib" / "package")
    assert sorted(project.tables(["package"], PYTHONPATH=str(project.folder / "lib"))) == [
        "test_results", "users", "versions"]


def test_what_is_named_outright_is_imported(project):
    project.put("package/tests/__init__.py")
    project.put("package/__init__.py")
    project.put("package/tests/test_a.py", "import unittest\n" + BASE + model("T", "t", "x").replace("from x", "#"))
    for paths in (["package/tests"], ["package.tests"], ["package.tests.test_a"], ["package/tests/test_a.py"]):
        assert list(project.tables(paths)) == ["t"], paths
    assert project.refusal(["package"])["message"] == "No tables found in the specified model paths"


BINDS = """
    from sqlalchemy import *
    from sqlalchemy.orm import declarative_base
    class Db:  # Flask-SQLAlchemy 3: a MetaData for each bind
        metadatas = {None: MetaData(), "audit": MetaData(info={"bind_key": "audit"}),
                     "far": MetaData(info={"bind_key": "far"})}
    db = Db()
    Base = declarative_base(metadata=db.metadatas[None])
    class User(Base):
        __tablename__ = "users"
        id = Column(Integer, primary_key=True)
    class Event(declarative_base(metadata=db.metadatas["audit"])):
        __tablename__ = "users"
        id = Column(Integer, primary_key=True)
        text = Column(Text)
    Table("remote", db.metadatas["far"], Column("id", Integer), Column("state", Enum("a", name="state")))
    # Flask-SQLAlchemy 2: one MetaData, and the tables say it
    Table("old", db.metadatas[None], Column("id", Integer), info={"bind_key": "audit"})
"""


def test_binds_are_databases(project):
    project.write(models=BINDS)

    def read(name, paths=None):
        request = {"folder": str(project.folder), "dialect": "postgresql", "version": 150004, "paths": paths,
                   "name": name, "databases": ["primary", "audit"]}
        answer = project.run("models", request)
        tables = answer["tree"]["schemas"][0]["tables"]
        enums = answer["tree"]["schemas"][0].get("enums", [])
        return ({table["name"]: len(table["columns"]) for table in tables}, len(enums),
                [warning["text"] for warning in answer["warnings"]])

    for paths in (None, ["models:db"]):
        far = ['left out the tables of bind "far" (remote): no database of the configuration is called far']
        assert read("primary", paths) == ({"users": 1}, 0, far)
        assert read("audit", paths) == ({"users": 2, "old": 1}, 0, far)
        assert read("far", paths)[:2] == ({"remote": 2}, 1)
    assert read("primary", ["models:Event"])[0] == {"users": 2}


def test_a_name_that_is_given_twice(project):
    project.write(models="""
        from sqlalchemy import *
        from sqlalchemy.orm import declarative_base
        Base = declarative_base()
        class A(Base):
            __tablename__ = "a"
            id = Column(Integer, primary_key=True)
            __table_args__ = (Index("ix_id", "id"), UniqueConstraint("id", name="uq_id"))
        class B(Base):
            __tablename__ = "b"
            id = Column(Integer, primary_key=True)
            __table_args__ = (Index("ix_id", "id"),)
        class C(Base):
            __tablename__ = "c"
            id = Column(Integer, primary_key=True)
            __table_args__ = (Index("other", "id"),)
    """)
    for dialect in ("postgresql", "sqlite"):
        refusal = project.refusal(dialect=dialect)
        assert refusal["message"] == 'the name "ix_id" is given twice: to the index of table a and to the index of table b'
        assert refusal["line"] == 9
    assert sorted(project.tables(dialect="mysql")) == ["a", "b", "c"]


def test_names_have_a_scope(project):
    body = """
        from sqlalchemy import *
        meta = MetaData()
        Table("a", meta, Column("id", Integer), UniqueConstraint("id", name="x"))
        Table("b", meta, Column("id", Integer), UniqueConstraint("id", name="x"))
        Table("c", meta, Column("id", Integer), Index("ix", "id"), schema="one")
        Table("d", meta, Column("id", Integer), Index("ix", "id"), schema="two")
    """
    project.write(models=body)
    assert project.refusal()["message"] == 'the name "x" is given twice: to the unique constraint of table a and to the unique constraint of table b'
    assert 'the name "ix"' in project.refusal(dialect="sqlite")["message"]
    project.write(models=body.replace('name="x"', "").replace('"two"', '"three"'))
    project.tables()


def test_a_long_import_says_what_is_imported(project):
    project.write(models__slow="import time\n\ntime.sleep(3.6)\n" + BASE + model("A", "a", "x").replace("from x", "#"))
    assert list(project.tables(["models"])) == ["a"]
    assert project.told == ["importing models/slow.py has taken 3 s so far, now at models/slow.py:3"]


def test_the_package_stands_in_for_everything(project):
    project.write(models="""
        from sqlalchemy import Column, Integer
        from dbwarden import Base, TableMeta, primary, database_config
        from dbwarden.schema import auto_schema, apply_meta
        from dbwarden.fastapi import get_session, DBWardenRouter
        from dbwarden.exceptions import ConfigurationError
        database_config(database_name="x", database_url_sync="sqlite://")
        router = DBWardenRouter(primary, prefix="/db")
        session: primary.async_session
        @get_session("x")
        def use(): pass
        class Mine(ConfigurationError): pass
        class T(Base):
            __tablename__ = "t"
            id = Column(Integer, primary_key=True)
            class Meta(TableMeta):
                comment = "x"
    """)
    assert project.tables()["t"]["comment"] == "x"
