"""What models say of MySQL and MariaDB in SQLAlchemy's words and in class Meta: made, read back, and written as models again."""

import sys

import pytest
from support.engines import created
from support.project import Project

MODELS = """
from sqlalchemy import *
from sqlalchemy.orm import DeclarativeBase, mapped_column


class Base(DeclarativeBase):
    pass


class Event(Base):
    __tablename__ = "events"
    __table_args__ = {
        "mysql_row_format": "DYNAMIC",
        "mysql_partition_by": "RANGE (year) (PARTITION p1 VALUES LESS THAN (2024), PARTITION rest VALUES LESS THAN MAXVALUE)"}
    id = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    year = mapped_column(Integer, primary_key=True, autoincrement=False)


class Word(Base):
    __tablename__ = "words"
    id = mapped_column(Integer, primary_key=True)
    latin = mapped_column(String(20))
    count = mapped_column(Integer)
    seen = mapped_column(DateTime)
    hidden = mapped_column(Integer)
    text = mapped_column(Text)
    __table_args__ = (Index("words_text", "text", mysql_prefix="FULLTEXT"), Index("words_latin", "latin", mysql_length=5))

    class Meta:
        my_collate = "utf8mb4_bin"
        my_options = ["stats_persistent=0"]

        class latin:
            my_charset = "latin1"
            my_collate = "latin1_bin"

        class count:
            my_unsigned = True

        class seen:
            my_on_update = "CURRENT_TIMESTAMP"

        class hidden:
            my_invisible = True
"""

MARIADB = """

class Kept(Base):
    __tablename__ = "kept"
    id = mapped_column(Integer, Sequence("kept_seq", increment=5), primary_key=True)
    note = mapped_column(String(20))

    class Meta:
        mdb_versioned = True
        mdb_partition_by = "SYSTEM_TIME INTERVAL 1 WEEK"
        mdb_partitions = 3


class Stay(Base):
    __tablename__ = "stays"
    id = mapped_column(Integer, primary_key=True, autoincrement=False)
    room = mapped_column(Integer, nullable=False)
    since = mapped_column(Date)
    until = mapped_column(Date)

    class Meta:
        mdb_checks = [{"name": "stay", "expression": "since < until", "period": True}]
        mdb_primary_key = {"period": "stay"}
        mdb_indexes = [{"name": "rooms", "columns": ["room"], "unique": True, "period": "stay"}]
"""

IDIOMS = """
from sqlalchemy import *
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class Idiom(Base):
    __tablename__ = "idioms"
    id = Column(Integer, primary_key=True)
"""

CHECKED = ("doc = Column(JSON)", "qty = Column(Integer, CheckConstraint('qty > 0'))")
STAMPED = ("stamp = Column(DateTime, nullable=False, server_default=text('CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP'))",
           "fine = Column(mysql.TIMESTAMP(fsp=3), server_default=text('current_timestamp(3) on update current_timestamp(3)'))",
           "late = Column(DateTime, server_default=text('NULL ON UPDATE CURRENT_TIMESTAMP'))",
           'quoted = Column(String(30), server_default=text("\' on update now()\'"))')
NATIONAL = ("a = Column(NVARCHAR(20))", "b = Column(mysql.NCHAR(20))", "c = Column(mysql.VARCHAR(20, national=True))")
BINARY = ("a = Column(mysql.VARCHAR(20, binary=True))", "b = Column(mysql.TEXT(binary=True))",
          "c = Column(mysql.CHAR(20, charset='latin1', binary=True))")


@pytest.fixture(params=["mariadb", "mysql"])
def project(request, servers, tmp_path):
    database, drop = created(request.param, servers, tmp_path)
    there = Project(tmp_path / "p", database.url, sys.executable, engine=request.param, model_paths=["models.py"])
    there.write("models.py", MODELS + (MARIADB if request.param == "mariadb" else ""))
    there.database = database
    yield there
    drop()


def test_models_are_made_and_written_again(project, tmp_path):
    project.ok("make-migrations")
    project.ok("migrate")
    assert "Models and database agree" in project.ok("diff", "models").out
    with project.database.alchemy.connect() as connection:
        made = {name: connection.exec_driver_sql(f"SHOW CREATE TABLE {name}").fetchone()[1].lower() for name in ("events", "words")}
    assert "partition by range" in made["events"] and "row_format=dynamic" in made["events"]
    for words in ("character set latin1 collate latin1_bin", "int(10) unsigned", "on update current_timestamp", "invisible",
                  "fulltext key", "`latin`(5)", "collate=utf8mb4_bin", "stats_persistent=0"):
        assert words in made["words"].replace("int unsigned", "int(10) unsigned"), made["words"]
    if MARIADB in (project.folder / "models.py").read_text():
        with project.database.alchemy.connect() as connection:
            made = "".join(connection.exec_driver_sql(f"SHOW CREATE TABLE {name}").fetchone()[1] for name in ("stays", "kept"))
        for words in ("PERIOD FOR `stay` (`since`, `until`)", "PRIMARY KEY (`id`,`stay` WITHOUT OVERLAPS)",
                      "UNIQUE KEY `rooms` (`room`,`stay` WITHOUT OVERLAPS)", "PARTITION BY SYSTEM_TIME INTERVAL 7 DAY"):
            assert words in made, made
    project.ok("generate-models", "-o", "written")
    again = Project(tmp_path / "again", project.database.url, sys.executable, engine=project.engine, model_paths=["written"])
    (project.folder / "written").rename(again.folder / "written")
    assert "Models and database agree" in again.ok("diff", "models").out
    project.ok("rollback")


TABLES = (
    "CREATE TABLE pairs (a int, b int, note text, PRIMARY KEY (a, b))",
    "CREATE TABLE users (id int AUTO_INCREMENT PRIMARY KEY, mail varchar(255) NOT NULL UNIQUE, x int, y int, FOREIGN KEY (x, y) REFERENCES pairs (a, b))",
    "CREATE TABLE posts (id int AUTO_INCREMENT PRIMARY KEY, user_id int NOT NULL REFERENCES users (id) ON DELETE CASCADE, title varchar(100) CHECK (title <> ''))",
    "CREATE INDEX posts_title ON posts (title)",
)


def test_models_of_a_database_differ_from_it_in_nothing(project):
    with project.database.alchemy.connect() as connection:
        for statement in TABLES:
            connection.exec_driver_sql(statement)
    project.ok("generate-models", "-o", "written")
    again = Project(project.folder, project.database.url, sys.executable, model_paths=["written"])
    assert "Models and database agree" in again.ok("diff", "models").out


@pytest.mark.parametrize("columns, words", [
    (CHECKED, {"json": 1, "`qty` > 0": 1}),
    (STAMPED, {"on update current_timestamp": 3, "default ' on update now()'": 1}),
    (NATIONAL, {"utf8mb3": 3}),
    (BINARY, {"_bin": 3, "latin1_bin": 1}),
], ids=["checked", "stamped", "national", "binary"])
def test_words_of_sqlalchemy_are_what_the_server_keeps_of_them(columns, words, project):
    models = IDIOMS + "".join(f"    {column}\n" for column in columns)
    project.write("models.py", models)
    project.ok("make-migrations")
    project.ok("migrate")
    assert "Models and database agree" in project.ok("diff", "models").out
    with project.database.alchemy.connect() as connection:
        made = connection.exec_driver_sql("SHOW CREATE TABLE idioms").fetchone()[1].lower()
    assert all(made.count(word) >= times for word, times in words.items()), made
    project.write("models.py", models + "    more = Column(Integer)\n")
    project.ok("make-migrations")
    text = next((project.folder / "migrations" / "primary").glob("*0002*.sql")).read_text()
    assert "MODIFY" not in text and "more" in text, text
    for command in ("migrate", "rollback", "migrate"):
        project.ok(command)
    assert "Models and database agree" in project.ok("diff", "models").out


def test_a_word_of_meta_that_nobody_knows_is_named(project):
    project.write("models.py", MODELS.replace("my_unsigned", "my_unsinged"))
    found = project.run("diff")
    assert found.status == 1 and "my_unsinged" in found.err and "Did you mean my_unsigned" in found.err, found
