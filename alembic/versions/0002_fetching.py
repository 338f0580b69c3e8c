"""feed health, revisions, turns among machines, hubs

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('host',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('free_at', models.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_host'))
    )
    op.create_table('push',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('feed_id', sa.Integer(), nullable=False),
    sa.Column('received_at', models.UTCDateTime(), nullable=False),
    sa.Column('content_type', sa.String(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['feed_id'], ['feed.id'], name=op.f('fk_push_feed_id_feed'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_push'))
    )
    with op.batch_alter_table('push', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_push_feed_id'), ['feed_id'], unique=False)

    op.create_table('revision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('replaced_at', models.UTCDateTime(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('text_from', sa.String(), nullable=True),
    sa.Column('material', sa.Boolean(), nullable=False),
    sa.Column('change', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['article_id'], ['article.id'], name=op.f('fk_revision_article_id_article'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revision'))
    )
    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_revision_article_id'), ['article_id'], unique=False)

    op.create_table('subscription',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('feed_id', sa.Integer(), nullable=False),
    sa.Column('hub', sa.String(), nullable=False),
    sa.Column('topic', sa.String(), nullable=False),
    sa.Column('token', sa.String(), nullable=False),
    sa.Column('secret', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('not_before', models.UTCDateTime(), nullable=False),
    sa.Column('lease_until', models.UTCDateTime(), nullable=True),
    sa.Column('last_push_at', models.UTCDateTime(), nullable=True),
    sa.Column('last_error', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['feed_id'], ['feed.id'], name=op.f('fk_subscription_feed_id_feed'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subscription')),
    sa.UniqueConstraint('feed_id', name=op.f('uq_subscription_feed_id')),
    sa.UniqueConstraint('token', name=op.f('uq_subscription_token'))
    )
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_subscription_not_before'), ['not_before'], unique=False)

    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.add_column(sa.Column('feed_id', sa.Integer(), nullable=True))
        batch_op.alter_column('topic_id',
               existing_type=sa.INTEGER(),
               nullable=True)
        batch_op.alter_column('event_id',
               existing_type=sa.INTEGER(),
               nullable=True)
        batch_op.create_index(batch_op.f('ix_alert_feed_id'), ['feed_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_alert_feed_id_feed'), 'feed', ['feed_id'], ['id'], ondelete='CASCADE')

    with op.batch_alter_table('article', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kills', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('revisions', sa.Integer(), nullable=False, server_default='0'))
        batch_op.create_index('ix_article_first_seen_at', ['first_seen_at'], unique=False)
        batch_op.drop_index('ix_article_due')
        batch_op.create_index('ix_article_due', ['host', 'not_before'], unique=False, sqlite_where=sa.text("state IN ('new', 'edited')"), postgresql_where=sa.text("state IN ('new', 'edited')"))

    with op.batch_alter_table('entry', schema=None) as batch_op:
        batch_op.add_column(sa.Column('guid', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('digest', sa.String(), nullable=False, server_default=''))
        batch_op.create_index('ix_entry_feed_id_guid', ['feed_id', 'guid'], unique=False)

    with op.batch_alter_table('feed', schema=None) as batch_op:
        batch_op.add_column(sa.Column('failing_since', models.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('items', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('kills', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('moved_to', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('moved_seen', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('rhythm', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('last_entry_at', models.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('lost_at', models.UTCDateTime(), nullable=True))



def downgrade() -> None:
    op.execute("UPDATE feed SET state = 'paused' WHERE state = 'retired'")
    with op.batch_alter_table('feed', schema=None) as batch_op:
        batch_op.drop_column('lost_at')
        batch_op.drop_column('last_entry_at')
        batch_op.drop_column('rhythm')
        batch_op.drop_column('moved_seen')
        batch_op.drop_column('moved_to')
        batch_op.drop_column('kills')
        batch_op.drop_column('items')
        batch_op.drop_column('failing_since')

    with op.batch_alter_table('entry', schema=None) as batch_op:
        batch_op.drop_index('ix_entry_feed_id_guid')
        batch_op.drop_column('digest')
        batch_op.drop_column('guid')

    op.execute("UPDATE article SET state = 'collected' WHERE state = 'edited'")
    op.execute("UPDATE article SET text_from = 'page' WHERE text_from = 'plain'")
    with op.batch_alter_table('article', schema=None) as batch_op:
        batch_op.drop_index('ix_article_due')
        batch_op.create_index('ix_article_due', ['host', 'not_before'], unique=False, sqlite_where=sa.text("state = 'new'"), postgresql_where=sa.text("state = 'new'"))
        batch_op.drop_index('ix_article_first_seen_at')
        batch_op.drop_column('revisions')
        batch_op.drop_column('kills')

    op.execute("DELETE FROM delivery WHERE alert_id IN (SELECT id FROM alert WHERE event_id IS NULL)")
    op.execute("DELETE FROM alert WHERE event_id IS NULL")
    with op.batch_alter_table('alert', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_alert_feed_id_feed'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_alert_feed_id'))
        batch_op.alter_column('event_id',
               existing_type=sa.INTEGER(),
               nullable=False)
        batch_op.alter_column('topic_id',
               existing_type=sa.INTEGER(),
               nullable=False)
        batch_op.drop_column('feed_id')

    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_subscription_not_before'))

    op.drop_table('subscription')
    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_revision_article_id'))

    op.drop_table('revision')
    with op.batch_alter_table('push', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_push_feed_id'))

    op.drop_table('push')
    op.drop_table('host')
