"""Entries of the journal: their form, which versions beside and after this one read."""

from gateway.idempotency.entry import ROW, Entry, Kind, decode_entry, encode_entry
from gateway.idempotency.identity import Identity
from gateway.idempotency.writing import pack

ENTRY = Entry(Kind.MARKS, b"w" * 8, 1_777_315_331.5, b"k" * 16 + b"d" * 8)


def test_the_form_on_the_wire_is_fixed() -> None:
    """An entry is a msgpack array of kind, writer, covered, rows and about, to the byte."""
    assert encode_entry(ENTRY) == (
        b"\x95"  # an array of five
        b"\x00"  # marks
        b"\xc4\x08wwwwwwww"
        b"\xcb\x41\xda\x7b\xeb\x80\xe0\x00\x00"
        b"\xc4\x18kkkkkkkkkkkkkkkkdddddddd"
        b"\xc4\x00"
    )


def test_what_is_written_is_read() -> None:
    """Every kind of entry comes back as it was."""
    for kind in Kind:
        entry = Entry(kind, b"writer00", 17.25, b"r" * ROW * 3, b"about000")
        assert decode_entry(encode_entry(entry)) == entry


def test_what_is_no_entry_is_passed_over() -> None:
    """Junk, kinds that a later version adds, and rows cut short are no entries."""
    assert decode_entry(b"") is None
    assert decode_entry(b"\xc1 junk") is None
    assert decode_entry(encode_entry(ENTRY).replace(b"\x95\x00", b"\x95\x63")) is None
    assert decode_entry(encode_entry(Entry(Kind.MARKS, b"w", 1.0, b"short"))) is None


def test_a_field_that_a_later_version_adds_does_no_harm() -> None:
    """An array with more than we know is read as far as we know it."""
    longer = encode_entry(ENTRY).replace(b"\x95", b"\x96", 1) + b"\x07"
    assert decode_entry(longer) == ENTRY


def test_identities_are_packed_key_and_data() -> None:
    """A row is the key and then the data digest."""
    rows = pack([Identity(b"a" * 16, b"b" * 8), Identity(b"c" * 16, b"d" * 8)])
    assert rows == b"a" * 16 + b"b" * 8 + b"c" * 16 + b"d" * 8
