"""how widely an event is reported is kept with it

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

COUNTS = ("matches", "outlets", "originals")


def upgrade() -> None:
    for name in COUNTS:
        op.add_column('event', sa.Column(name, sa.Integer(), server_default='0', nullable=False))
    # As `standing.standings` counts.
    told = (
        "FROM judgement JOIN article ON article.id = judgement.article_id"
        " WHERE judgement.event_id = event.id AND judgement.seed IS NULL"
    )
    own = "count(DISTINCT CASE WHEN judgement.copy_of_id IS NULL THEN article.source END)"
    op.execute(
        f"UPDATE event SET matches = (SELECT count(*) {told}),"
        f" outlets = (SELECT count(DISTINCT article.source) {told}),"
        f" originals = (SELECT CASE WHEN {own} > 1 THEN {own} ELSE 1 END {told})"
        " WHERE newest_at IS NOT NULL"
    )


def downgrade() -> None:
    with op.batch_alter_table('event') as batch_op:
        for name in COUNTS:
            batch_op.drop_column(name)
