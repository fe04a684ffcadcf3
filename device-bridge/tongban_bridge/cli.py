"""The command `tongban-bridge`."""

import argparse
from collections.abc import Sequence
from importlib.metadata import version


def main(arguments: Sequence[str] | None = None) -> None:
    """Answer `--help` and `--version`."""
    parser = argparse.ArgumentParser(
        prog="tongban-bridge",
        description="Lets the staff pages reach the devices on this counter."
        " This release knows no devices yet.",
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"tongban-bridge {version('tongban-device-bridge')}",
    )
    parser.parse_args(arguments)
    parser.print_help()
