"""The node types that are not Keras': Input and Output, which bind columns of the data, Constant and Custom layer."""

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

CUSTOM_TYPE = NodeType(
    id="Custom",
    name="Custom layer",
    category="core",
    summary="A layer of your own: a class in a Python file of the project.",
    help="The file lies in the project's folder, the class is a subclass of keras.layers.Layer. The code runs only "
    "after you have allowed it for the project, and never in this window. With several wires the class gets a list.",
    inputs=(Port("inputs", many=True, help="One tensor, or a list of them in the order of the wires."),),
    outputs=(Port("outputs"),),
    settings=(
        Setting(
            "file",
            "text",
            required=True,
            suggested="my_layers.py",
            help="The Python file, relative to the project's folder.",
        ),
        Setting("class", "text", required=True, suggested="MyLayer", help="Name of the class in the file."),
        Setting(
            "arguments",
            "json",
            optional=True,
            help='Arguments of the class as a JSON object: {"units": 8}. Left empty, it is made without any.',
        ),
    ),
    shown=("class", "file"),
    aliases=("Lambda", "Python", "Code", "Subclass", "Own layer", "TFSMLayer", "FlaxLayer", "JaxLayer"),
)

BUILTINS = (INPUT_TYPE, OUTPUT_TYPE, CONSTANT_TYPE, CUSTOM_TYPE)
