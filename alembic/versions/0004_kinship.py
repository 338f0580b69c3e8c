"""events that may be one, or have been merged

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('kinship',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('other_id', sa.Integer(), nullable=False),
    sa.Column('log_odds', sa.Double(), nullable=True),
    sa.Column('found_at', models.UTCDateTime(), nullable=False),
    sa.Column('moved', sa.JSON(), nullable=True),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_kinship_event_id_event'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['other_id'], ['event.id'], name=op.f('fk_kinship_other_id_event'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kinship')),
    sa.UniqueConstraint('event_id', 'other_id', name=op.f('uq_kinship_event_id_other_id'))
    )
    with op.batch_alter_table('kinship', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_kinship_other_id'), ['other_id'], unique=False)


def downgrade() -> None:
    op.drop_table('kinship')
