"""Private folders that go with their job, or are found when their process is gone."""

import os

from worker.scratch import Scratch


def test_a_folder_is_private_and_goes(tmp_path):
    with Scratch(tmp_path / "new").folder() as folder:
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "file").write_text("x")
    assert list((tmp_path / "new").iterdir()) == []


def test_what_a_killed_process_left_is_swept(tmp_path):
    left = tmp_path / "stemify-job-left"
    (left / "stems").mkdir(parents=True)
    old = tmp_path / "stemify-new-old"
    old.mkdir()
    os.utime(old, (0, 0))
    young = tmp_path / "stemify-new-young"
    young.mkdir()
    foreign = tmp_path / "other"
    foreign.mkdir()
    scratch = Scratch(tmp_path)
    with scratch.folder() as in_work:
        os.utime(in_work, (0, 0))
        scratch.sweep()
        assert set(tmp_path.iterdir()) == {in_work, young, foreign}
