"""What tests open in the window, and who answers its questions."""

from __future__ import annotations

from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.project import DataSettings, Project

SPECS = {
    "image": {"name": "image", "kind": "image", "shape": [28, 28, 1]},
    "label": {"name": "label", "kind": "category", "shape": [], "dtype": "int32", "classes": ["a", "b"]},
}


class Answers:
    """Answers the questions of the window as told."""

    def __init__(self) -> None:
        self.unsaved, self.training, self.folder = "cancel", "cancel", None
        self.hub = None
        self.asked: list[str] = []

    def about_unsaved(self, name):
        self.asked.append(f"unsaved {name}")
        return self.unsaved

    def about_training(self, run):
        self.asked.append(f"training {run}")
        return self.training

    def project_to_open(self, start):
        return self.folder

    def folder_for(self, title, start):
        return self.folder

    def data_file(self, start):
        return self.folder

    def data_folder(self, start):
        return self.folder

    def data_on_the_hub(self):
        return self.hub


def digits() -> Project:
    nodes = {
        "images": Node("images", "Input", {"column": "image"}, (0, 0)),
        "conv": Node("conv", "keras.layers.Conv2D", {"filters": 8, "kernel_size": 3}, (220, 0)),
        "digit": Node("digit", "Output", {"column": "label"}, (440, 0)),
    }
    data = DataSettings("digits", "image-folder", {"image": {"type": "image"}, "label": {"type": "category"}})
    return Project("Digits", data, Graph(nodes, (Wire("images", "conv"), Wire("conv", "digit"))))
