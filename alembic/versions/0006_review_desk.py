"""the review desk: full text, corrections, saved searches, logins

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlite3

import sqlalchemy as sa
from alembic import op

import models

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

# What a search reads.  SQLite keeps its index in tables of its own, which triggers bring up to
# date; Postgres keeps each article's words in a column, which looks after itself, and indexes that.
# Both know an article by the stems of its words.
FTS = """
CREATE VIRTUAL TABLE article_fts USING fts5(
  title, text, content='article', content_rowid='id',
  tokenize='porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER article_fts_insert AFTER INSERT ON article BEGIN
  INSERT INTO article_fts(rowid, title, text) VALUES (new.id, new.title, new.text);
END;
CREATE TRIGGER article_fts_delete AFTER DELETE ON article BEGIN
  INSERT INTO article_fts(article_fts, rowid, title, text)
    VALUES ('delete', old.id, old.title, old.text);
END;
CREATE TRIGGER article_fts_update AFTER UPDATE OF title, text ON article BEGIN
  INSERT INTO article_fts(article_fts, rowid, title, text)
    VALUES ('delete', old.id, old.title, old.text);
  INSERT INTO article_fts(rowid, title, text) VALUES (new.id, new.title, new.text);
END;
INSERT INTO article_fts(article_fts) VALUES ('rebuild');
"""
SEARCH = """
ALTER TABLE article ADD COLUMN search tsvector GENERATED ALWAYS AS (
  to_tsvector('english', left(title || ' ' || coalesce(text, ''), 100000))
) STORED
"""


def upgrade() -> None:
    op.create_table('login',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('password', sa.String(), nullable=False),
    sa.Column('created_at', models.UTCDateTime(), nullable=False),
    sa.Column('expires_at', models.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_login')),
    sa.UniqueConstraint('token', name=op.f('uq_login_token'))
    )
    with op.batch_alter_table('login', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_login_expires_at'), ['expires_at'], unique=False)

    op.create_table('saved_search',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('filter', sa.JSON(), nullable=False),
    sa.Column('created_at', models.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_search')),
    sa.UniqueConstraint('name', name=op.f('uq_saved_search_name'))
    )
    op.create_table('action',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('topic_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('done_at', models.UTCDateTime(), nullable=False),
    sa.Column('undone_at', models.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['topic_id'], ['topic.id'], name=op.f('fk_action_topic_id_topic'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_action'))
    )
    with op.batch_alter_table('action', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_action_topic_id'), ['topic_id'], unique=False)

    op.create_table('outage',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('feed_id', sa.Integer(), nullable=False),
    sa.Column('began_at', models.UTCDateTime(), nullable=False),
    sa.Column('ended_at', models.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['feed_id'], ['feed.id'], name=op.f('fk_outage_feed_id_feed'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outage'))
    )
    with op.batch_alter_table('outage', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outage_ended_at'), ['ended_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_outage_feed_id'), ['feed_id'], unique=False)

    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('named', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('newest_at', models.UTCDateTime(), nullable=True))
        batch_op.create_index(batch_op.f('ix_event_newest_at'), ['newest_at'], unique=False)
        batch_op.create_index('ix_event_topic_id_newest_at', ['topic_id', 'newest_at'], unique=False)

    with op.batch_alter_table('feed', schema=None) as batch_op:
        batch_op.add_column(sa.Column('value', sa.JSON(), nullable=True))

    with op.batch_alter_table('judgement', schema=None) as batch_op:
        batch_op.add_column(sa.Column('told_at', models.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('quiet', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('drawn', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.drop_index(batch_op.f('ix_judgement_event_id'))
        batch_op.create_index('ix_judgement_event_id_told_at', ['event_id', 'told_at'], unique=False)
        batch_op.create_index('ix_judgement_seeds', ['topic_id'], unique=False, sqlite_where=sa.text('seed IS NOT NULL'), postgresql_where=sa.text('seed IS NOT NULL'))
        batch_op.create_index('ix_judgement_labelled', ['topic_id', 'label'], unique=False, sqlite_where=sa.text('label IS NOT NULL'), postgresql_where=sa.text('label IS NOT NULL'))
        batch_op.create_index('ix_judgement_told', ['topic_id', 'told_at', 'event_id'], unique=False, sqlite_where=sa.text('event_id IS NOT NULL AND seed IS NULL'), postgresql_where=sa.text('event_id IS NOT NULL AND seed IS NULL'))
        batch_op.create_index('ix_judgement_judged', ['topic_id', 'told_at'], unique=False, sqlite_where=sa.text('seed IS NULL AND model_id IS NOT NULL'), postgresql_where=sa.text('seed IS NULL AND model_id IS NOT NULL'))
        batch_op.create_index('ix_judgement_judged_at', ['told_at'], unique=False, sqlite_where=sa.text('seed IS NULL AND model_id IS NOT NULL'), postgresql_where=sa.text('seed IS NULL AND model_id IS NOT NULL'))
        batch_op.create_index('ix_judgement_told_at', ['told_at'], unique=False, sqlite_where=sa.text('event_id IS NOT NULL AND seed IS NULL'), postgresql_where=sa.text('event_id IS NOT NULL AND seed IS NULL'))

    with op.batch_alter_table('kinship', schema=None) as batch_op:
        batch_op.add_column(sa.Column('apart', sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table('topic', schema=None) as batch_op:
        batch_op.add_column(sa.Column('overrides', sa.JSON(), server_default='{}', nullable=False))

    _tell_when()
    _index_words()
    op.create_index('ix_article_outlet', 'article', [sa.text('lower(source)')], unique=False)


def _tell_when() -> None:
    op.execute(
        "UPDATE judgement SET told_at = coalesce((SELECT published FROM article"
        " WHERE article.id = judgement.article_id), judged_at) WHERE judged_at IS NOT NULL"
    )
    op.execute(
        "UPDATE event SET newest_at = (SELECT max(told_at) FROM judgement"
        " WHERE judgement.event_id = event.id AND judgement.seed IS NULL)"
    )


def _index_words() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(SEARCH)
        op.create_index("ix_article_fts", "article", ["search"], postgresql_using="gin")
        return
    statement = ""
    for line in FTS.strip().splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            op.execute(statement)
            statement = ""


def downgrade() -> None:
    op.drop_index('ix_article_outlet', 'article')
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_article_fts", "article")
        op.drop_column("article", "search")
    else:
        for event in ("insert", "delete", "update"):
            op.execute(f"DROP TRIGGER article_fts_{event}")
        op.execute("DROP TABLE article_fts")
    with op.batch_alter_table('topic', schema=None) as batch_op:
        batch_op.drop_column('overrides')

    with op.batch_alter_table('kinship', schema=None) as batch_op:
        batch_op.drop_column('apart')

    with op.batch_alter_table('judgement', schema=None) as batch_op:
        batch_op.drop_index('ix_judgement_judged_at', sqlite_where=sa.text('seed IS NULL AND model_id IS NOT NULL'), postgresql_where=sa.text('seed IS NULL AND model_id IS NOT NULL'))
        batch_op.drop_index('ix_judgement_judged', sqlite_where=sa.text('seed IS NULL AND model_id IS NOT NULL'), postgresql_where=sa.text('seed IS NULL AND model_id IS NOT NULL'))
        batch_op.drop_index('ix_judgement_told_at', sqlite_where=sa.text('event_id IS NOT NULL AND seed IS NULL'), postgresql_where=sa.text('event_id IS NOT NULL AND seed IS NULL'))
        batch_op.drop_index('ix_judgement_told', sqlite_where=sa.text('event_id IS NOT NULL AND seed IS NULL'), postgresql_where=sa.text('event_id IS NOT NULL AND seed IS NULL'))
        batch_op.drop_index('ix_judgement_labelled', sqlite_where=sa.text('label IS NOT NULL'), postgresql_where=sa.text('label IS NOT NULL'))
        batch_op.drop_index('ix_judgement_seeds', sqlite_where=sa.text('seed IS NOT NULL'), postgresql_where=sa.text('seed IS NOT NULL'))
        batch_op.drop_index('ix_judgement_event_id_told_at')
        batch_op.create_index(batch_op.f('ix_judgement_event_id'), ['event_id'], unique=False)
        batch_op.drop_column('drawn')
        batch_op.drop_column('quiet')
        batch_op.drop_column('told_at')

    with op.batch_alter_table('feed', schema=None) as batch_op:
        batch_op.drop_column('value')

    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_index('ix_event_topic_id_newest_at')
        batch_op.drop_index(batch_op.f('ix_event_newest_at'))
        batch_op.drop_column('newest_at')
        batch_op.drop_column('named')

    with op.batch_alter_table('outage', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outage_feed_id'))
        batch_op.drop_index(batch_op.f('ix_outage_ended_at'))

    op.drop_table('outage')
    with op.batch_alter_table('action', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_action_topic_id'))

    op.drop_table('action')
    op.drop_table('saved_search')
    with op.batch_alter_table('login', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_login_expires_at'))

    op.drop_table('login')
