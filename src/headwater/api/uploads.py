"""A file that came with a request, laid down on disk piece by piece, so that its size costs no memory."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any, Final

from litestar import Request
from litestar.datastructures import UploadFile

from headwater.base.errors import InvalidInput

MAX_FILE_BYTES: Final = 2 * 1024**3
_CHUNK_BYTES: Final = 1024 * 1024


@contextlib.asynccontextmanager
async def spooled(chunks: AsyncIterator[bytes], directory: Path) -> AsyncIterator[Path]:
    """The bytes as a file of `directory` that is gone when the block ends. Raises InvalidInput when it is empty."""
    await asyncio.to_thread(directory.mkdir, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=directory, prefix="upload-") as file:
        size = await _write(chunks, file)
        if not size:
            raise InvalidInput("The file is empty. Nothing was stored.", details={"field": "file"})
        yield Path(file.name)


async def chunks_of(upload: UploadFile) -> AsyncIterator[bytes]:
    """The pieces of a file of a multipart form."""
    while chunk := await upload.read(_CHUNK_BYTES):
        yield chunk


async def upload_of(request: Request[Any, Any, Any]) -> tuple[UploadFile, dict[str, str]]:
    """The one file of a multipart form, and its text fields."""
    form = await request.form()
    files = [value for value in form.values() if isinstance(value, UploadFile)]
    if len(files) != 1:
        raise InvalidInput(
            f"The form must hold one file; it has {len(files)}. Nothing was stored.", details={"field": "file"}
        )
    return files[0], {name: value for name, value in form.items() if isinstance(value, str)}


async def _write(chunks: AsyncIterator[bytes], file: IO[bytes]) -> int:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > MAX_FILE_BYTES:
            raise InvalidInput(
                f"A file may have {MAX_FILE_BYTES} bytes; this one has more. Nothing was stored.",
                code="payload_too_large",
            )
        await asyncio.to_thread(file.write, chunk)
    await asyncio.to_thread(file.flush)
    return size
