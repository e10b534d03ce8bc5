"""The API's document as a page for people: HTML without any script."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.adapters.web.api.document import PROBLEM

_Node = Mapping[str, Any]

_PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>The API · {title}</title>
  <link rel="icon" href="/page/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/page/palette.css">
  <link rel="stylesheet" href="/page/style.css">
  <link rel="stylesheet" href="/api/v1/docs.css">
</head>
<body>
  <header class="masthead">
    <h1><a href="/">{title}</a></h1>
    <p>The API</p>
    <nav><a href="/api/v1/openapi.json">openapi.json</a></nav>
  </header>
  <main class="reference">
    <nav class="contents" aria-label="Contents">{contents}</nav>
    <div class="sections">
      <section aria-label="About"><p>{about}</p>{security}{headers}</section>
      {sections}
      <section id="webhooks"><h2>Webhooks</h2>{webhooks}</section>
      <section id="schemas"><h2>What is sent and answered</h2>{schemas}</section>
    </div>
  </main>
</body>
</html>
"""

_KINDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
    "null": "null",
}
_FORMATS = {"binary": "file", "date-time": "time (RFC 3339)"}


def page(document: _Node) -> str:
    """The whole page."""
    by_tag = {tag["name"]: list(_operations(document, tag["name"])) for tag in document["tags"]}
    schemas = document["components"]["schemas"]
    return _PAGE.format(
        title=html.escape(document["info"]["title"]),
        about=_text(document["info"]["description"]),
        contents=_contents(by_tag),
        security=_security(document["components"]["securitySchemes"]),
        headers=_headers(document["components"]["headers"]),
        webhooks="".join(map(_webhook, document["webhooks"].values())),
        sections="".join(_section(tag, by_tag[tag["name"]]) for tag in document["tags"]),
        schemas="".join(_schema(name, schemas[name]) for name in sorted(schemas)),
    )


def _operations(document: _Node, tag: str) -> Iterable[tuple[str, str, _Node]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield method.upper(), path, operation


def _contents(by_tag: Mapping[str, Iterable[tuple[str, str, _Node]]]) -> str:
    lists = (
        f"<h2>{html.escape(tag.capitalize())}</h2><ul>"
        + "".join(
            f'<li><a href="#{operation["operationId"]}">{_text(operation["summary"])}</a></li>'
            for _, _, operation in operations
        )
        + "</ul>"
        for tag, operations in by_tag.items()
    )
    rest = '<h2><a href="#webhooks">Webhooks</a></h2><h2><a href="#schemas">What is sent and answered</a></h2>'
    return "".join(lists) + rest


def _security(schemes: _Node) -> str:
    fields = (
        _field(
            "Authorization: Bearer …" if scheme["type"] == "http" else f"Cookie: {scheme['name']}=…",
            "",
            scheme["description"],
        )
        for scheme in schemes.values()
    )
    return f"<h2>Who asks</h2>{_fields(fields)}"


def _headers(headers: _Node) -> str:
    fields = (_field(name, "", header["description"]) for name, header in headers.items())
    return f"<h2>How much is left</h2>{_fields(fields)}"


def _webhook(methods: _Node) -> str:
    webhook = methods["post"]
    return "".join(
        (
            f"<article><h3>{_text(webhook['summary'])}</h3><p>{_text(webhook['description'])}</p>",
            _parameters(webhook["parameters"]),
            _body(webhook["requestBody"]),
            "<h4>Answers</h4>",
            _fields(_response(*each) for each in webhook["responses"].items()),
            "</article>",
        )
    )


def _section(tag: _Node, operations: Iterable[tuple[str, str, _Node]]) -> str:
    articles = "".join(_operation(method, path, operation) for method, path, operation in operations)
    name = html.escape(tag["name"])
    return f'<section id="{name}"><h2>{name.capitalize()}</h2><p>{_text(tag["description"])}</p>{articles}</section>'


def _operation(method: str, path: str, operation: _Node) -> str:
    responses = operation["responses"]
    bad = {status: response for status, response in responses.items() if _is_problem(response)}
    good = {status: response for status, response in responses.items() if status not in bad}
    problems = "".join(_problems(*each) for each in bad.items())
    return "".join(
        (
            f'<article id="{operation["operationId"]}" class="operation"><h3>{_text(operation["summary"])}</h3>',
            f'<p class="line"><strong class="method {method.lower()}">{method}</strong> {_code(path)}</p>',
            f"<p>{_text(operation.get('description', ''))}</p>",
            *map(_sample, operation["x-codeSamples"]),
            _parameters(operation.get("parameters", ())),
            _body(operation["requestBody"]) if "requestBody" in operation else "",
            "<h4>Answers</h4>",
            _fields(_response(*each) for each in good.items()),
            f"<details><summary>Problems</summary>{_fields([problems])}</details>" if problems else "",
            "</article>",
        )
    )


def _sample(sample: _Node) -> str:
    return f"<pre>{_code(sample['source'])}</pre>"


def _is_problem(response: _Node) -> bool:
    return PROBLEM in response.get("content", {})


def _parameters(parameters: Iterable[_Node]) -> str:
    fields = [
        _field(
            parameter["name"],
            f"{parameter['in']} · {_type(parameter['schema'])}",
            parameter["description"],
            parameter["required"],
        )
        for parameter in parameters
    ]
    return f"<h4>Parameters</h4>{_fields(fields)}" if fields else ""


def _body(body: _Node) -> str:
    kinds = (f"{_code(kind)}, {_type(content['schema'])}" for kind, content in body["content"].items())
    return f"<h4>Body</h4><p>{' or '.join(kinds)}</p>"


def _response(status: str, response: _Node) -> str:
    kinds = " or ".join(
        _code(kind) + (f" {_type(content['schema'])}" if "$ref" in content.get("schema", {}) else "")
        for kind, content in response.get("content", {}).items()
    )
    headers = "".join(
        f"<br>{_code(name)}: {_text(header['description'])}"
        for name, header in response.get("headers", {}).items()
        if "$ref" not in header  # those that nearly every answer has are told once
    )
    return f"<div><dt>{status} <span>{kinds}</span></dt><dd>{_text(response['description'])}{headers}</dd></div>"


def _problems(status: str, response: _Node) -> str:
    lines = (line.removeprefix("- ") for line in response["description"].splitlines())
    return f"<div><dt>{status}</dt><dd>{'<br>'.join(map(_text, lines))}</dd></div>"


def _schema(name: str, schema: _Node) -> str:
    # Of an answer everything is there; to be told which parts are is for those who send.
    required = schema.get("required", ()) if schema.get("additionalProperties") is False else ()
    fields = [
        _field(field, _type(kind), kind.get("description", ""), field in required)
        for field, kind in schema.get("properties", {}).items()
    ]
    inside = _fields(fields) if fields else f"<p>{_type(schema)}</p>"
    return f'<article id="schema-{name}"><h3>{name}</h3><p>{_text(schema["description"])}</p>{inside}</article>'


def _fields(fields: Iterable[str]) -> str:
    return f'<dl class="fields">{"".join(fields)}</dl>'


def _field(name: str, kind: str, meaning: str, required: bool = False) -> str:
    must = ' <em class="required">required</em>' if required else ""
    return f"<div><dt>{_code(name)} <span>{kind}{must}</span></dt><dd>{_text(meaning)}</dd></div>"


def _type(schema: _Node) -> str:
    """A schema in words, as HTML."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#schema-{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(_code(str(value)) for value in schema["enum"])
    if "const" in schema:
        return _code(str(schema["const"]))
    if schema.get("type") == "array":
        most = f", at most {schema['maxItems']}" if "maxItems" in schema else ""
        return f"list of {_type(schema['items'])}{most}"
    if isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {_type(schema['additionalProperties'])}"
    kind = _FORMATS.get(schema.get("format", "")) or _KINDS.get(schema.get("type", ""), "anything")
    return kind + _bounds(schema)


def _bounds(schema: _Node) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and most is not None:
        return f", {least:g} to {most:g}"
    if "exclusiveMinimum" in schema:
        return f", above {schema['exclusiveMinimum']:g}" + ("" if most is None else f" and at most {most:g}")
    if least is not None:
        return f", at least {least:g}"
    if "maxLength" in schema:
        return f" of at most {schema['maxLength']} characters"
    return ""


def _code(text: str) -> str:
    return f"<code>{html.escape(text)}</code>"


def _text(text: str) -> str:
    """A sentence with code in backticks, as HTML."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))
