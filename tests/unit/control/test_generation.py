from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from headwater.control.generation import Generation


def test_a_bump_is_seen_through_another_opening_of_the_file(tmp_path: Path) -> None:
    writer, reader = Generation(tmp_path / "run" / "g"), Generation(tmp_path / "run" / "g")
    before = reader.read()
    writer.bump()
    assert reader.read() == before + 1
    writer.close()
    reader.close()


def test_no_bump_is_lost_between_threads_and_processes(tmp_path: Path) -> None:
    path = tmp_path / "g"
    generation = Generation(path)
    code = (
        "import sys; from pathlib import Path; from headwater.control.generation import Generation\n"
        "g = Generation(Path(sys.argv[1]))\nfor _ in range(500): g.bump()"
    )
    others = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(2)]
    threads = [threading.Thread(target=lambda: [generation.bump() for _ in range(500)]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [other.wait() for other in others] == [0, 0]
    assert generation.read() == 2000
    generation.close()


def test_the_count_outlives_the_process(tmp_path: Path) -> None:
    first = Generation(tmp_path / "g")
    first.bump()
    first.close()
    again = Generation(tmp_path / "g")
    assert again.read() == 1
    again.close()
