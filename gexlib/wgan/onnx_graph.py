"""A graph of ONNX, written as one writes arithmetic: each call adds a node and returns the name of its result."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import onnx

OPSET, IR_VERSION = 17, 8  # of 2022: runtimes since then read it
MOST_BYTES = 2**31 - 2**20  # of all constants: a file of ONNX holds less than 2 GiB

Value: TypeAlias = "str | np.ndarray | int"  # the name of a node's result, or a constant; a whole number is an int64


class Graph:
    """
    The nodes and constants of a graph that grows.

    Raises
    ------
    ImportError
        If the package onnx is not installed.

    Examples
    --------
    >>> graph = Graph()
    >>> x = graph.input("x", np.float32, "n", 2)
    >>> graph.output("y", graph("Add", x, np.ones(2, np.float32)), np.float32, "n", 2)
    >>> [node.op_type for node in graph.model({}).graph.node]
    ['Add', 'Identity']
    """

    def __init__(self) -> None:
        try:
            import onnx
        except ImportError:
            raise ImportError("ONNX files need the package onnx: pip install 'gexlib[onnx]'") from None
        self.onnx, self.nodes, self.inputs, self.outputs, self.constants = onnx, [], [], [], {}

    def input(self, name: str, dtype: type, *shape: str | int) -> str:
        """Add an input of the graph, and return its name; a text in the shape stands for any number."""
        self.inputs.append(self.onnx.helper.make_tensor_value_info(name, self._type(dtype), shape))
        return name

    def output(self, name: str, value: str, dtype: type, *shape: str | int) -> None:
        """Give a result to the outside under a name of its own."""
        self.nodes.append(self.onnx.helper.make_node("Identity", [value], [name]))
        self.outputs.append(self.onnx.helper.make_tensor_value_info(name, self._type(dtype), shape))

    def __call__(self, operator: str, *values: Value, **attributes: int) -> str:
        """Add a node, and return the name of its result."""
        made = f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(operator, [*map(self._named, values)], [made], **attributes))
        return made

    def cast(self, value: str, dtype: type) -> str:
        """Return a value as numbers of another type."""
        return self("Cast", value, to=self._type(dtype))

    def total(self, *values: Value | None) -> str | None:
        """Return the sum of some values, without those that are None; None if all are."""
        there = [value for value in values if value is not None]
        while len(there) > 1:
            there[:2] = [self("Add", *there[:2])]
        return there[0] if there else None

    def model(self, properties: dict[str, str]) -> onnx.ModelProto:
        """
        Return the whole graph as a model with some properties, checked.

        Raises
        ------
        ValueError
            If the constants are larger than a file of ONNX can be.
        """
        if (n := sum(len(constant.raw_data) for constant in self.constants.values())) > MOST_BYTES:
            raise ValueError(f"the model has {n / 1e9:.1f} GB; a file of ONNX holds 2 GB: train it on fewer genes")
        helper = self.onnx.helper
        graph = helper.make_graph(self.nodes, "generator", self.inputs, self.outputs, [*self.constants.values()])
        opset = [helper.make_opsetid("", OPSET)]
        made = helper.make_model(graph, producer_name="gexlib", opset_imports=opset, ir_version=IR_VERSION)
        helper.set_model_props(made, properties)
        self.onnx.checker.check_model(made, full_check=True)
        return made

    def _named(self, value: Value) -> str:
        if isinstance(value, str):
            return value
        array = np.asarray(value)
        key = array.dtype.str, array.shape, sha256(array.tobytes()).digest()  # what several nodes take is stored once
        if key not in self.constants:
            self.constants[key] = self.onnx.numpy_helper.from_array(array, f"constant_{len(self.constants)}")
        return self.constants[key].name

    def _type(self, dtype: type) -> int:
        return self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
