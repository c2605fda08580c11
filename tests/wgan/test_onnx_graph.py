import sys

import numpy as np
import onnxruntime
import pytest

from gexlib.wgan import onnx_graph
from gexlib.wgan.onnx_graph import Graph


def test_a_graph_computes_what_its_calls_say():
    graph = Graph()
    x = graph.input("x", np.float32, "n", 2)
    table = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)
    y = graph.total(None, graph("MatMul", x, table), graph("Mul", x, np.float32(10)), None)
    graph.output("y", graph.cast(y, np.float64), np.float64, "n", 2)
    model = graph.model({"name": "a"})
    session = onnxruntime.InferenceSession(model.SerializeToString())
    given = np.array([[1, 0], [0, 1], [1, 1]], np.float32)
    (made,) = session.run(None, {"x": given})
    assert made.dtype == np.float64
    np.testing.assert_array_equal(made, given @ table + 10 * given)
    assert session.get_modelmeta().custom_metadata_map == {"name": "a"}


def test_the_sum_of_nothing_is_nothing():
    assert Graph().total(None, None) is None


def test_equal_constants_are_stored_once():
    graph, large = Graph(), np.arange(1000.0)
    x = graph.input("x", np.float64, 1000)
    graph.output("y", graph("Add", graph("Mul", x, large), large.copy()), np.float64, 1000)
    assert len(graph.model({}).graph.initializer) == 1
    graph("Add", x, large.astype(np.float32)), graph("Add", x, large[None])  # another type, another shape
    assert len(graph.constants) == 3


def test_a_model_that_no_file_can_hold_is_an_error(monkeypatch):
    monkeypatch.setattr(onnx_graph, "MOST_BYTES", 100)
    graph = Graph()
    x = graph.input("x", np.float64, 20)
    graph.output("y", graph("Add", x, np.zeros(20)), np.float64, 20)
    with pytest.raises(ValueError, match="a file of ONNX holds 2 GB"):
        graph.model({})


def test_without_the_package_the_error_names_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match=r"pip install 'gexlib\[onnx\]'"):
        Graph()
