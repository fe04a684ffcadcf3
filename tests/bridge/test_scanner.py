"""Scanners: eSCL against a server of ours, SANE and ffmpeg against their own test sources."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from tests.bridge.system import program
from tongban_bridge.device import Command, Outcome, Turn
from tongban_bridge.faults import Fault
from tongban_bridge.scanner.camera import DocumentCamera
from tongban_bridge.scanner.escl import EsclScanner
from tongban_bridge.scanner.naps2 import Naps2Scanner
from tongban_bridge.scanner.sane import SaneScanner
from tongban_bridge.virtual.escl import VirtualScanner, sheet

AD_INFINITUM = datetime.max.replace(tzinfo=UTC)


def command(**parameters: object) -> Command:
    return Command("c1", "scan", parameters, AD_INFINITUM)


def pictures(outcome: Outcome) -> list[Image.Image]:
    return [Image.open(io.BytesIO(file.content)) for file in outcome.files]


@pytest.fixture
def scanner() -> Iterator[VirtualScanner]:
    scanner = VirtualScanner()
    yield scanner
    scanner.stop()


@pytest.fixture
def driver(scanner: VirtualScanner) -> Iterator[EsclScanner]:
    driver = EsclScanner("s", "扫描仪", scanner.url)
    yield driver
    driver.close()


def fails(driver: EsclScanner | SaneScanner | DocumentCamera, **parameters: object) -> str:
    with pytest.raises(Fault) as caught:
        driver.run(command(**parameters), Turn(5))
    return caught.value.code


def test_a_page_from_the_glass(scanner: VirtualScanner, driver: EsclScanner) -> None:
    driver.check()
    outcome = driver.run(command(dpi=200, colour=True, format="jpeg"), Turn(10))
    (picture,) = pictures(outcome)
    assert (picture.size, picture.mode) == ((1654, 2338), "RGB")
    assert scanner.requests[-1] == "DELETE /eSCL/ScanJobs/1"


def test_a_stack_from_the_feeder(scanner: VirtualScanner, driver: EsclScanner) -> None:
    scanner.feeder = [sheet(1, 100), sheet(2, 100, blank=True), sheet(3, 100, tilt=2)]
    outcome = driver.run(command(source="feeder", dpi=100, format="pdf"), Turn(10))
    (file,) = outcome.files
    assert len(PdfReader(io.BytesIO(file.content)).pages) == 2


def test_no_more_pages_than_asked(scanner: VirtualScanner, driver: EsclScanner) -> None:
    scanner.feeder = [sheet(number, 100) for number in range(5)]
    outcome = driver.run(command(source="feeder", dpi=100, format="jpeg", pages=2), Turn(10))
    assert len(outcome.files) == 2


@pytest.mark.parametrize(("asked", "got"), [(150, 200), (600, 600), (1200, 600), (75, 100)])
def test_the_least_resolution_that_is_enough(
    scanner: VirtualScanner, driver: EsclScanner, asked: int, got: int
) -> None:
    scanner.glass = sheet(1, 100)
    driver.run(command(dpi=asked, colour=False), Turn(10))
    assert f"<scan:XResolution>{got}<" in scanner.settings[0]
    assert "Grayscale8" in scanner.settings[0]


def test_a_busy_scanner_is_asked_again(scanner: VirtualScanner, driver: EsclScanner) -> None:
    scanner.busy = 1
    assert driver.run(command(dpi=100), Turn(10)).files


def test_a_scanner_that_stays_busy(scanner: VirtualScanner, driver: EsclScanner) -> None:
    scanner.busy = 100
    with pytest.raises(Fault, match="scanner_busy"):
        driver.run(command(dpi=100), Turn(0.1))


def test_faults_of_the_feeder(scanner: VirtualScanner, driver: EsclScanner) -> None:
    assert fails(driver, source="feeder") == "feeder_empty"
    scanner.feeder = [sheet(number, 100) for number in range(3)]
    scanner.jammed_after = 2
    assert fails(driver, source="feeder", dpi=100) == "feeder_jam"


def test_only_blank_pages(scanner: VirtualScanner, driver: EsclScanner) -> None:
    scanner.feeder = [sheet(1, 100, blank=True)]
    assert fails(driver, source="feeder", dpi=100) == "scan_blank"


def test_a_stopped_scanner(scanner: VirtualScanner, driver: EsclScanner) -> None:
    scanner.state = "Stopped"
    with pytest.raises(Fault, match="scanner_stopped"):
        driver.check()


def test_switched_off(scanner: VirtualScanner, driver: EsclScanner) -> None:
    scanner.stop()
    assert fails(driver) == "device_offline"


def test_an_address_that_is_no_scanner(scanner: VirtualScanner) -> None:
    driver = EsclScanner("s", "扫描仪", scanner.url.replace("eSCL", "other"))
    with pytest.raises(Fault, match="scanner_not_escl"):
        driver.check()
    driver.close()


def test_cancelled_between_pages(scanner: VirtualScanner, driver: EsclScanner) -> None:
    scanner.feeder = [sheet(1, 100), sheet(2, 100)]
    turn = Turn(10)
    turn.cancel()
    with pytest.raises(Fault, match="cancelled"):
        driver.run(command(source="feeder", dpi=100), turn)
    assert scanner.requests[-1].startswith("DELETE")


@pytest.mark.parametrize("parameters", [{"dpi": "many"}, {"dpi": 9000}, {"format": "tiff"}])
def test_parameters_of_a_later_platform(driver: EsclScanner, parameters: dict[str, object]) -> None:
    assert fails(driver, **parameters) == "bad_command"


@pytest.fixture
def sane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SaneScanner:
    """SANE's own test device."""
    scanimage = program("scanimage")
    (tmp_path / "dll.conf").write_text("test\n")
    (tmp_path / "test.conf").write_text('number_of_devices 1\ntest-picture "Color pattern"\n')
    monkeypatch.setenv("SANE_CONFIG_DIR", str(tmp_path))
    return SaneScanner("s", "扫描仪", "test:0", program=scanimage)


def test_sane_scans_from_the_glass(sane: SaneScanner) -> None:
    sane.check()
    (picture,) = pictures(sane.run(command(dpi=100, format="jpeg"), Turn(20)))
    assert picture.mode == "RGB"
    (grey,) = pictures(sane.run(command(dpi=100, format="jpeg", colour=False), Turn(20)))
    assert grey.mode == "L"


def test_sane_empties_the_feeder(sane: SaneScanner) -> None:
    outcome = sane.run(command(source="feeder", dpi=50, format="pdf"), Turn(30))
    (file,) = outcome.files
    assert len(PdfReader(io.BytesIO(file.content)).pages) == 10


def test_sane_takes_no_more_than_asked(sane: SaneScanner) -> None:
    outcome = sane.run(command(source="feeder", dpi=50, format="jpeg", pages=3), Turn(30))
    assert len(outcome.files) == 3


def test_sane_without_its_device(sane: SaneScanner) -> None:
    missing = SaneScanner("s", "扫描仪", "test:7")
    with pytest.raises(Fault, match="device_missing"):
        missing.check()


def test_sane_is_stopped_when_cancelled(sane: SaneScanner) -> None:
    sane.check()
    turn = Turn(20)
    turn.cancel()
    with pytest.raises(Fault, match="cancelled"):
        sane.run(command(dpi=600), turn)


def test_sane_is_not_installed() -> None:
    with pytest.raises(Fault, match="driver_missing"):
        SaneScanner("s", "扫描仪", "test:0", program="/nonexistent/scanimage").check()


def test_naps2_is_asked_as_documented(tmp_path: Path) -> None:
    """By a script in its place: the real program and its drivers were never run."""
    page = tmp_path / "page.jpg"
    page.write_bytes(sheet(1, 100))
    script = tmp_path / "naps2"
    script.write_text(f"""#!/bin/sh
echo "$@" >> {tmp_path}/asked
case "$*" in *--listdevices) echo "ACME 5000"; exit;; esac
for last; do :; done
cp {page} "$(dirname "$last")/0001.jpg"
cp {page} "$(dirname "$last")/0002.jpg"
""")
    script.chmod(0o755)
    scanner = Naps2Scanner("s", "扫描仪", "ACME 5000", program=str(script))
    scanner.check()
    outcome = scanner.run(command(source="feeder", dpi=100, format="jpeg"), Turn(20))
    assert len(outcome.files) == 2
    listing, scan = (tmp_path / "asked").read_text().splitlines()
    assert listing == "--noprofile --driver twain --listdevices"
    assert scan.startswith(
        "--noprofile --driver twain --device ACME 5000 --source feeder --dpi 100"
        " --bitdepth color --pagesize a4 --output "
    )
    assert scan.endswith("/$(nnnn).jpg")
    with pytest.raises(Fault, match="device_missing"):
        Naps2Scanner("s", "扫描仪", "another", program=str(script)).check()


def test_a_camera_takes_pictures() -> None:
    """ffmpeg's own test source in place of a camera; a real one was never tried."""
    camera = DocumentCamera(
        "k", "高拍仪", "testsrc=size=640x480:rate=25", system="lavfi", program=program("ffmpeg")
    )
    camera.check()
    (picture,) = pictures(camera.run(command(source="camera", format="jpeg"), Turn(20)))
    assert picture.size == (640, 480)
    assert camera.preview().startswith(b"\xff\xd8")


def test_a_camera_that_is_not_there() -> None:
    camera = DocumentCamera("k", "高拍仪", "/dev/video99")
    with pytest.raises(Fault, match="device_missing"):
        camera.check()
    assert fails(camera, source="camera") == "device_missing"
