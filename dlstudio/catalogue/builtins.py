"""The node types that are not Keras': Input and Output, which bind columns of the data, and Constant."""

from __future__ import annotations

from dlstudio.catalogue.node_types import NodeType, Port, Setting

INPUT_TYPE = NodeType(
    id="Input",
    name="Input",
    category="input/output",
    summary="Where a column of the data enters the network.",
    help="Choose a column; its shape follows from the Data page. Without data, give a shape and a number type.",
    outputs=(Port("outputs"),),
    settings=(
        Setting("column", "text", optional=True, help="The data column that this input reads."),
        Setting(
            "shape",
            "integers",
            optional=True,
            minimum=1,
            advanced=True,
            help="Shape of one sample without the batch axis; only for a network that has no data yet.",
        ),
        Setting(
            "dtype",
            "choice",
            default="float32",
            choices=("float32", "int32"),
            advanced=True,
            help="Type of the numbers; only for a network that has no data yet. int32 for token numbers.",
        ),
    ),
    shown=("column", "shape"),
    aliases=("InputLayer", "Data", "Source"),
)

OUTPUT_TYPE = NodeType(
    id="Output",
    name="Output",
    category="input/output",
    summary="What the network is to predict: the target column and the task.",
    help="The task brings loss and metrics. Several outputs make a network with several targets.",
    inputs=(Port("inputs"),),
    settings=(
        Setting("column", "text", optional=True, help="The data column that is predicted."),
        Setting("task", "text", default="classification", help="classification or regression."),
        Setting(
            "loss",
            "text",
            optional=True,
            advanced=True,
            help="Another loss than the task's own, by its Keras name; left empty, the task decides.",
        ),
    ),
    shown=("column", "task"),
    aliases=("Target", "Prediction"),
)

CONSTANT_TYPE = NodeType(
    id="Constant",
    name="Constant",
    category="input/output",
    summary="A number, vector or table of numbers that never changes.",
    help="Feeds operations as it is, the same for all samples. Switch 'per sample' on to feed layers: every sample "
    "gets a copy.",
    outputs=(Port("outputs"),),
    settings=(
        Setting(
            "value",
            "array",
            required=True,
            suggested=1.0,
            help="A number, or numbers in brackets: [0.5, 1] or [[1, 0], [0, 1]]. Every row has to be equally long.",
        ),
        Setting(
            "dtype", "choice", default="float32", choices=("float32", "int32", "bool"), help="Type of the numbers."
        ),
        Setting(
            "per_sample",
            "flag",
            default=False,
            help="On: every sample of a batch gets a copy, so that layers can take it. Off: one for all samples, as "
            "operations take it.",
        ),
    ),
    shown=("value", "dtype"),
    aliases=("Literal", "Tensor", "Number", "convert_to_tensor"),
)

BUILTINS = (INPUT_TYPE, OUTPUT_TYPE, CONSTANT_TYPE)
