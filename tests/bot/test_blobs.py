from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from bot.blobs import DirectoryBlobs
from bot.ports import BlobStore


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def blobs(root: Path) -> DirectoryBlobs:
    return DirectoryBlobs(root)


def written(blobs: BlobStore, content: bytes, suffix: str = ".jpg") -> Path:
    file = blobs.scratch(suffix)
    file.write_bytes(content)
    return file


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


async def test_a_blob_is_named_by_its_bytes_and_its_suffix(blobs: DirectoryBlobs) -> None:
    name = await blobs.put(written(blobs, b"a painting", ".png"))
    assert name == hashlib.sha256(b"a painting").hexdigest() + ".png"
    assert blobs.path(name).read_bytes() == b"a painting"


async def test_a_file_that_is_put_is_moved(blobs: DirectoryBlobs) -> None:
    file = written(blobs, b"a painting")
    await blobs.put(file)
    assert not file.exists()


async def test_the_same_bytes_twice_are_one_blob(blobs: DirectoryBlobs, root: Path) -> None:
    names = await asyncio.gather(*(blobs.put(written(blobs, b"a painting")) for _ in range(8)))
    assert len(set(names)) == 1
    assert files(root) == [blobs.path(names[0])]


async def test_other_bytes_are_another_blob(blobs: DirectoryBlobs) -> None:
    first = await blobs.put(written(blobs, b"a painting"))
    second = await blobs.put(written(blobs, b"another painting"))
    assert blobs.path(first).read_bytes() == b"a painting"
    assert blobs.path(second).read_bytes() == b"another painting"


async def test_a_blob_outlives_the_store(blobs: DirectoryBlobs, root: Path) -> None:
    name = await blobs.put(written(blobs, b"a painting"))
    again = DirectoryBlobs(root)
    again.sweep()
    assert again.path(name).read_bytes() == b"a painting"


@pytest.mark.parametrize("suffix", ["", ".", ".JPG", ".j g", ".verylongsuffix"])
async def test_a_suffix_that_would_make_no_name_is_refused_and_the_file_stays(
    blobs: DirectoryBlobs, suffix: str
) -> None:
    file = written(blobs, b"a painting", suffix)
    with pytest.raises(ValueError, match="no suffix for a blob"):
        await blobs.put(file)
    assert file.exists()


def test_scratch_paths_are_fresh_and_end_as_asked(blobs: DirectoryBlobs) -> None:
    paths = {blobs.scratch(".png") for _ in range(100)}
    assert len(paths) == 100
    assert all(path.suffix == ".png" and path.parent.is_dir() and not path.exists() for path in paths)


async def test_what_an_earlier_run_left_is_swept_and_blobs_are_not(blobs: DirectoryBlobs, root: Path) -> None:
    name = await blobs.put(written(blobs, b"a painting"))
    written(blobs, b"half a paint")
    blobs.sweep()
    assert files(root) == [blobs.path(name)]


async def test_a_deleted_blob_is_gone_and_deleting_again_is_no_error(blobs: DirectoryBlobs, root: Path) -> None:
    name = await blobs.put(written(blobs, b"a painting"))
    await blobs.delete(name)
    await blobs.delete(name)
    assert files(root) == []
    with pytest.raises(FileNotFoundError):
        blobs.path(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "tmp/left.jpg",
        "../secret.jpg",
        "/etc/passwd",
        "aa/../../secret.jpg",
        "0" * 64,
        "0" * 63 + "g.jpg",
        "0" * 64 + ".jpg",
        "0" * 64 + ".jpg\n",
        "0" * 64 + "./../../secret.jpg",
        "A" * 64 + ".jpg",
        "\0" * 64 + ".jpg",
    ],
)
async def test_what_is_no_blob_is_not_found_and_not_deleted(blobs: DirectoryBlobs, root: Path, name: str) -> None:
    secret, left = root.parent / "secret.jpg", root / "tmp" / "left.jpg"
    secret.touch()
    left.touch()
    with pytest.raises(FileNotFoundError):
        blobs.path(name)
    await blobs.delete(name)
    assert secret.exists()
    assert left.exists()
