"""A comparison is of runs of one round."""

from pathlib import Path

from benchmarks.contenders import CONTENDERS
from benchmarks.cpu import Cpu, rounds
from benchmarks.result import head, keep, read
from benchmarks.run import Demand, Run
from gateway.embedded import Kafka


def run_of(microseconds: float) -> Run:
    """Return a run in which an event cost so much."""
    return Run(
        events=1000,
        seconds=1.0,
        cpu_seconds=microseconds / 1000,
        broker_cpu_seconds=0,
        load_cpu_seconds=0,
        answers=1000,
    )


def cpu_of(*pairs: tuple[float, float]) -> Cpu:
    """Return rounds of a bare server and the gateway."""
    found = [{"bare": run_of(bare), "gateway": run_of(gateway)} for bare, gateway in pairs]
    return Cpu(head=head(), demand=Demand(), rounds=found)


def test_ratios_are_taken_round_by_round() -> None:
    """A machine that slows down in the midst of it moves no ratio."""
    cpu = cpu_of((40, 60), (80, 120), (40, 80))
    of = cpu.ratio("gateway")
    assert (round(of.median, 6), round(of.least, 6), round(of.most, 6)) == (1.5, 1.5, 2.0)
    assert round(cpu.difference("gateway", "bare").median) == 40


def test_a_result_is_read_as_it_was_kept(tmp_path: Path) -> None:
    """What is kept is read again; where nothing is kept there is nothing."""
    cpu = cpu_of((40, 60))
    keep(cpu, "cpu", tmp_path)
    assert read("cpu", Cpu, tmp_path) == cpu
    assert read("other", Cpu, tmp_path) is None


def test_rounds_run_every_server(kafka: Kafka) -> None:
    """Each round has each server once."""
    servers = [CONTENDERS["bare"], CONTENDERS["documented"]]
    demand = Demand(seconds=0.3, warm_up=0.1, connections=4)
    told: list[str] = []
    found = [*rounds(kafka, servers, demand, 1, told.append)]
    assert [[*each] for each in found] == [["bare", "documented"]]
    assert len(told) == 2
