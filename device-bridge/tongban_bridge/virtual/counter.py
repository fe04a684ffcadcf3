"""A whole counter without hardware: every device virtual, each on the port of a real one."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from tongban_bridge.virtual.escl import VirtualScanner
from tongban_bridge.virtual.evaluator import VirtualEvaluator
from tongban_bridge.virtual.idcard import PEOPLE, VirtualReader
from tongban_bridge.virtual.ipp import VirtualPrinter
from tongban_bridge.virtual.line import VirtualLine
from tongban_bridge.virtual.slip import VirtualSlipPrinter

_SETTINGS = """\
page_port = {page_port}
server = "{server}"

[[devices]]
id = "idcard"
name = "身份证阅读器（虚拟）"
driver = "sam_v"
port = "{reader}"
photo_program = {portrait}

[[devices]]
id = "evaluator"
name = "评价器（虚拟）"
driver = "evaluator"
port = "{evaluator}"

[[devices]]
id = "scanner"
name = "扫描仪（虚拟）"
driver = "escl"
url = "{scanner}"

[[devices]]
id = "printer"
name = "打印机（虚拟）"
driver = "ipp"
uri = "{printer}"

[[devices]]
id = "slip"
name = "小票打印机（虚拟）"
driver = "escpos"
port = "{slip}"
"""


class _Unpluggable(Protocol):
    def stop(self) -> None: ...


class _Cable:
    def __init__(self, line: VirtualLine) -> None:
        self.stop = line.unplug


class VirtualCounter:
    """Starts with everything plugged in; `level` is pressed by itself when an answer is asked."""

    def __init__(self, folder: Path, *, level: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.reader = VirtualReader()
        self.evaluator = VirtualEvaluator(level=level)
        self.scanner = VirtualScanner()
        self.printer = VirtualPrinter()
        self.slip = VirtualSlipPrinter()
        self._line: VirtualLine | None = None
        self._plugs: dict[str, Callable[[], _Unpluggable]] = {
            "idcard": self._plug_reader,
            "evaluator": self._plug_evaluator,
            "scanner": self._plug_scanner,
            "printer": self._plug_printer,
            "slip": self._plug_slip,
        }
        self._plugged: dict[str, _Unpluggable] = {
            "scanner": self.scanner,
            "printer": self.printer,
            "slip": self.slip,
        }
        self.plug("idcard")
        self.plug("evaluator")

    @property
    def devices(self) -> dict[str, bool]:
        """Which devices there are, and whether each is plugged in."""
        return {name: name in self._plugged for name in self._plugs}

    def settings(self, page_port: int, server: str = "") -> str:
        """The settings of a bridge that uses this counter."""
        return _SETTINGS.format(
            page_port=page_port,
            server=server,
            reader=(self._folder / "idcard").as_posix(),
            portrait=json.dumps([sys.executable, "-m", "tongban_bridge.virtual.portrait"]),
            evaluator=(self._folder / "evaluator").as_posix(),
            scanner=self.scanner.url,
            printer=self.printer.uri,
            slip=self.slip.address,
        )

    def plug(self, name: str) -> None:
        """Plug a device in again. KeyError for a name that none has."""
        if name not in self._plugged:
            self._plugged[name] = self._plugs[name]()

    def unplug(self, name: str) -> None:
        """Pull a device out. KeyError for a name that none has."""
        if not self.devices[name]:
            return
        self._plugged.pop(name).stop()

    def lay(self, person: str | None) -> None:
        """Lay somebody's card on the reader; none takes it away. KeyError for a stranger."""
        self.reader.lay(*([PEOPLE[person]] if person else []))

    def press(self, level: int) -> None:
        """Press a level. KeyError for one that the device has no key for."""
        if self._line:
            self._line.say(self.evaluator.press(self.evaluator.key_of(level)))

    def hold(self, name: str, *, on: bool) -> None:
        """Let what the scanner or the printer has begun not end. KeyError for any other."""
        if name == "scanner":
            self.scanner.held = on
        elif name == "printer":
            self.printer.held = on
        else:
            raise KeyError(name)

    def stop(self) -> None:
        """Pull everything out."""
        for name in list(self._plugged):
            self.unplug(name)

    def _plug_reader(self) -> _Unpluggable:
        return _Cable(VirtualLine(self.reader, self._folder / "idcard", baud=115200))

    def _plug_evaluator(self) -> _Unpluggable:
        self._line = VirtualLine(self.evaluator, self._folder / "evaluator", baud=9600)
        return _Cable(self._line)

    def _plug_scanner(self) -> _Unpluggable:
        self.scanner = VirtualScanner(self.scanner.port)
        return self.scanner

    def _plug_printer(self) -> _Unpluggable:
        self.printer = VirtualPrinter(self.printer.port)
        return self.printer

    def _plug_slip(self) -> _Unpluggable:
        self.slip = VirtualSlipPrinter(self.slip.port)
        return self.slip
