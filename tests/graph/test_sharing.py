"""Shared weights in the graph: who owns them, and what becomes of them when nodes go."""

from __future__ import annotations

from dlstudio.graph.edits import extract, paste, remove_nodes, rename_node, set_settings
from dlstudio.graph.model import Graph, Node, Wire
from dlstudio.graph.sharing import own_weights, settings_in_force, share_weights, sharers, weights_owner

DENSE = "keras.layers.Dense"


def siamese() -> Graph:
    return Graph(
        {
            "left": Node("left", "Input"),
            "right": Node("right", "Input"),
            "enc": Node("enc", DENSE, {"units": 8}),
            "enc_2": Node("enc_2", DENSE, shares="enc"),
            "enc_3": Node("enc_3", DENSE, shares="enc_2"),
        },
        (Wire("left", "enc"), Wire("right", "enc_2"), Wire("right", "enc_3")),
    )


def test_that_a_chain_of_sharers_has_one_owner_and_its_settings() -> None:
    graph = siamese()
    assert weights_owner(graph, graph["enc_3"]) == graph["enc"]
    assert settings_in_force(graph, graph["enc_3"]) == {"units": 8}
    assert sharers(graph, "enc") == ("enc_2", "enc_3")
    assert sharers(graph, "enc_2") == ("enc_3",)


def test_that_a_circle_of_sharers_has_no_owner_and_ends() -> None:
    graph = Graph({"a": Node("a", DENSE, shares="b"), "b": Node("b", DENSE, shares="a")})
    assert weights_owner(graph, graph["a"]) is None
    assert sharers(graph, "a") == ("b",)


def test_that_removing_the_owner_hands_weights_and_settings_to_the_first_sharer() -> None:
    graph = remove_nodes(siamese(), ["enc"])
    assert graph["enc_2"].shares is None
    assert graph["enc_2"].settings == {"units": 8}
    assert graph["enc_3"].shares == "enc_2"


def test_that_removing_a_link_of_a_chain_keeps_the_owner() -> None:
    assert remove_nodes(siamese(), ["enc_2"])["enc_3"].shares == "enc"


def test_that_removing_owner_and_heir_leaves_the_last_with_the_settings() -> None:
    graph = remove_nodes(siamese(), ["enc", "enc_2"])
    assert (graph["enc_3"].shares, graph["enc_3"].settings) == (None, {"units": 8})


def test_that_setting_a_sharer_sets_the_owner() -> None:
    graph = set_settings(siamese(), "enc_3", {"units": 16})
    assert graph["enc"].settings == {"units": 16}
    assert graph["enc_3"].settings == {}


def test_that_weights_of_its_own_begin_with_the_owners_settings() -> None:
    graph = own_weights(siamese(), ["enc_2"])
    assert (graph["enc_2"].shares, graph["enc_2"].settings) == (None, {"units": 8})
    assert weights_owner(graph, graph["enc_3"]) == graph["enc_2"]


def test_that_sharing_brings_along_those_that_shared_before_and_refuses_other_types() -> None:
    new, drop = Node("new", DENSE, {"units": 2}), Node("drop", "keras.layers.Dropout")
    graph = Graph({**siamese().nodes, "new": new, "drop": drop})
    shared = share_weights(graph, ["enc", "drop"], "new")
    assert {node.id: node.shares for node in shared if node.shares} == dict.fromkeys(("enc", "enc_2", "enc_3"), "new")
    assert shared["enc"].settings == {}


def test_that_renaming_the_owner_keeps_its_sharers() -> None:
    assert rename_node(siamese(), "enc", "encoder")["enc_2"].shares == "encoder"


def test_that_a_copied_sharer_works_where_its_owner_is_not() -> None:
    fragment = extract(siamese(), ["enc_2"])
    alone, (name,) = paste(Graph(), fragment, (0, 0))
    assert (alone[name].shares, alone[name].settings) == (None, {"units": 8})
    beside, (copy,) = paste(siamese(), fragment, (0, 0))
    assert (beside[copy].shares, beside[copy].settings) == ("enc", {})


def test_that_a_copy_of_owner_and_sharer_shares_within_itself() -> None:
    graph, names = paste(siamese(), extract(siamese(), ["enc", "enc_2"]), (0, 0))
    assert names == ("enc_4", "enc_5")
    assert graph["enc_5"].shares == "enc_4"
