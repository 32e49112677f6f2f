"""What a database URL says after the question mark: nothing of it is passed over without a word, encryption least of all."""

import uuid

import pytest
from support.engines import EngineProject, created

TYPO = {"sqlite": ("timout=2", "timeout"), "postgresql": ("sslmod=require", "sslmode"), "mysql": ("ssl_mod=REQUIRED", "ssl_mode"),
        "mariadb": ("sslmode=REQUIRED", "ssl_mode")}


@pytest.fixture
def mysql(tmp_path, servers):
    database, drop = created("mysql", servers, tmp_path / "project")
    yield EngineProject(tmp_path / "project", database)
    drop()


def with_options(project, options):
    return ("--url", f"{project.database.url}?{options}", "--migrations-dir", "migrations/primary")


def test_unknown(any_project):
    """One that is nearly another is a mistake; any other may be of the application's own driver."""
    any_project.table("0001", "t")
    typo, meant = TYPO[any_project.engine]
    shown = any_project.run(*with_options(any_project, typo), "migrate")
    assert shown.status == 1 and f"hint: Did you mean {meant}?" in shown.err, shown
    assert f"{typo.split('=')[0]} in the database URL is not an option of " in shown.err
    assert any_project.database.tables() == []
    shown = any_project.ok(*with_options(any_project, "of_my_driver=1"), "migrate")
    assert shown.err.count("warning: of_my_driver in the database URL") == 1 and any_project.database.tables() == ["t"]


CIPHER = ("CREATE TABLE tls (cipher varchar(80));\nINSERT INTO tls SELECT VARIABLE_VALUE FROM performance_schema.session_status"
          " WHERE VARIABLE_NAME = 'Ssl_cipher';")


@pytest.mark.parametrize("options, encrypted", [
    ("ssl_mode=REQUIRED", True), ("ssl-mode=required", True), ("ssl=true", True), ("ssl_disabled=false", True), ("ssl=0", False),
    ("ssl_mode=DISABLED", False), ("sslaccept=accept_invalid_certs", True), ('ssl=%7B"rejectUnauthorized":false%7D', True), ("ssl_mode=VERIFY_CA&ssl_ca={folder}ca.pem", True)])
def test_encryption(mysql, options, encrypted):
    mysql.migration("0001", "tls", CIPHER, "DROP TABLE tls;")
    folder = mysql.database.value("SELECT @@datadir")
    mysql.ok(*with_options(mysql, options.format(folder=folder)), "migrate")
    assert bool(mysql.database.value("SELECT cipher FROM tls")) == encrypted


@pytest.mark.parametrize("options, status, said", [
    ("ssl_mode=ALWAYS", 1, "It is one of DISABLED, PREFERRED, REQUIRED, VERIFY_CA and VERIFY_IDENTITY."),
    ("sslaccept=often", 1, "It is one of strict and accept_invalid_certs."),
    ("sslaccept=strict", 5, "hint: It is about TLS: see ssl_mode, ssl_ca"),
    ("ssl_verify_cert=perhaps", 1, "It is one of true and false."),
    ("ssl_mode=VERIFY_CA", 1, "Give ssl_ca (a file) or ssl_capath"),
    ("ssl_mode=VERIFY_IDENTITY", 5, "hint: It is about TLS: see ssl_mode, ssl_ca"),
    ("ssl_mode=VERIFY_IDENTITY&ssl_ca={folder}ca.pem", 5, "hint: It is about TLS: see ssl_mode, ssl_ca"),
    ("ssl_mode=REQUIRED&ssl_ca=/nowhere.pem", 5, "hint: It is about TLS: see ssl_mode, ssl_ca"),
])
def test_encryption_that_cannot_be(mysql, options, status, said):
    """Never without it instead."""
    mysql.table("0001", "t")
    folder = mysql.database.value("SELECT @@datadir")
    shown = mysql.run(*with_options(mysql, options.format(folder=folder)), "migrate")
    assert (shown.status, said in shown.err) == (status, True), shown
    assert mysql.database.tables() == []


def test_reader_endpoint(mysql):
    mysql.table("0001", "t")
    shown = mysql.run(*with_options(mysql, "init_command=SET%20SESSION%20TRANSACTION%20READ%20ONLY"), "migrate")
    assert shown.status == 1 and "hint: The connection is read-only: it leads to a replica" in shown.err, shown


@pytest.mark.parametrize("scheme", ["mysql+auroradataapi", "postgresql+auroradataapi"])
def test_service_without_sessions(project, scheme):
    shown = project.run("--url", f"{scheme}://:@/app", "--migrations-dir", "migrations/primary", "migrate")
    assert shown.status == 1 and f"{scheme} is Aurora's Data API, which has no sessions to migrate in" in shown.err, shown
    assert "hint: Name the endpoint of the cluster" in shown.err


def test_character_set_of_the_application(mysql):
    """Files are UTF-8, whatever the application's connections speak."""
    mysql.migration("0001", "t", "CREATE TABLE t (a varchar(9) CHARACTER SET utf8mb4);\nINSERT INTO t VALUES ('ä€😀');", "DROP TABLE t;")
    mysql.ok(*with_options(mysql, "charset=latin1"), "migrate")
    assert mysql.database.value("SELECT HEX(a) FROM t") == "C3A4E282ACF09F9880"


@pytest.mark.parametrize("options", ["sql_mode=ANSI_QUOTES", "init_command=SET%20sql_mode='ANSI_QUOTES'"])
def test_settings_of_the_session(mysql, options):
    mysql.migration("0001", "t", 'CREATE TABLE "t" ("a" int);', "DROP TABLE t;")
    mysql.migration("0002", "u", 'CREATE TABLE "u" ("a" int);', "DROP TABLE u;")
    mysql.ok(*with_options(mysql, options), "migrate")
    assert mysql.database.tables() == ["t", "u"]


@pytest.mark.parametrize("options", ["ssl_mode=REQUIRED", "ssl=true"])
def test_backup_is_encrypted_too(mysql, options):
    """By another program, for a user whom the server refuses without encryption."""
    user = f"u{uuid.uuid4().hex[:8]}"
    mysql.database.run(f"CREATE USER {user} IDENTIFIED BY 'x' REQUIRE SSL")
    try:
        mysql.database.run(f"GRANT ALL ON *.* TO {user}")
        mysql.table("0001", "t")
        url = mysql.database.url.replace("//test:test@", f"//{user}:x@")
        words = ("--migrations-dir", "migrations/primary", "migrate", "--with-backup")
        assert mysql.run("--url", url, *words).status == 5
        mysql.ok("--url", f"{url}?{options}", *words)
        assert "-- Dump completed" in next((mysql.folder / "backups").glob("*.sql")).read_text()
    finally:
        mysql.database.run(f"DROP USER {user}")
