"""A project of Alembic with what real ones have: an enum, batches, rows, a branch with a label and its merge, Python, a view, a block
outside of transactions."""

import subprocess
import sys
from pathlib import Path

INI = """[alembic]
script_location = %(here)s/alembic
file_template = %%(rev)s_%%(slug)s
prepend_sys_path = .
sqlalchemy.url = {url}
"""

ENV = """import os
from alembic import context
from sqlalchemy import create_engine, pool
from models import Base

print("env.py says hello")
url = context.config.get_main_option("sqlalchemy.url")
if context.is_offline_mode():
    context.configure(url=url, target_metadata=Base.metadata, render_as_batch=True, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
"""

MODELS = """import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, mapped_column


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention={"ix": "ix_%(column_0_label)s", "pk": "pk_%(table_name)s",
                                              "uq": "uq_%(table_name)s_%(column_0_name)s",
                                              "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"})


class Member(Base):
    __tablename__ = "member"
    id = mapped_column(sa.Integer, primary_key=True)
    mail = mapped_column(sa.String(200), nullable=False, unique=True)
    kind = mapped_column(sa.Enum("free", "paid", name="member_kind"), nullable=False, server_default="free")
    full_name = mapped_column(sa.String(120), nullable=False, server_default="")


class Note(Base):
    __tablename__ = "note"
    id = mapped_column(sa.Integer, primary_key=True)
    member_id = mapped_column(sa.ForeignKey("member.id", ondelete="CASCADE"), nullable=False, index=True)
    title = mapped_column(sa.String(300), nullable=False)
    slug = mapped_column(sa.String(300))


class Label(Base):
    __tablename__ = "label"
    id = mapped_column(sa.Integer, primary_key=True)
    name = mapped_column(sa.String(50), nullable=False, unique=True)
"""

REVISIONS = [
    ("a1", "None", None, "initial schema", """
    op.create_table("member", sa.Column("id", sa.Integer(), nullable=False), sa.Column("mail", sa.String(200), nullable=False),
        sa.Column("nick", sa.String(40)),
        sa.Column("kind", sa.Enum("free", "paid", name="member_kind"), server_default="free", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")), sa.UniqueConstraint("mail", name=op.f("uq_member_mail")))
    op.create_table("note", sa.Column("id", sa.Integer(), nullable=False), sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_note_member_id_member"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")))
    op.create_index(op.f("ix_note_member_id"), "note", ["member_id"])""", """
    op.drop_table("note")
    op.drop_table("member")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP TYPE member_kind")"""),
    ("a2", "'a1'", None, "full name", """
    with op.batch_alter_table("member") as batch:
        batch.add_column(sa.Column("full_name", sa.String(120), server_default="", nullable=False))""", """
    with op.batch_alter_table("member") as batch:
        batch.drop_column("full_name")"""),
    ("a3", "'a2'", None, "rows", """
    op.execute("UPDATE member SET full_name = coalesce(nick, '') WHERE full_name = ''")
    t = sa.table("member", sa.column("mail", sa.String), sa.column("full_name", sa.String))
    op.bulk_insert(t, [{"mail": "root@x.org", "full_name": "Root; O'Neil"}, {"mail": "two@x.org", "full_name": "Two 100%: \\\\ yes"}])
    op.execute(t.update().where(t.c.mail == "two@x.org").values(full_name=sa.func.upper(t.c.full_name)))""", """
    op.execute("DELETE FROM member WHERE mail IN ('root@x.org', 'two@x.org')")"""),
    ("b1", "'a3'", "('labels',)", "labels", """
    op.create_table("label", sa.Column("id", sa.Integer(), nullable=False), sa.Column("name", sa.String(50), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label")), sa.UniqueConstraint("name", name=op.f("uq_label_name")))""", """
    op.drop_table("label")"""),
    ("c1", "'a3'", None, "drop nick", """
    with op.batch_alter_table("member") as batch:
        batch.drop_column("nick")
    with op.batch_alter_table("note") as batch:
        batch.add_column(sa.Column("slug", sa.String(300)))
        batch.alter_column("title", existing_type=sa.String(100), type_=sa.String(300), existing_nullable=False)""", """
    with op.batch_alter_table("note") as batch:
        batch.alter_column("title", existing_type=sa.String(300), type_=sa.String(100), existing_nullable=False)
        batch.drop_column("slug")
    with op.batch_alter_table("member") as batch:
        batch.add_column(sa.Column("nick", sa.String(40)))"""),
    ("d1", "('b1', 'c1')", None, "merge", """
    pass""", """
    pass"""),
    ("d2", "'d1'", None, "slugs", """
    bind = op.get_bind()
    for each, title in bind.execute(sa.text("SELECT id, title FROM note WHERE slug IS NULL")).all():
        bind.execute(sa.text("UPDATE note SET slug = :s WHERE id = :i"), {"s": "-".join(title.lower().split()), "i": each})""", """
    op.execute("UPDATE note SET slug = NULL")"""),
    ("d3", "'d2'", None, "view", """
    op.execute("CREATE VIEW paid AS SELECT id, mail FROM member WHERE kind = 'paid'")
    if op.get_context().dialect.name == "postgresql":
        with op.get_context().autocommit_block():
            op.execute("ALTER TYPE member_kind ADD VALUE IF NOT EXISTS 'trial'")""", """
    op.execute("DROP VIEW paid")"""),
]


def identifier(name):
    """Alembic takes a prefix of more than three letters for the whole."""
    return f"{name}00000000{name}"


def spelled(parents):
    for name in ("a1", "a2", "a3", "b1", "c1", "d1", "d2", "d3"):
        parents = parents.replace(f"'{name}'", f"'{identifier(name)}'")
    return parents


class AlembicProject:
    def __init__(self, folder, database):
        self.folder, self.database = Path(folder), database
        self.versions = self.folder / "alembic" / "versions"
        self.versions.mkdir(parents=True, exist_ok=True)
        url = database.alchemy.url.render_as_string(hide_password=False).replace("%", "%%")
        for name, text in (("alembic.ini", INI.format(url=url)), ("alembic/env.py", ENV), ("models.py", MODELS),
                           ("alembic/script.py.mako", "")):
            (self.folder / name).write_text(text)
        for revision, parents, labels, title, up, down in REVISIONS:
            self.revision(identifier(revision), spelled(parents), title, up, down, labels)

    def revision(self, name, parents, title, up, down, labels=None):
        text = (f'"""{title}"""\nimport sqlalchemy as sa\nfrom alembic import op\n\nrevision = "{name}"\ndown_revision = {parents}\n'
                f"branch_labels = {labels}\ndepends_on = None\n\n\ndef upgrade():{up}\n\n\ndef downgrade():{down}\n")
        (self.versions / f"{name}_{title.replace(' ', '_')}.py").write_text(text)

    def alembic(self, *args, status=0):
        done = subprocess.run([sys.executable, "-m", "alembic", *args], cwd=self.folder, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=300)
        assert done.returncode == status, f"alembic {args}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def heads(self):
        return sorted(row[0] for row in self.database.query("SELECT version_num FROM alembic_version"))
