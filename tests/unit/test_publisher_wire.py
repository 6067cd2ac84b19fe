"""Bodies as bytes: packing, compression, what may travel."""

import gzip
from dataclasses import replace

import brotli
import numpy as np
import orjson
import pytest
from dash import html
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.wire import FULL, Entry, as_json, compress, pack, plain, unpack

texts = st.binary(min_size=0, max_size=200)
entries = st.builds(
    Entry,
    epoch=st.integers(0, 2**40),
    seq=st.integers(1, 2**31),
    beat_at=st.integers(0, 2**45),
    next_ms=st.integers(0, 2**45),
    parts=st.dictionaries(st.integers(1, 10**6), st.tuples(texts, texts), max_size=6).map(
        lambda parts: {FULL: (b"f", b"g"), **parts}
    ),
)


@settings(max_examples=60, deadline=None)
@given(entries)
def test_what_is_packed_comes_out_again(entry: Entry) -> None:
    assert unpack(pack(entry)) == entry


def test_parts_that_are_one_are_written_once() -> None:
    part = (b"x" * 1000, b"y" * 1000)
    entry = Entry(1, 6, 0, 0, {FULL: (b"f", b"f"), 1: part, 2: part, 3: part})
    assert len(pack(entry)) < 2300
    again = unpack(pack(entry))
    assert again == entry
    assert again.parts[1] is again.parts[3]


@pytest.mark.parametrize("cut", [3, 10, 40, -1])
def test_half_an_entry_is_refused(cut: int) -> None:
    packed = pack(Entry(1, 2, 3, 4, {FULL: compress(b'{"a":1}' * 50)}))
    with pytest.raises(ValueError, match=r".*"):
        unpack(packed[:cut])


def test_all_three_forms_are_the_same_body() -> None:
    body = as_json({"数": [1, None, "é"]})
    squeezed = compress(body)
    assert brotli.decompress(squeezed[0]) == gzip.decompress(squeezed[1]) == plain(squeezed) == body
    assert compress(body) == squeezed, "the same body, the same bytes"


def test_numbers_components_and_sets_travel_and_other_things_do_not() -> None:
    sent = {"n": np.float64(1.5), "i": np.int64(2), "a": np.array([1, 2]), "c": html.B("<x>"), "s": {"b", "a"}, 3: 4}
    assert orjson.loads(as_json(sent)) == {
        "n": 1.5,
        "i": 2,
        "a": [1, 2],
        "c": {"props": {"children": "<x>"}, "type": "B", "namespace": "dash_html_components"},
        "s": ["a", "b"],
        "3": 4,
    }
    with pytest.raises(TypeError):
        as_json({"x": object()})


def test_another_epoch_gets_the_full_body() -> None:
    entry = Entry(5, 9, 0, 0, {FULL: (b"full", b""), 8: (b"part", b"")})
    assert entry.pick(5, 8) == (b"part", b"")
    assert entry.pick(4, 8) == entry.pick(5, 1) == entry.pick(0, FULL) == (b"full", b"")
    assert replace(entry, epoch=6).pick(5, 8) == (b"full", b"")
