"""Token: read anew for each connection, and never another error than Kafka's."""

from pathlib import Path

import pytest
from aiokafka.errors import KafkaError

from gateway.sink.token import FileToken


async def test_the_token_is_what_the_file_holds_now(tmp_path: Path) -> None:
    """A token that was replaced is used by the next log-in; white space around it is dropped."""
    file = tmp_path / "token"
    provider = FileToken(file)
    for token in ("a.b-c_d.e==", "second"):
        file.write_text(f" {token}\n")
        assert await provider.token() == token


@pytest.mark.parametrize(
    "content", [None, b"", b"\n", b"two words", b"a\x01b", b"\xff", b"a" * 70_000]
)
async def test_what_is_no_token_is_an_error_of_kafka(tmp_path: Path, content: bytes | None) -> None:
    """Missing, empty, not a bearer token or endless: `KafkaError`, with the file and no content."""
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(KafkaError) as raised:
        await FileToken(file).token()
    assert str(file) in str(raised.value)
    assert "two words" not in str(raised.value)


async def test_any_fault_is_an_error_of_kafka(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody foresaw is wrapped too: aiokafka's tasks die of anything else."""

    def broken(_: FileToken) -> str:
        raise MemoryError

    monkeypatch.setattr(FileToken, "_read", broken)
    with pytest.raises(KafkaError):
        await FileToken(Path("token")).token()
