"""The catalogue in words: what docs/events.md says is what the catalogue says."""

from gateway.events import CATALOGUE, CATEGORIES
from gateway.events.table import FieldRow, field_rows, render
from gateway.events.tickets import TicketUpdatedData


def test_every_type() -> None:
    """Each type has its line and its section, each category its heading."""
    text = render()
    for row in CATALOGUE.values():
        assert f"| [`{row.name}`](#{row.name.replace('.', '')}) |" in text
        assert f"\n### {row.name}\n" in text
    for category in CATEGORIES:
        assert f"`cstar.{category}`" in text
    assert "`crm.tickets`" in render("crm")


def test_field_rows() -> None:
    """A field is told by its path on the wire, its type in words, and how sure it is."""
    rows = list(field_rows(TicketUpdatedData))
    assert rows[0] == FieldRow("data.ticket", "object", "always")
    assert FieldRow("data.ticket.status", "string", "always") in rows
    assert FieldRow("data.ticket.resolved_at", "timestamp", "partial") in rows
    assert FieldRow("data.ticket.custom_fields", "any", "partial") in rows
    assert rows[-1] == FieldRow("data.changes", "object of `{from, to}`, by field name", "always")
