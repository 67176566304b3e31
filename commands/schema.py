"""vtk schema: print the JSON Schema of the records."""


def schema() -> None:
    """Print the JSON Schema of a span, the record of every vtk stream.

    \b
    Examples:
      vtk schema
      vtk schema > span.schema.json
    """
    import orjson

    from vtk.schema import SCHEMA
    from vtk.stream import Stream

    text = orjson.dumps(SCHEMA, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    raise SystemExit(Stream("schema").run(lambda: text))
