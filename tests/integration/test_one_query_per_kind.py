"""How much the server of MySQL and MariaDB is asked does not depend on how many tables there are."""

from urllib.parse import urlsplit

import pytest
from support.cutter import cutter
from support.engines import EngineProject, created
from support.turns import by_turns

TABLE = """CREATE TABLE t{n} (id int NOT NULL PRIMARY KEY, name varchar(20) NOT NULL, price decimal(9,2) CHECK (price > 0), up int,
  INDEX t{n}_name (name(5)), CONSTRAINT t{n}_up FOREIGN KEY (up) REFERENCES t{n} (id)) COMMENT 'one of many';"""


def asked(project, network, *words):
    network.cut_at(0)
    project.ok(*words)
    return network.turns


@by_turns("engine")
@pytest.mark.parametrize("engine", ["mariadb", "mysql"])
def test_as_many_for_fifty_tables_as_for_five(engine, servers, tmp_path):
    database, drop = created(engine, servers, tmp_path / "project")
    parts = urlsplit(database.url)
    try:
        with cutter(parts.hostname, parts.port) as network:
            url = database.url.replace(f":{parts.port}/", f":{network.port}/")
            project = EngineProject(tmp_path / "project", database)
            project.write("dbwarden.yaml", "databases:\n  primary:\n    default: true\n    schema_files: [schema.sql]\n"
                          f"    database_type: {engine}\n    database_url_sync: \"{url}\"\n")
            seen, text = [], ""
            for numbers in range(5), range(5, 50):
                with database.together():
                    for n in numbers:
                        database.run(TABLE.format(n=n))
                        text += TABLE.format(n=n) + "\n"
                project.write("schema.sql", text)
                project.ok("diff", "--exit-code")  # its text is known from now on
                seen.append([asked(project, network, *words) for words in
                             (["check-db", "-o", "json"], ["diff", "--exit-code"], ["make-migrations"], ["generate-models", "--force"])])
            assert all(5 < few and many < few + 5 for few, many in zip(*seen, strict=True)), seen
    finally:
        drop()
