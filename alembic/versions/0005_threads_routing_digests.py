"""threads, routing, digests

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('digest',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('topic_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('since', models.UTCDateTime(), nullable=False),
    sa.Column('due_at', models.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['topic_id'], ['topic.id'], name=op.f('fk_digest_topic_id_topic'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_digest')),
    sa.UniqueConstraint('topic_id', 'channel', name=op.f('uq_digest_topic_id_channel'))
    )
    with op.batch_alter_table('digest', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_digest_due_at'), ['due_at'], unique=False)

    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.add_column(sa.Column('queued_at', models.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('receipt', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('carried_by', sa.Integer(), nullable=True))
        batch_op.create_index('ix_delivery_held', ['not_before'], unique=False, sqlite_where=sa.text("state = 'held'"), postgresql_where=sa.text("state = 'held'"))
        batch_op.create_foreign_key(batch_op.f('fk_delivery_carried_by_delivery'), 'delivery', ['carried_by'], ['id'], ondelete='SET NULL')

    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('update_due_at', models.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('muted_until', models.UTCDateTime(), nullable=True))
        batch_op.create_index(batch_op.f('ix_event_update_due_at'), ['update_due_at'], unique=False)

    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.add_column(sa.Column('correction', sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table('topic', schema=None) as batch_op:
        batch_op.add_column(sa.Column('routing', sa.JSON(), server_default='{}', nullable=False))
        batch_op.add_column(sa.Column('muted_until', models.UTCDateTime(), nullable=True))


def downgrade() -> None:
    op.execute("UPDATE delivery SET state = 'pending' WHERE state = 'held'")
    op.execute("UPDATE delivery SET state = 'sent' WHERE state = 'carried'")
    with op.batch_alter_table('topic', schema=None) as batch_op:
        batch_op.drop_column('muted_until')
        batch_op.drop_column('routing')

    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.drop_column('correction')

    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_event_update_due_at'))
        batch_op.drop_column('muted_until')
        batch_op.drop_column('update_due_at')

    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_delivery_carried_by_delivery'), type_='foreignkey')
        batch_op.drop_index('ix_delivery_held', sqlite_where=sa.text("state = 'held'"), postgresql_where=sa.text("state = 'held'"))
        batch_op.drop_column('carried_by')
        batch_op.drop_column('receipt')
        batch_op.drop_column('queued_at')

    with op.batch_alter_table('digest', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_digest_due_at'))

    op.drop_table('digest')
