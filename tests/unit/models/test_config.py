"""Mode `config`: what database_config() was called with, and where."""


def only(answer):
    assert "error" not in answer, answer
    assert len(answer["entries"]) == 1
    return answer["entries"][0]


def test_values_lines_and_source_texts(project):
    project.put("dbwarden.py", """\
        import os, pathlib
        from dbwarden import database_config

        primary = database_config(
            database_name="primary",
            database_url_sync=os.environ.get("NOPE", "postgresql://u:p@h/db"),
            model_paths=("app/models",),
            migrations_dir=pathlib.Path("migrations") / "x",
            overlap_models=None,
            secure_values=True,
            seed_table=print,
        )
        primary.async_session
    """)
    answer = project.config()
    entry = only(answer)
    values = {key: item["value"] for key, item in entry["keys"].items()}
    assert values == {
        "database_name": "primary", "database_url_sync": "postgresql://u:p@h/db", "model_paths": ["app/models"],
        "migrations_dir": "migrations/x", "overlap_models": None, "secure_values": True,
        "seed_table": {"type": "builtin_function_or_method"}}
    assert (entry["line"], entry["keys"]["database_url_sync"]["line"]) == (4, 6)
    assert entry["keys"]["database_url_sync"]["source"] == 'os.environ.get("NOPE", "postgresql://u:p@h/db")'
    assert answer["source"] == str(project.folder / "dbwarden.py") and answer["folder"] == str(project.folder)


def test_it_is_executed_once(project):
    project.put("dbwarden.py", """
        import dbwarden
        open("count", "a").write("x")
        print("noise")
        dbwarden.database_config(database_name="a", **{"database_url_sync": "sqlite://"})
    """)
    only(project.config())
    assert (project.folder / "count").read_text() == "x" and "noise" in project.prints


def test_siblings_and_dataclasses(project):
    project.put("settings.py", "URL = 'sqlite:///x.db'")
    project.put("dbwarden.py", """
        from dataclasses import dataclass
        from settings import URL
        from dbwarden import database_config
        @dataclass
        class Settings:
            url: str = URL
        database_config(database_name="a", database_url_sync=Settings().url)
    """)
    assert only(project.config())["keys"]["database_url_sync"]["value"] == "sqlite:///x.db"


def test_several_calls(project):
    project.put("dbwarden.py", """
        from dbwarden import database_config
        for name in ("a", "b"):
            database_config(database_name=name, database_url_sync="sqlite:///%s.db" % name)
        database_config("c")
    """)
    answer = project.config()
    assert [e["keys"].get("database_name", {}).get("value") for e in answer["entries"]] == ["a", "b", None]
    assert [e["positional"] for e in answer["entries"]] == [0, 0, 1]


def test_the_file_with_the_call_is_found_by_its_bare_name(project):
    project.put("app/__init__.py")
    project.put("app/db.py", """
        from . import names
        from dbwarden import database_config
        database_config(database_name=names.NAME, database_url_sync="sqlite://")
    """)
    project.put("app/names.py", "NAME = 'a'")
    project.put("tests/t.py", "import dbwarden\ndbwarden.database_config(database_name='no')")
    candidates = [str(project.folder / "app/db.py"), str(project.folder / "tests/t.py")]
    answer = project.config(None, candidates=candidates, folder=None)
    assert only(answer)["keys"]["database_name"]["value"] == "a"
    assert answer["source"] == candidates[0] and answer["folder"] == str(project.folder)
    project.put("tests/t.py", "from dbwarden import database_config as d\ndatabase_config = d\ndatabase_config()")
    assert "Multiple database_config(...) call sites found: app/db.py, tests/t.py" in \
        project.config(None, candidates=candidates, folder=None)["error"]["message"]
    assert project.config(None)["source"] is None


def test_a_module_by_name(project):
    project.put("conf/here.py", "from dbwarden import database_config\ndatabase_config(database_name='m')")
    answer = project.config(None, module="conf.here")
    assert only(answer)["keys"]["database_name"]["value"] == "m"
    assert answer["source"] == str(project.folder / "conf/here.py")
    assert "DBWARDEN_CONFIG_MODULE" in project.config(None, module="conf.nope")["error"]["message"]


def test_failures_name_file_and_line(project):
    for text, message, line in (
        ("x = 1\n1 / 0\n", "ZeroDivisionError: division by zero", 2),
        ("x = (\n", "SyntaxError: '(' was never closed", 1),
        ("\n\nimport sys; sys.exit(3)\n", "SystemExit: 3", 3),
    ):
        project.put("dbwarden.py", text)
        error = project.config()["error"]
        assert error["message"].startswith("failed to load config from dbwarden.py: " + message.split(":")[0])
        assert (error["code"], error["file"], error["line"]) == ("config", str(project.folder / "dbwarden.py"), line)


def test_a_new_text_is_executed_in_the_place_of_the_file(project):
    project.put("dbwarden.py", "raise Exception")
    text = "from dbwarden import database_config\ndatabase_config(\n  database_name='new')\n"
    entry = only(project.config(text=text))
    assert entry["keys"]["database_name"] == {"value": "new", "line": 3, "source": "'new'"}
