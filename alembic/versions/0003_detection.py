"""alarms, probability and novelty of a match

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import models

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('alarmed_at', models.UTCDateTime(), nullable=True))
    # Each has been alerted, or was told by a seed, when it opened; undated ones too.
    op.execute(
        "UPDATE event SET alarmed_at = COALESCE("
        "opened_at, (SELECT created_at FROM topic WHERE topic.id = event.topic_id))"
    )

    with op.batch_alter_table('judgement', schema=None) as batch_op:
        batch_op.add_column(sa.Column('probability', sa.Double(), nullable=True))
        batch_op.add_column(sa.Column('neighbours', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('alarm', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('weighed', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('novelty', sa.JSON(), nullable=True))
        batch_op.create_index('ix_judgement_recent', ['topic_id', 'judged_at'], unique=False)

    with op.batch_alter_table('model', schema=None) as batch_op:
        batch_op.add_column(sa.Column('matches_a_day', sa.Double(), nullable=True))
        batch_op.add_column(sa.Column('format', sa.Integer(), nullable=False, server_default='1'))

    with op.batch_alter_table('topic', schema=None) as batch_op:
        batch_op.add_column(sa.Column('fit_answered', sa.Integer(), nullable=False, server_default='0'))
    # Models of the earlier format cannot be read any more.
    op.execute("UPDATE topic SET fit_due_at = created_at, fit_asked = fit_asked + 1")


def downgrade() -> None:
    op.execute("UPDATE topic SET fit_due_at = created_at, fit_asked = fit_asked + 1")
    with op.batch_alter_table('topic', schema=None) as batch_op:
        batch_op.drop_column('fit_answered')

    with op.batch_alter_table('model', schema=None) as batch_op:
        batch_op.drop_column('format')
        batch_op.drop_column('matches_a_day')

    with op.batch_alter_table('judgement', schema=None) as batch_op:
        batch_op.drop_index('ix_judgement_recent')
        batch_op.drop_column('novelty')
        batch_op.drop_column('weighed')
        batch_op.drop_column('alarm')
        batch_op.drop_column('neighbours')
        batch_op.drop_column('probability')

    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_column('alarmed_at')
