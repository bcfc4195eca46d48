"""Find by one row of an index whether somebody signed in from a network before.

Revision: 0022, after 0021
"""

from __future__ import annotations

import ipaddress

import sqlalchemy as sa

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

EVENTS = sa.table(
    "security_events",
    sa.column("id", sa.Uuid()),
    sa.column("address", sa.String()),
    sa.column("network", sa.String()),
)


def upgrade() -> None:
    """Apply."""
    # Without a value for a process of the version before, which may still be at work.
    op.add_column("security_events", sa.Column("network", sa.String(45), nullable=True))
    connection = op.get_bind()
    connection.execute(EVENTS.update().values(network=EVENTS.c.address))
    of_ipv6 = connection.execute(
        sa.select(EVENTS.c.id, EVENTS.c.address).where(EVENTS.c.address.contains(":"))
    ).all()
    networks = [{"event_id": row.id, "found": _network(row.address)} for row in of_ipv6]
    if networks:
        connection.execute(
            EVENTS.update()
            .where(EVENTS.c.id == sa.bindparam("event_id"))
            .values(network=sa.bindparam("found")),
            networks,
        )
    op.create_index("ix_security_events_network", "security_events", ["user_id", "kind", "network"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_security_events_network", "security_events")
    op.drop_column("security_events", "network")


def _network(address: str) -> str:
    """As the program of this revision writes it."""
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
