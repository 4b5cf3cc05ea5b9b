#!/usr/bin/env python3
# test_generator.py: that wrong rows are refused, each with words that name it
#
# SPDX-License-Identifier: GPL-3.0-or-later

import copy
import importlib.util
import json
import pathlib
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
SPEC = importlib.util.spec_from_file_location("generate", ROOT / "lib/protocol/generate.py")
generate = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(generate)

GOOD = {
    "enums": {"Mood": {"about": "How", "values": ["good", "bad"]}},
    "objects": {"Thing": {"about": "What", "fields": [{"name": "id", "type": "id", "about": "Which"}]}},
    "operations": [{
        "name": "get-thing", "summary": "Gets it",
        "rest": {"method": "GET", "path": "/api/things/:thingId", "status": 200},
        "auth": "user", "bucket": "read", "runs": "pool", "since": 1,
        "fields": [{"name": "thingId", "type": "id", "required": True, "about": "Which"},
                   {"name": "mood", "type": "Mood", "default": "good", "about": "How"},
                   {"name": "limit", "type": "int", "min": 1, "max": 5, "default": 3, "about": "How many"}],
        "result": [{"name": "things", "type": "Thing[]", "about": "Them"}]}],
    "events": [{"name": "thing-changed", "about": "It did", "fields": []}],
    "buckets": {"read": {"per": "user", "rate": 1, "burst": 2, "about": "Reading"}},
}


def load(*contents):
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(contents):
            text = content if isinstance(content, str) else json.dumps(content)
            (pathlib.Path(folder) / f"{number}.json").write_text(text, encoding="utf-8")
        return generate.Protocol(pathlib.Path(folder))


def changed(path, value):
    content = copy.deepcopy(GOOD)
    place = content
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return content


class Rows(unittest.TestCase):
    def test_good(self):
        protocol = load(GOOD)
        self.assertIn("ConfabGetThingRequest", generate.operations_h(protocol))
        path = generate.openapi(protocol)["paths"]["/api/things/{thingId}"]
        self.assertEqual(path["get"]["operationId"], "get-thing")
        self.assertIn("get-thing", generate.asyncapi(protocol)["operations"])

    def test_wrong(self):
        operation, field = ["operations", 0], ["operations", 0, "fields", 0]
        for path, value, words in [
            (["extra"], {}, "extra is unknown"),
            (["enums", "Mood", "values"], ["good", "good"], "good is there twice"),
            (["enums", "Mood", "about"], "", "about says nothing"),
            (["objects", "Thing", "fields", 0, "type"], "Nothing", "unknown type Nothing"),
            (["buckets", "read", "per"], "planet", "per is user or address"),
            ([*operation, "summary"], None, "summary is missing"),
            ([*operation, "colour"], "red", "colour is unknown"),
            ([*operation, "auth"], "root", "unknown auth"),
            ([*operation, "bucket"], "none", "unknown auth, runs or bucket"),
            ([*operation, "since"], 99, "not a feature level"),
            ([*operation, "event"], "other", "the name itself or null"),
            ([*operation, "name"], "GetThing", "not a name of its kind"),
            ([*operation, "rest", "method"], "FETCH", "not a method and a path"),
            ([*operation, "rest", "path"], "/api/things/:other", "other of the path is not a required field"),
            ([*operation, "rest", "path"], "things", "not a method and a path"),
            ([*operation, "result", 0, "type"], "Nothing[]", "unknown type Nothing[]"),
            ([*field, "about"], None, "about is missing"),
            ([*field, "type"], "Thing", "unknown type Thing"),
            ([*field, "type"], "object", "unknown type object"),
            ([*field, "name"], "int", "means something else in C"),
            ([*field, "default"], "x", "what is required has no default"),
            ([*operation, "fields", 1, "alias"], "limit", "limit is there twice"),
            ([*operation, "fields", 1, "default"], "fair", "fair is not a value of Mood"),
            ([*operation, "fields", 2, "default"], 9, "9 is not a value of int"),
            ([*operation, "fields", 2, "min"], 6, "not a value of int"),
        ]:
            with self.subTest(words), self.assertRaises(generate.Wrong) as raised:
                load(changed(path, value))
            self.assertIn(words, str(raised.exception))

    def test_twice(self):
        with self.assertRaisesRegex(generate.Wrong, "Mood is there twice"):
            load(GOOD, GOOD)
        other = changed(["enums"], None)
        for key in ("objects", "buckets", "events"):
            other.pop(key)
        with self.assertRaisesRegex(generate.Wrong, "get-thing is there twice"):
            load(GOOD, other)
        with self.assertRaisesRegex(generate.Wrong, "0.json: an object: a is there twice"):
            load('{"enums": {"a": 1, "a": 2}}')

    def test_same_path(self):
        other = {"operations": [{**copy.deepcopy(GOOD["operations"][0]), "name": "other"}]}
        other["operations"][0]["rest"]["path"] = "/api/things/:id"
        other["operations"][0]["fields"][0]["name"] = "id"
        with self.assertRaisesRegex(generate.Wrong, "paths: .*is there twice"):
            load(GOOD, other)


class Documents(unittest.TestCase):
    def test_references_lead_somewhere(self):
        protocol = generate.Protocol(ROOT / "lib/protocol/operations")
        for make in generate.DOCUMENTS.values():
            document = make(protocol)
            for reference in references(document):
                place = document
                for step in reference.removeprefix("#/").split("/"):
                    self.assertIn(step, place, reference)
                    place = place[step]

    def test_check_names_the_stale_one(self):
        protocol = load(GOOD)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder)
            for name in generate.DOCUMENTS:
                (path / f"{name}.json").write_text(generate.document(protocol, name), encoding="utf-8")
            self.assertEqual(generate.check(protocol, path), 0)
            (path / "openapi.json").write_text("{}", encoding="utf-8")
            self.assertEqual(generate.check(protocol, path), 1)


def references(value):
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for element in value:
            yield from references(element)


if __name__ == "__main__":
    unittest.main()
