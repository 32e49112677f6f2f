"""adopt and eject with changelogs of Liquibase that are XML, YAML or several files; what its 4.33 recorded and sent is written down here."""

import sys

import pytest

HISTORY = ("CREATE TABLE DATABASECHANGELOG (ID VARCHAR(255) NOT NULL, AUTHOR VARCHAR(255) NOT NULL, FILENAME VARCHAR(255) NOT NULL,"
           " DATEEXECUTED TEXT NOT NULL, ORDEREXECUTED INTEGER NOT NULL, EXECTYPE VARCHAR(10) NOT NULL, MD5SUM VARCHAR(35), DESCRIPTION"
           " VARCHAR(255), COMMENTS VARCHAR(255), TAG VARCHAR(255), LIQUIBASE VARCHAR(20), CONTEXTS VARCHAR(255), LABELS VARCHAR(255),"
           " DEPLOYMENT_ID VARCHAR(10))")
LOCK = ("CREATE TABLE DATABASECHANGELOGLOCK (ID INTEGER NOT NULL, LOCKED BOOLEAN NOT NULL, LOCKGRANTED TEXT, LOCKEDBY VARCHAR(255),"
        " CONSTRAINT PK_DATABASECHANGELOGLOCK PRIMARY KEY (ID))")
MASTER = """<?xml version="1.0" encoding="UTF-8"?>
<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.liquibase.org/xml/ns/dbchangelog http://www.liquibase.org/xml/ns/dbchangelog/dbchangelog-latest.xsd">
  <include file="db/changelog/people.yaml"/>
  <include file="rows.sql" relativeToChangelogFile="true"/>
  <changeSet id="post" author="ann"><comment>posts</comment>
    <createTable tableName="post" remarks="texts">
      <column name="id" type="int" autoIncrement="true"><constraints primaryKey="true" nullable="false"/></column>
      <column name="person_id" type="int"><constraints foreignKeyName="fk_person" references="person(id)" deleteCascade="true"/></column>
      <column name="title" type="varchar(80)" defaultValue="it's &lt;b&gt;"/>
    </createTable>
    <createIndex indexName="ix_person" tableName="post" unique="true"><column name="person_id"/><column name="title" descending="true"/></createIndex>
    <sql>UPDATE person SET name = 'x;y' WHERE id = 1;
DELETE FROM person WHERE id = 9</sql>
    <rollback>DROP TABLE post</rollback>
  </changeSet>
</databaseChangeLog>
"""
PEOPLE = """databaseChangeLog:
  - changeSet:
      id: 1
      author: ann
      changes:
        - createTable:
            tableName: person
            columns:
              - column: {name: id, type: bigint, constraints: {primaryKey: true, nullable: false}}
              - column:
                  name: name
                  type: varchar(100)
                  constraints: {nullable: false, unique: true, uniqueConstraintName: uq_name}
              - column: {name: active, type: boolean, defaultValueBoolean: true}
              - column: {name: born, type: datetime, defaultValueComputed: CURRENT_TIMESTAMP}
  - changeSet:
      id: 2
      author: ann
      dbms: mysql
      changes:
        - dropTable: {tableName: person}
  - changeSet:
      id: 3
      author: ann
      changes:
        - addColumn:
            tableName: person
            columns:
              - column: {name: nick, type: varchar(20), value: none}
        - insert:
            tableName: person
            columns:
              - column: {name: id, valueNumeric: 1}
              - column: {name: name, value: Ann}
              - column: {name: active, valueBoolean: false}
"""
ROWS = """--liquibase formatted sql

-- changeset "ann lee":"two rows" endDelimiter:/
INSERT INTO person (id, name) VALUES (2, 'a;b')
/
INSERT INTO person (id, name) VALUES (3, '-- c')
/
--rollback DELETE FROM person WHERE id IN (2, 3)
"""
# What the tool sends to SQLite for the changesets above.
MADE = ["CREATE TABLE person (id BIGINT NOT NULL, name VARCHAR(100) NOT NULL, active BOOLEAN DEFAULT 1, born TEXT DEFAULT CURRENT_TIMESTAMP,"
        " CONSTRAINT PK_PERSON PRIMARY KEY (id), CONSTRAINT uq_name UNIQUE (name))",
        "ALTER TABLE person ADD nick VARCHAR(20)", "UPDATE person SET nick = 'none'",
        "INSERT INTO person (id, name, active) VALUES (1, 'Ann', 0)"]


@pytest.fixture
def lite(lite):
    lite.migrations.rmdir()
    lite.python = sys.executable
    lite.folder_of = "src/main/resources/db/changelog"
    return lite


def write(lite, **files):
    for name, text in files.items():
        lite.write(f"{lite.folder_of}/{name.replace('_', '.')}", text)


def applied(lite, *changesets, prefix="db/changelog/"):
    lite.database.run(HISTORY)
    lite.database.run(LOCK)
    for at, (file, identifier, author) in enumerate(changesets, 1):
        lite.database.run("INSERT INTO DATABASECHANGELOG (ID, AUTHOR, FILENAME, DATEEXECUTED, ORDEREXECUTED, EXECTYPE, MD5SUM) VALUES"
                          f" ('{identifier}', '{author}', '{prefix}{file}', '2026-01-01 10:00:0{at}', {at}, 'EXECUTED', '9:0')")


def test_several_files(lite):
    write(lite, master_xml=MASTER, people_yaml=PEOPLE, rows_sql=ROWS)
    applied(lite, ("people.yaml", "1", "ann"), ("people.yaml", "3", "ann"))
    for sql in MADE:
        lite.database.run(sql)
    taken = lite.ok("adopt", "--json").json
    assert (taken["tool"], taken["applied"], taken["differences"]) == ("liquibase", 2, [])
    assert [each["id"] for each in taken["files"]] == ["people.yaml::1::ann", "people.yaml::3::ann", "rows.sql::two rows::ann lee",
                                                       "master.xml::post::ann"]
    assert lite.statuses() == {"0001": "applied", "0002": "applied", "0003": "pending", "0004": "pending"}
    lite.ok("migrate")
    assert lite.database.query("SELECT id, name, nick FROM person ORDER BY id") == [(1, "x;y", None), (2, "a;b", None), (3, "-- c", None)]
    shape = dict(lite.database.query("SELECT name, sql FROM sqlite_master"))
    assert shape["post"] == (
        "CREATE TABLE post (id INTEGER CONSTRAINT PK_POST PRIMARY KEY AUTOINCREMENT NOT NULL, person_id INTEGER, title VARCHAR(80) DEFAULT"
        " 'it''s <b>', CONSTRAINT fk_person FOREIGN KEY (person_id) REFERENCES person(id) ON DELETE CASCADE)")
    assert shape["ix_person"] == "CREATE UNIQUE INDEX ix_person ON post (person_id, title DESC)"
    lite.migration("0005", "more", "CREATE TABLE more (id integer PRIMARY KEY);", "DROP TABLE more;")
    lite.ok("migrate")
    lite.ok("eject", lite.folder_of, "--to", "liquibase")
    assert lite.database.query("SELECT ID, AUTHOR, FILENAME, EXECTYPE, MD5SUM FROM DATABASECHANGELOG ORDER BY ORDEREXECUTED")[2:] == [
        ("two rows", "ann lee", "db/changelog/rows.sql", "EXECUTED", None), ("post", "ann", "db/changelog/master.xml", "EXECUTED", None),
        ("0001_more", "dbwarden", "db/changelog/0001_more.sql", "EXECUTED", None)]
    folder = lite.folder / lite.folder_of
    assert (folder / "0001_more.sql").read_text() == (
        '--liquibase formatted sql\n\n--changeset "dbwarden":"0001_more"\nCREATE TABLE more (id integer PRIMARY KEY);\n'
        "/* liquibase rollback\nDROP TABLE more;\n*/\n")
    assert '</changeSet>\n  <include file="0001_more.sql" relativeToChangelogFile="true"/>\n</databaseChangeLog>' in (folder / "master.xml").read_text()
    for _ in range(2):  # and back
        lite.ok("rollback")
    assert lite.database.has("post") is False
    lite.ok("rollback")
    assert lite.database.query("SELECT count(*) FROM person") == [(1,)]


def test_every_file_of_a_folder(lite):
    """includeAll, and a new file that it finds by itself."""
    lite.folder_of = "db/changelog"
    write(lite, **{"master.yaml": "databaseChangeLog:\n- includeAll:\n    path: changes\n    relativeToChangelogFile: true\n"})
    for n in (1, 2):
        lite.write(f"db/changelog/changes/{n:03}.sql", f"--liquibase formatted sql\n--changeset ann:{n}\nCREATE TABLE t{n} (id int);\n")
    lite.write("db/changelog/changes/003-plain.sql", "CREATE TABLE t3 (id int);\n")
    applied(lite, ("changes/001.sql", "1", "ann"), ("changes/002.sql", "2", "ann"), prefix="")
    for n in (1, 2):
        lite.database.run(f"CREATE TABLE t{n} (id int)")
    lite.ok("adopt")
    lite.migration("0004", "t4", "CREATE TABLE t4 (id int);", "DROP TABLE t4;")
    lite.ok("migrate")
    lite.ok("eject", "db/changelog", "--to", "liquibase")
    assert lite.database.query("SELECT ID, AUTHOR, FILENAME FROM DATABASECHANGELOG ORDER BY ORDEREXECUTED")[2:] == [
        ("raw", "includeAll", "changes/003-plain.sql"), ("004_t4", "dbwarden", "changes/004_t4.sql")]
    lite.ok("eject", "fresh", "--to", "liquibase")
    text = (lite.folder / "fresh" / "changelog.sql").read_text()
    assert '--changeset "ann":"2" logicalFilePath:changes/002.sql\n' in text and '--changeset "dbwarden":"0001_t4"\n' in text


def changes(text):
    return ('<databaseChangeLog><changeSet id="1" author="a">' + text + "</changeSet></databaseChangeLog>").replace("><", ">\n<")


@pytest.mark.parametrize("text, said", [
    (changes('<loadData tableName="t" file="x.csv"/>'), "master.xml:3: loadData cannot be converted: this change is not known"),
    (changes('<dropTable tableName="t" purge="yes"/>'), 'master.xml:3: dropTable cannot be converted: purge="yes" is not known here'),
    (changes("<sql>SELECT ${x}</sql>"), "its sql has placeholders"),
    (changes('<addNotNullConstraint tableName="t" columnName="c"/>'), "the tool cannot do it on SQLite"),
    (changes('<createIndex indexName="i" tableName="t"/>'), "it lists no columns"),
    (changes('<sqlFile path="none.sql"/>'), "there is no file none.sql"),
    (changes("").replace("changeSet id", 'changeSet runOnChange="true" id'), 'runOnChange="true" is not known here'),
    (changes("").replace("databaseChangeLog>", "databaseChangeLog"), "it is not XML"),
    ('<databaseChangeLog><include file="master.xml"/></databaseChangeLog>', "it includes itself"),
    ('<databaseChangeLog><include file="other.xml"/></databaseChangeLog>', "there is no file other.xml"),
    ('<!DOCTYPE x [<!ENTITY e "e">]><databaseChangeLog/>', "an entity is declared"),
])
def test_what_is_not_known(lite, text, said):
    write(lite, master_xml=text)
    lite.database.run("CREATE TABLE t (c int)")
    outcome = lite.run("adopt")
    assert outcome.status != 0 and said in outcome.err and not lite.migrations.exists(), outcome


@pytest.mark.parametrize("text, said", [
    ("--changeset a:1 runOnChange:true\nSELECT 1;", "changelog.sql:2: a changeset cannot be converted: runOnChange:true is not known"),
    ("--changeset 1\nSELECT 1;", "it is not called author:id"),
    ("--changeset a:1\nSELECT ${x};", "it has placeholders"),
    ("--changeset a:1\nSELECT 1;\n--rollback changesetId:2", "its way back is another changeset"),
    ("--changeset a:1\nSELECT 1;\n--changeset a:1\nSELECT 2;", "two files have the version changelog.sql::1::a"),
    ("SELECT 1;", "no migrations of Liquibase"),
])
def test_what_is_not_known_in_sql(lite, text, said):
    write(lite, changelog_sql="--liquibase formatted sql\n" + text + "\n")
    lite.database.run("CREATE TABLE t (c int)")
    outcome = lite.run("adopt")
    assert outcome.status != 0 and said in outcome.err and not lite.migrations.exists(), outcome


def test_history_that_contradicts(lite):
    write(lite, changelog_sql="--liquibase formatted sql\n--changeset a:1\nCREATE TABLE t (c int);\n--changeset a:2\nCREATE TABLE u (c int);\n")
    write(lite, other_xml="<databaseChangeLog/>")
    lite.database.run("CREATE TABLE u (c int)")
    assert "none of the changelogs" in lite.run("adopt").err
    (lite.folder / lite.folder_of / "other.xml").unlink()
    applied(lite, ("changelog.sql", "2", "a"))
    assert "changelog.sql::1::a has not been run" in lite.run("adopt").err
    lite.database.run("UPDATE DATABASECHANGELOG SET ID = '7'")
    assert "no file in" in (err := lite.run("adopt").err) and "changelog.sql::7::a" in err
