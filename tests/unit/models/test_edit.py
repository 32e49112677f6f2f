"""Mode `edit`: the calls change, everything else of the file stays as its author wrote it."""

import pytest

FILE = '''"""Settings of the shop."""
from __future__ import annotations

import os
from dbwarden import database_config  # the tool

# the shop itself
primary = database_config(
    database_name="primary",  # its name
    default=True,
    database_url_sync=("postgresql://"
                       "u@h/é"),
    model_paths=[
        "app/models",  # all of them
    ],
)

database_config(database_name='logs', database_url_sync=os.environ["LOGS"], model_paths=["logs"])
LAST = 1
'''


@pytest.fixture
def edited(project):
    project.put("dbwarden.py", "")
    (project.folder / "dbwarden.py").write_text(FILE)

    def edit(what, **values):
        answer = project.edit(what, values)
        if "text" in answer:
            compile(answer["text"], "x", "exec")
        return answer.get("text") or answer["error"]

    return edit


def test_default_moves(edited):
    assert edited("default", database_name="logs") == FILE.replace("    default=True,\n", "").replace(
        'model_paths=["logs"])', 'model_paths=["logs"], default=True)')
    assert edited("default", database_name="primary") == FILE


def test_development_database(edited):
    after = edited("dev_set", database_name="primary", dev_database_type="sqlite", dev_database_url="sqlite:///d.db")
    assert after == FILE.replace('''    ],
)''', '''    ],
    dev_database_type='sqlite',
    dev_database_url='sqlite:///d.db',
)''')
    after = edited("dev_set", database_name="logs", dev_database_type="sqlite", dev_database_url="sqlite:///d.db")
    assert after == FILE.replace('model_paths=["logs"])', "model_paths=[\"logs\"], dev_database_type='sqlite', "
                                 "dev_database_url='sqlite:///d.db')")


def test_clearing_takes_the_commas_along(project):
    for before, after in (
        ("database_config(database_name='a', dev_database_type='x', dev_database_url='y')\n",
         "database_config(database_name='a')\n"),
        ("database_config(dev_database_type='x', database_name='a', dev_database_url='y',)\n",
         "database_config(database_name='a', )\n"),
        ("database_config(\n    dev_database_type='x',  \n    database_name='a',\n    dev_database_url='y'\n)\n",
         "database_config(\n    database_name='a'\n)\n"),
    ):
        project.put("dbwarden.py", "")
        (project.folder / "dbwarden.py").write_text(before)
        assert project.edit("dev_clear", {"database_name": "a"})["text"] == after


def test_adding(edited):
    after = edited("add", database_name="new", database_type="sqlite", database_url_sync="sqlite:///it's.db",
                   model_paths=["x"], default=False, overlap_models=False)
    assert after == FILE + '''
database_config(
    database_name='new',
    database_type='sqlite',
    database_url_sync="sqlite:///it's.db",
    model_paths=['x'],
)
'''
    assert "already exists" in edited("add", database_name="logs")["message"]
    assert "default=True,\n    database_url_sync" not in edited("add", database_name="n", default=True)


def test_the_first_one_gets_its_import_and_is_the_default(project):
    (project.folder / "dbwarden.py").write_text('"""Doc."""\nfrom __future__ import annotations\nX = 1\n')
    text = project.edit("add", {"database_name": "a"})["text"]
    assert text == ('"""Doc."""\nfrom __future__ import annotations\nfrom dbwarden import database_config\nX = 1\n\n'
                    "database_config(\n    database_name='a',\n    default=True,\n)\n")


def test_removing(edited):
    after = edited("remove", database_name="primary")
    assert "primary" not in after and "# the shop itself" in after
    assert 'model_paths=["logs"], default=True)' in after
    assert edited("remove", database_name="logs") == FILE[:FILE.index("database_config(database_name='logs'")] + \
        "LAST = 1\n"
    assert edited("remove", database_name="x")["message"] == "Database 'x' not found."


def test_the_last_one_stays(project):
    project.put("dbwarden.py", "from dbwarden import database_config\ndatabase_config(database_name='a')\n")
    assert "Cannot remove the last database" in project.edit("remove", {"database_name": "a"})["error"]["message"]


def test_renaming_keeps_the_files_where_they_are(edited):
    after = edited("rename", database_name="logs", new_name="events")
    assert after == FILE.replace("database_name='logs'", "database_name='events'").replace(
        'model_paths=["logs"])', "model_paths=[\"logs\"], migrations_dir='migrations/logs')")
    assert "already exists" in edited("rename", database_name="logs", new_name="primary")["message"]


def test_a_name_that_is_an_expression_cannot_be_found(project):
    project.put("dbwarden.py", "N = 'a'\ndatabase_config(database_name=N)\ndatabase_config(database_name='b')\n")
    error = project.edit("default", {"database_name": "a"})["error"]
    assert "Use literals only." in error["hint"]
