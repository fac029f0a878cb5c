"""The raw bytes of answers: kept whole, cut where they were read, without the key."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from harness.raw import keep_raw, raw_file, read_raw
from providers.exchange import Exchange

READS = st.lists(st.tuples(st.floats(0, 1e4), st.binary(max_size=40)), min_size=1, max_size=9)


@given(reads=READS)
def test_what_was_kept_is_what_is_read(reads: list[tuple[float, bytes]]) -> None:
    """Bytes and boundaries are exact, instants to the microsecond since the issue."""
    with tempfile.TemporaryDirectory() as folder:
        exchange = Exchange(issued_s=100.0, reads=[(at_s + 100.0, data) for at_s, data in reads])

        keep_raw(Path(folder), "t1.1.1", exchange, secret=None)

        kept = read_raw(Path(folder), "t1.1.1")
    assert [data for _, data in kept] == [data for _, data in reads]
    assert all(abs(a - b) < 2e-6 for (a, _), (b, _) in zip(kept, reads, strict=True))


def test_a_key_that_a_server_echoes_is_overwritten_even_across_reads(tmp_path: Path) -> None:
    """The lengths of the reads stay what they were."""
    exchange = Exchange(issued_s=0.0, reads=[(1.0, b"your key sk-12"), (2.0, b"34 is wrong")])

    keep_raw(tmp_path, "a", exchange, secret="sk-1234")

    assert read_raw(tmp_path, "a") == [(1.0, b"your key *****"), (2.0, b"** is wrong")]


def test_an_attempt_that_brought_nothing_leaves_no_file(tmp_path: Path) -> None:
    """No empty file stands for an answer."""
    keep_raw(tmp_path, "a", Exchange(issued_s=0.0), secret=None)

    assert list(tmp_path.iterdir()) == []


def test_no_name_of_an_attempt_leads_out_of_the_folder(tmp_path: Path) -> None:
    """Names are made of workloads' names, which other packages choose."""
    assert raw_file(tmp_path, "../../x/y~1.1.1").parent == tmp_path / "raw"
