#!/usr/bin/env python3
# generate.py: makes the C tables and the published documents from operations/*.json
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# generate.py                   writes docs/openapi.json and docs/asyncapi.json
# generate.py --check           fails, naming the stale one, when docs/ holds others
# generate.py code FOLDER       the four C files, as the build wants them
# generate.py openapi|asyncapi  one document, on standard output

import difflib
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
DOCS = HERE.parents[1] / "docs"
SCALARS = {"id", "ids", "string", "text", "secret", "int", "bool", "timestamp", "revs", "object"}
REQUEST_SCALARS = SCALARS - {"object"}
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
PLACES = {"reactor", "pool", "lane"}
AUTHS = {"none", "user", "admin"}
C_WORDS = {"auto", "break", "case", "char", "const", "default", "do", "double", "else", "enum", "extern", "float",
           "for", "goto", "if", "int", "long", "register", "return", "short", "signed", "static", "struct", "switch",
           "typedef", "union", "unsigned", "void", "volatile", "while", "present"}
FEATURE_LEVEL = 2
RULES = "docs/protocol.md explains the rules that all doors share."
ERRORS = [("bad-request", 400), ("unauthenticated", 401), ("forbidden", 403), ("not-found", 404), ("conflict", 409),
          ("too-large", 413), ("rate-limited", 429), ("unavailable", 503), ("internal", 500)]


class Wrong(Exception):
    """A row that does not keep the rules of schema.md."""


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()


def shout(name):
    return snake(name).upper()


def camel(name):
    return "".join(part.capitalize() for part in name.split("-"))


# Reading and checking


class Protocol:
    """Everything that the files say, in one place and known to be sound."""

    def __init__(self, folder):
        self.enums, self.objects, self.buckets = {}, {}, {}
        self.operations, self.events = [], []
        for path in sorted(folder.glob("*.json")):
            try:
                self.add(path, json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=no_duplicates))
            except (Wrong, ValueError) as wrong:
                raise Wrong(f"{path.name}: {wrong}") from wrong
        self.check()

    def add(self, path, content):
        expect_keys(path.name, content, set(), {"enums", "objects", "operations", "events", "buckets"})
        for kind in ("enums", "objects", "buckets"):
            known = getattr(self, kind)
            for name, value in content.get(kind, {}).items():
                if name in known:
                    raise Wrong(f"{kind}: {name} is there twice")
                known[name] = value
        for operation in content.get("operations", []):
            self.operations.append({**operation, "tag": path.stem})
        for event in content.get("events", []):
            self.events.append({**event, "tag": path.stem})

    def check(self):
        for name, enum in self.enums.items():
            expect_keys(name, enum, {"about", "values"}, set())
            expect_name(name, r"[A-Z][A-Za-z]+")
            expect_unique(name, enum["values"])
            for value in enum["values"]:
                expect_name(value, r"[a-z][a-z-]*")
        for name, thing in self.objects.items():
            expect_keys(name, thing, {"about", "fields"}, set())
            expect_name(name, r"[A-Z][A-Za-z]+")
            self.check_fields(name, thing["fields"], self.is_answer_type)
        for name, bucket in self.buckets.items():
            expect_keys(name, bucket, {"per", "rate", "burst", "about"}, set())
            if bucket["per"] not in ("user", "address") or bucket["rate"] <= 0 or bucket["burst"] < 1:
                raise Wrong(f"bucket {name}: per is user or address, rate above 0, burst at least 1")
        for operation in self.operations:
            self.check_operation(operation)
        for event in self.events:
            expect_keys(event.get("name", "an event"), event, {"name", "about", "fields", "tag"}, set())
            expect_name(event["name"], r"[a-z][a-z-]*")
            self.check_fields(event["name"], event["fields"], self.is_answer_type)
        expect_unique("operations", [o["name"] for o in self.operations])
        expect_unique("events", [e["name"] for e in self.events])
        routes = [operation["rest"] for operation in self.operations if operation["rest"]]
        expect_unique("paths", [(rest["method"], re.sub(r":\w+", ":", rest["path"])) for rest in routes])

    def check_operation(self, operation):
        name = operation.get("name", "an operation")
        expect_keys(name, operation,
                    {"name", "summary", "rest", "auth", "bucket", "runs", "since", "fields", "result", "tag"},
                    {"event"})
        expect_name(name, r"[a-z][a-z-]*")
        if operation["auth"] not in AUTHS or operation["runs"] not in PLACES or operation["bucket"] not in self.buckets:
            raise Wrong(f"{name}: unknown auth, runs or bucket")
        if not 1 <= operation["since"] <= FEATURE_LEVEL:
            raise Wrong(f"{name}: since is not a feature level up to {FEATURE_LEVEL}")
        if operation.get("event", name) not in (None, name):
            raise Wrong(f"{name}: event is the name itself or null")
        self.check_fields(name, operation["fields"], lambda kind: kind in REQUEST_SCALARS or kind in self.enums)
        self.check_fields(name, operation["result"], self.is_answer_type)
        if len(operation["fields"]) > 64:
            raise Wrong(f"{name}: more fields than bits")
        rest = operation["rest"]
        if rest is None:
            if operation.get("event", name) is None:
                raise Wrong(f"{name}: no door leads to it")
            return
        expect_keys(f"{name}.rest", rest, {"method", "path", "status"}, set())
        if rest["method"] not in METHODS or not re.fullmatch(r"(/(:[a-z]\w*|[a-z-]+))+", rest["path"]):
            raise Wrong(f"{name}: {rest['method']} {rest['path']} is not a method and a path")
        known = {field["name"]: field for field in operation["fields"]}
        for value in path_values(rest["path"]):
            if not known.get(value, {}).get("required"):
                raise Wrong(f"{name}: {value} of the path is not a required field")

    def check_fields(self, owner, fields, is_type):
        expect_unique(owner, [name for f in fields for name in (f["name"], f.get("alias")) if name])
        for field in fields:
            where = f"{owner}.{field['name']}"
            expect_keys(where, field, {"name", "type", "about"}, {"required", "min", "max", "default", "alias"})
            if field["name"] != "...":
                expect_name(field["name"], r"[a-z][A-Za-z]*")
            if snake(field["name"]) in C_WORDS:
                raise Wrong(f"{where}: the name means something else in C")
            if not is_type(field["type"]):
                raise Wrong(f"{where}: unknown type {field['type']}")
            if "default" in field and field.get("required"):
                raise Wrong(f"{where}: what is required has no default")
            if "default" in field and not self.is_default(field):
                raise Wrong(f"{where}: {field['default']} is not a value of {field['type']}")
            if field.get("min", 0) > field.get("max", float("inf")):
                raise Wrong(f"{where}: min is above max")

    def is_default(self, field):
        value, kind = field["default"], field["type"]
        if kind == "int":
            return isinstance(value, int) and field.get("min", value) <= value <= field.get("max", value)
        return isinstance(value, bool) if kind == "bool" else value in self.enums.get(kind, {}).get("values", [])

    def is_answer_type(self, kind):
        base = kind.removesuffix("[]")
        return base in SCALARS or base in self.enums or base in self.objects


def no_duplicates(pairs):
    names = [name for name, _ in pairs]
    expect_unique("an object", names)
    return dict(pairs)


def expect_keys(where, value, needed, allowed):
    missing, unknown = needed - value.keys(), value.keys() - needed - allowed
    if missing or unknown:
        problems = [f"{key} is missing" for key in sorted(missing)] + [f"{key} is unknown" for key in sorted(unknown)]
        raise Wrong(f"{where}: " + ", ".join(problems))
    for key in ("about", "summary"):
        if key in needed and not value[key].strip():
            raise Wrong(f"{where}: {key} says nothing")


def expect_unique(where, names):
    for name in names:
        if names.count(name) > 1:
            raise Wrong(f"{where}: {name} is there twice")


def expect_name(name, pattern):
    if not re.fullmatch(pattern, name):
        raise Wrong(f"{name} is not a name of its kind")


def path_values(path):
    return re.findall(r":(\w+)", path)


# C


def c_string(text):
    return "NULL" if text is None else json.dumps(text, ensure_ascii=False)


def c_type(protocol, kind):
    if kind in protocol.enums:
        return f"Confab{kind} "
    known = {"int": "gint64 ", "timestamp": "gint64 ", "bool": "gboolean ", "ids": "char **", "revs": "GHashTable *"}
    return known.get(kind, "char *")


def file_head(name, about):
    return (f"/* {name}: {about}\n *\n * SPDX-License-Identifier: GPL-3.0-or-later\n *\n"
            " * Made by generate.py from operations/; do not edit.\n */\n")


def c_enum(type_name, prefix, values):
    body = "".join(f"  {prefix}_{shout(value)},\n" for value in values)
    return f"typedef enum\n{{\n{body}}} {type_name};\n"


def vocabulary_h(protocol):
    out = [file_head("confab-vocabulary.h", "the words of the protocol: verbs, events and closed lists"),
           "#pragma once\n\n#include <glib.h>\n\nG_BEGIN_DECLS\n\n",
           f"#define CONFAB_FEATURE_LEVEL {FEATURE_LEVEL}\n\n"]
    out += [c_enum("ConfabOperationId", "CONFAB_OPERATION", [o["name"] for o in protocol.operations])]
    out += [f"#define CONFAB_N_OPERATIONS {len(protocol.operations)}\n\n"]
    out += [f"#define CONFAB_EVENT_{shout(e['name'])} {c_string(e['name'])}\n" for e in protocol.events]
    for name, enum in sorted(protocol.enums.items()):
        out += [f"\n/* {enum['about']}. */\n", c_enum(f"Confab{name}", f"CONFAB_{shout(name)}", enum["values"]),
                f"const char *confab_{snake(name)}_to_string (Confab{name} value);\n",
                f"gboolean confab_{snake(name)}_from_string (const char *word, Confab{name} *value);\n"]
    out += ["\nG_END_DECLS\n"]
    return "".join(out)


def vocabulary_c(protocol):
    out = [file_head("confab-vocabulary.c", "the words of the protocol and their values"),
           '#include "config.h"\n\n#include "protocol/confab-vocabulary.h"\n']
    for name, enum in sorted(protocol.enums.items()):
        kind, prefix = f"Confab{name}", f"confab_{snake(name)}"
        words = ", ".join(c_string(value) for value in enum["values"])
        out += [f"""
static const char * const {prefix}_words[] = {{ {words} }};

/**
 * {prefix}_to_string:
 * @value: a value
 *
 * Returns: (transfer none): the word for it in JSON
 *
 * Since: 0.1
 */
const char *
{prefix}_to_string ({kind} value)
{{
  g_return_val_if_fail ((guint) value < G_N_ELEMENTS ({prefix}_words), NULL);

  return {prefix}_words[value];
}}

/**
 * {prefix}_from_string:
 * @word: (nullable): a word
 * @value: (out): its value
 *
 * Returns: whether it is one of the words
 *
 * Since: 0.1
 */
gboolean
{prefix}_from_string (const char *word, {kind} *value)
{{
  for (guint i = 0; word && i < G_N_ELEMENTS ({prefix}_words); i++)
    if (strcmp (word, {prefix}_words[i]) == 0)
      {{
        *value = ({kind}) i;
        return TRUE;
      }}
  return FALSE;
}}
"""]
    return "".join(out).replace('#include "config.h"\n\n', '#include "config.h"\n\n#include <string.h>\n\n')


def operations_h(protocol):
    out = [file_head("confab-operations.h", "the fields of each request"),
           "#pragma once\n\n#include <glib.h>\n\n",
           '#include "protocol/confab-operation.h"\n#include "protocol/confab-request.h"\n\nG_BEGIN_DECLS\n']
    for operation in protocol.operations:
        name = operation["name"]
        out += [f"\n/* {operation['summary']}. */\ntypedef struct\n{{\n  guint64 present;\n"]
        out += [f"  {c_type(protocol, field['type'])}{snake(field['name'])};  /* {field['about']} */\n"
                for field in operation["fields"]]
        out += [f"}} Confab{camel(name)}Request;\n"]
        out += [f"#define CONFAB_{shout(name)}_{shout(f['name'])} (G_GUINT64_CONSTANT (1) << {bit})\n"
                for bit, f in enumerate(operation["fields"])]
    out += ["\nG_END_DECLS\n"]
    return "".join(out)


def c_field(protocol, operation, field):
    kind, words, default = field["type"], "NULL", field.get("default", 0)
    if kind in protocol.enums:
        words, default = f"{snake(kind)}_words", protocol.enums[kind]["values"].index(default) if default else 0
    shown = "ENUM" if kind in protocol.enums else kind.upper()
    low, high = field.get("min", "G_MININT64"), field.get("max", "G_MAXINT64")
    required = "TRUE" if field.get("required") else "FALSE"
    structure = f"Confab{camel(operation['name'])}Request"
    names = f"{c_string(field['name'])}, {c_string(field.get('alias'))}"
    return (f"  {{ {names}, CONFAB_FIELD_{shown}, {required}, {low}, {high},\n"
            f"    {int(default)}, {words}, G_STRUCT_OFFSET ({structure}, {snake(field['name'])}) }},\n")


def c_operation(operation, buckets):
    name, rest = operation["name"], operation["rest"] or {"method": None, "path": None, "status": 200}
    fields = f"{snake(name)}_fields, G_N_ELEMENTS ({snake(name)}_fields)" if operation["fields"] else "NULL, 0"
    return (f"  {{ CONFAB_OPERATION_{shout(name)}, {c_string(name)},\n    {c_string(operation['summary'])},\n"
            f"    {c_string(operation.get('event', name))}, {c_string(rest['method'])}, {c_string(rest['path'])},"
            f" {rest['status']},\n"
            f"    CONFAB_AUTH_{operation['auth'].upper()}, &buckets[{buckets.index(operation['bucket'])}],"
            f" CONFAB_PLACE_{operation['runs'].upper()}, {operation['since']},\n"
            f"    {fields}, sizeof (Confab{camel(name)}Request) }},\n")


def literal_first(operation):
    return [(step[0] == ":", step) for step in operation["rest"]["path"].split("/")[1:]]


def operations_c(protocol):
    buckets = sorted(protocol.buckets)
    out = [file_head("confab-operations.c", "the table that every door goes by"),
           '#include "config.h"\n\n',
           '#include "protocol/confab-operation-private.h"\n#include "protocol/confab-operations.h"\n\n']
    out += ["static const ConfabBucket buckets[] = {\n"]
    for name in buckets:
        bucket = protocol.buckets[name]
        per_address = "TRUE" if bucket["per"] == "address" else "FALSE"
        out += [f"  {{ {c_string(name)}, {per_address}, {bucket['rate']}, {bucket['burst']} }},\n"]
    out += ["};\n\n"]
    used = sorted({f["type"] for o in protocol.operations for f in o["fields"]} & protocol.enums.keys())
    for name in used:
        words = ", ".join(c_string(value) for value in protocol.enums[name]["values"])
        out += [f"static const char * const {snake(name)}_words[] = {{ {words}, NULL }};\n"]
    for operation in protocol.operations:
        if operation["fields"]:
            out += [f"\nstatic const ConfabField {snake(operation['name'])}_fields[] = {{\n"]
            out += [c_field(protocol, operation, field) for field in operation["fields"]] + ["};\n"]
    out += ["\nconst ConfabOperation confab_operation_table[CONFAB_N_OPERATIONS] = {\n"]
    out += [c_operation(operation, buckets) for operation in protocol.operations] + ["};\n\n"]
    out += ["/* By name, for a binary search. */\nconst ConfabOperationId confab_operation_by_event[] = {\n"]
    heard = sorted(o["name"] for o in protocol.operations if o.get("event", o["name"]))
    out += [f"  CONFAB_OPERATION_{shout(name)},\n" for name in heard]
    out += [f"}};\nconst guint confab_n_operations_by_event = {len(heard)};\n\n"]
    out += ["/* Those with a path, in the order of trying: a literal word goes before a value in the same place. */\n",
            "const ConfabOperationId confab_operation_by_path[] = {\n"]
    routed = sorted((operation for operation in protocol.operations if operation["rest"]), key=literal_first)
    out += [f"  CONFAB_OPERATION_{shout(o['name'])},\n" for o in routed]
    out += [f"}};\nconst guint confab_n_operations_by_path = {len(routed)};\n"]
    return "".join(out)


CODE = {"confab-vocabulary.h": vocabulary_h, "confab-vocabulary.c": vocabulary_c,
        "confab-operations.h": operations_h, "confab-operations.c": operations_c}


# Published documents


def schema_of_type(kind):
    if kind.endswith("[]"):
        return {"type": "array", "items": schema_of_type(kind.removesuffix("[]"))}
    ulid = {"type": "string", "pattern": "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"}
    known = {
        "id": ulid, "ids": {"type": "array", "items": ulid},
        "string": {"type": "string"}, "text": {"type": "string"}, "secret": {"type": "string"},
        "int": {"type": "integer", "format": "int64"}, "bool": {"type": "boolean"},
        "timestamp": {"type": "string", "format": "date-time"}, "object": {"type": "object"},
        "revs": {"type": "object", "propertyNames": ulid, "additionalProperties": {"type": "integer", "minimum": 0}},
    }
    return dict(known[kind]) if kind in known else {"$ref": f"#/components/schemas/{kind}"}


LENGTH = ("minLength", "maxLength")
BOUNDS = {"string": LENGTH, "text": LENGTH, "secret": LENGTH,
          "ids": ("minItems", "maxItems"), "revs": ("minProperties", "maxProperties")}


def schema_of_field(field):
    schema = schema_of_type(field["type"])
    low, high = BOUNDS.get(field["type"], ("minimum", "maximum"))
    if "min" in field:
        schema[low] = field["min"]
    if "max" in field:
        schema[high] = field["max"]
    if "default" in field:
        schema["default"] = field["default"]
    if field["type"] == "secret":
        schema["format"] = "password"
    about = field["about"] + (f". Also accepted as {field['alias']}" if "alias" in field else "")
    schema["description"] = about
    return schema


def schema_of_fields(fields, answer=False):
    whole = [f for f in fields if f["name"] == "..."]
    if whole:
        return schema_of_type(whole[0]["type"])
    schema = {"type": "object", "properties": {f["name"]: schema_of_field(f) for f in fields}}
    needed = [f["name"] for f in fields if f.get("required", answer)]
    if needed:
        schema["required"] = needed
    return schema


def schemas(protocol):
    out = {}
    for name, enum in protocol.enums.items():
        out[name] = {"type": "string", "enum": enum["values"], "description": enum["about"]}
    for name, thing in protocol.objects.items():
        out[name] = {**schema_of_fields(thing["fields"]), "description": thing["about"]}
    out["Error"] = {
        "type": "object", "description": "Why a request was refused", "required": ["code", "message"],
        "properties": {
            "code": {"type": "string", "enum": [code for code, _ in ERRORS]},
            "message": {"type": "string", "description": "In words, for a person"},
            "retryAfter": {"type": "number", "description": "Seconds after which to try again"},
            "fields": {"type": "object", "additionalProperties": {"type": "string"},
                       "description": "What is wrong with each field"},
            "requestId": {"type": "string", "description": "Under which the server's log has it"},
        },
    }
    return dict(sorted(out.items()))


def openapi_parameters(operation):
    in_path = path_values(operation["rest"]["path"])
    in_query = operation["rest"]["method"] in ("GET", "DELETE")
    for field in operation["fields"]:
        if field["name"] not in in_path and not in_query:
            continue
        schema = schema_of_field(field)
        about = schema.pop("description")
        place = "path" if field["name"] in in_path else "query"
        yield {"name": field["name"], "in": place, "required": bool(field.get("required")), "description": about,
               "schema": schema}


def json_content(schema):
    return {"application/json": {"schema": schema}}


def openapi_operation(protocol, operation):
    rest, bucket = operation["rest"], protocol.buckets[operation["bucket"]]
    out = {"operationId": operation["name"], "summary": operation["summary"], "tags": [operation["tag"]],
           "description": f"Rate limit {operation['bucket']}: {bucket['rate']} a second, {bucket['burst']} at once,"
                          f" per {bucket['per']}.",
           "security": [] if operation["auth"] == "none" else [{"bearer": []}]}
    parameters = list(openapi_parameters(operation))
    if parameters:
        out["parameters"] = parameters
    body = [f for f in operation["fields"] if f["name"] not in {p["name"] for p in parameters}]
    if body:
        out["requestBody"] = {"required": any(f.get("required") for f in body),
                              "content": json_content(schema_of_fields(body))}
    out["responses"] = {
        str(rest["status"]): {"description": "Done",
                              "content": json_content(schema_of_fields(operation["result"], True))},
        "default": {"$ref": "#/components/responses/Error"},
    }
    if operation["auth"] == "admin":
        out["description"] += " For admins of the server."
    return out


def openapi(protocol):
    paths = {}
    for operation in protocol.operations:
        if operation["rest"]:
            path = re.sub(r":(\w+)", r"{\1}", operation["rest"]["path"])
            paths.setdefault(path, {})[operation["rest"]["method"].lower()] = openapi_operation(protocol, operation)
    error = {"type": "object", "required": ["error"], "properties": {"error": {"$ref": "#/components/schemas/Error"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Confab", "version": f"0.{FEATURE_LEVEL}",
                 "license": {"name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"},
                 "description": "The REST door of a Confab server. " + RULES},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "responses": {"Error": {
                "description": "; ".join(f"{status}: {code}" for code, status in ERRORS),
                "headers": {"Retry-After": {"description": "Seconds after which to try again",
                                            "schema": {"type": "integer"}}},
                "content": json_content(error)}},
            "schemas": schemas(protocol),
        },
    }


def asyncapi_payload(name, fields):
    return {"type": "object", "required": ["event", "data"] if fields else ["event"],
            "properties": {"event": {"const": name}, "data": schema_of_fields(fields)}}


def asyncapi(protocol):
    messages, operations = {}, {}
    for verb in protocol.operations:
        if not verb.get("event", verb["name"]):
            continue
        payload = asyncapi_payload(verb["name"], verb["fields"])
        payload["properties"]["id"] = {"type": "integer", "minimum": 1, "description": "Comes back as reply"}
        answer = {"type": "object", "required": ["reply"], "properties": {
            "reply": {"type": "integer"}, "data": schema_of_fields(verb["result"], True),
            "error": {"$ref": "#/components/schemas/Error"}}}
        messages[verb["name"]] = {"name": verb["name"], "summary": verb["summary"], "payload": payload}
        messages[verb["name"] + ".reply"] = {"name": verb["name"] + ".reply", "payload": answer}
        operations[verb["name"]] = {
            "action": "receive", "channel": {"$ref": "#/channels/ws"}, "summary": verb["summary"],
            "messages": [{"$ref": f"#/channels/ws/messages/{verb['name']}"}],
            "reply": {"channel": {"$ref": "#/channels/ws"},
                      "messages": [{"$ref": f"#/channels/ws/messages/{verb['name']}.reply"}]}}
    for event in protocol.events:
        key = event["name"] + ".event"
        messages[key] = {"name": event["name"], "summary": event["about"],
                         "payload": asyncapi_payload(event["name"], event["fields"])}
        operations[key] = {"action": "send", "channel": {"$ref": "#/channels/ws"}, "summary": event["about"],
                           "messages": [{"$ref": f"#/channels/ws/messages/{key}"}]}
    messages["pong"] = {"name": "pong", "summary": "The answer to ping", "payload": asyncapi_payload("pong", [])}
    operations["pong"] = {"action": "receive", "channel": {"$ref": "#/channels/ws"}, "summary": "The answer to ping",
                          "messages": [{"$ref": "#/channels/ws/messages/pong"}]}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Confab", "version": f"0.{FEATURE_LEVEL}", "license": {"name": "GPL-3.0-or-later"},
                 "description": "The WebSocket door of a Confab server: one JSON object per text frame. " + RULES},
        "defaultContentType": "application/json",
        "channels": {"ws": {"address": "/ws", "messages": messages}},
        "operations": operations,
        "components": {"schemas": schemas(protocol)},
    }


DOCUMENTS = {"openapi": openapi, "asyncapi": asyncapi}


def document(protocol, name):
    return json.dumps(DOCUMENTS[name](protocol), indent=2, ensure_ascii=False) + "\n"


def check(protocol, folder):
    stale = False
    for name in DOCUMENTS:
        path = folder / f"{name}.json"
        committed, wanted = path.read_text(encoding="utf-8") if path.exists() else "", document(protocol, name)
        if committed != wanted:
            stale = True
            lines = difflib.unified_diff(committed.splitlines(), wanted.splitlines(), str(path), "the tables",
                                         lineterm="", n=1)
            print(f"{path} is stale: run lib/protocol/generate.py", *list(lines)[:40], sep="\n", file=sys.stderr)
    return 1 if stale else 0


def write(folder, texts):
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


def run(protocol, arguments):
    if not arguments:
        return write(DOCS, {f"{name}.json": document(protocol, name) for name in DOCUMENTS})
    if arguments == ["--check"]:
        return check(protocol, DOCS)
    if arguments[0] == "code" and len(arguments) == 2:
        return write(pathlib.Path(arguments[1]), {name: make(protocol) for name, make in CODE.items()})
    if arguments[0] in DOCUMENTS and len(arguments) == 1:
        sys.stdout.write(document(protocol, arguments[0]))
        return 0
    print("usage: generate.py [--check | code FOLDER | openapi | asyncapi]", file=sys.stderr)
    return 2


def main(arguments):
    try:
        return run(Protocol(HERE / "operations"), arguments)
    except Wrong as wrong:
        print(f"generate.py: {wrong}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
