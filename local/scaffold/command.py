"""`make resource`."""

import argparse

from local.commands import Commands


def add(commands: Commands) -> None:
    resource = commands.add(
        "resource",
        _run,
        summary="write a resource: table, endpoints, events, documents",
        example='note --fields "text:text(10000) pinned:boolean=false"',
    )
    resource.add_argument("name", help="one of it: note")
    resource.add_argument("--plural", default="", help="many of it, where that is not the name and an s")
    resource.add_argument("--fields", default="", help='"title:text(200) done:boolean=false due_at:timestamp?"')
    resource.add_argument(
        "--remove", action="store_true", help="take away what was written, unless it was changed since"
    )


def _run(options: argparse.Namespace) -> int:
    from local.scaffold.make import make_resource
    from local.scaffold.remove import remove_resource

    if options.remove:
        remove_resource(options.name)
    else:
        make_resource(options.name, options.plural, options.fields)
    return 0
