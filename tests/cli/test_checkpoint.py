"""How far a file came is kept, locked, and believed of that file alone."""

import io
from pathlib import Path

import pytest

from gateway.cli.checkpoint import Checkpoint, CheckpointFailed, Keeping, Mark, Unkept, resume
from gateway.cli.source import Source, chunks

INTO = "127.0.0.1:9092 cstar"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of lines."""
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"".join(b'{"id":"evt_%d"}\n' % number for number in range(1000)))
    return path


def kept(file: Path, lines: int) -> Path:
    """Return the checkpoint of a file that came so far, a bad line in each chunk."""
    path = Checkpoint.of(file, None)
    with Checkpoint(path, INTO) as opened:
        keeping = Keeping(opened)
        for chunk in chunks(io.BytesIO(file.read_bytes()), longest=99, most=100):
            if chunk.first + len(chunk.lines) - 1 <= lines:
                keeping.done(chunk, 1)
        keeping.flush()
    return path


def test_it_says_where_the_next_run_begins(file: Path) -> None:
    """The mark leads to the line after the last one that is done, and counts what was bad."""
    path = kept(file, 300)
    with Checkpoint(path, INTO) as opened, Source(file) as source:
        assert (opened.mark.lines, opened.mark.bad) == (300, 3)
        resume(source, opened.mark)
        reading = source.chunks(end=opened.mark.end, line=300, longest=99, most=5)
        assert next(reading).lines[0] == b'{"id":"evt_300"}'
    assert Checkpoint.peek(path, INTO, afresh=False).lines == 300
    assert Checkpoint.peek(path, INTO, afresh=True) == Mark(into=INTO)


def test_it_is_written_once_a_second(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not written for each chunk, but where a second has passed."""
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    path = Checkpoint.of(file, None)
    first, second, *_ = chunks(io.BytesIO(file.read_bytes()), longest=99, most=100)
    with Checkpoint(path, INTO) as opened:
        keeping = Keeping(opened)
        keeping.done(first, 0)
        assert Checkpoint.peek(path, INTO, afresh=False).lines == 0
        now = 1.0
        keeping.done(second, 0)
        assert Checkpoint.peek(path, INTO, afresh=False).lines == 200


def test_a_shorter_mark_leaves_nothing_of_a_longer(file: Path) -> None:
    """The file holds the last mark and nothing else."""
    path = kept(file, 1000)
    with Checkpoint(path, INTO) as opened:
        opened.write(Mark(into=INTO))
    assert path.read_bytes().count(b"}") == 1
    assert Checkpoint.peek(path, INTO, afresh=False) == Mark(into=INTO)


def test_another_file_of_that_name_is_refused(file: Path) -> None:
    """Where the bytes before the mark are not those that were done, nothing is skipped."""
    mark = Checkpoint.peek(kept(file, 300), INTO, afresh=False)
    file.write_bytes(file.read_bytes().replace(b"evt_299", b"evt_x99"))
    with Source(file) as source, pytest.raises(CheckpointFailed, match="is not the file"):
        resume(source, mark)
    file.write_bytes(b"short\n")
    with Source(file) as source, pytest.raises(CheckpointFailed, match="is not the file"):
        resume(source, mark)


def test_another_destination_is_refused(file: Path) -> None:
    """What went into one Kafka's topics is not taken as done for another's."""
    path = kept(file, 300)
    with pytest.raises(
        CheckpointFailed, match=r"tells of 127\.0\.0\.1:9092 cstar, not of"
    ) as failed:
        Checkpoint.peek(path, "kafka:9092 cstar", afresh=False)
    assert "--afresh" in failed.value.fix
    with Checkpoint(path, "kafka:9092 cstar", afresh=True) as opened:
        assert opened.mark.lines == 0


def test_what_is_no_checkpoint_is_refused_and_kept(file: Path) -> None:
    """A file that somebody else put there is neither believed nor overwritten."""
    path = Checkpoint.of(file, None)
    path.write_bytes(b"\xff notes")
    with pytest.raises(CheckpointFailed, match="is no checkpoint"), Checkpoint(path, INTO):
        pass
    assert path.read_bytes() == b"\xff notes"


def test_two_runs_at_once_are_kept_apart(file: Path) -> None:
    """While one run has it another is told so; afterwards it is free."""
    path = Checkpoint.of(file, None)
    with (
        Checkpoint(path, INTO),
        pytest.raises(CheckpointFailed, match="Another run has"),
        Checkpoint(path, INTO),
    ):
        pass
    with Checkpoint(path, INTO):
        pass


def test_where_it_cannot_be_kept(file: Path, tmp_path: Path) -> None:
    """A folder that is not there is told, with the option that names another."""
    nowhere = Checkpoint.of(file, tmp_path / "gone")
    assert nowhere == tmp_path / "gone" / "events.ndjson.checkpoint"
    with pytest.raises(CheckpointFailed) as failed, Checkpoint(nowhere, INTO):
        pass
    assert "--checkpoints" in failed.value.fix
    folder = Checkpoint.of(file, None)
    folder.mkdir()
    with pytest.raises(CheckpointFailed, match="cannot be kept"):
        Checkpoint.peek(folder, INTO, afresh=False)


def test_a_full_disk_ends_the_run(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mark that cannot be written is no mark: whoever keeps it hears of it."""

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with Checkpoint(Checkpoint.of(file, None), INTO) as opened:
        monkeypatch.setattr("os.pwrite", full)
        with pytest.raises(CheckpointFailed, match="No space left"):
            Keeping(opened).flush()


def test_some_marks_are_not_kept() -> None:
    """Standard input and dry runs have a mark, and leave nothing."""
    with Unkept(Mark(into=INTO)) as unkept:
        unkept.write(Mark(into=INTO, lines=7))
        assert unkept.mark.lines == 0
