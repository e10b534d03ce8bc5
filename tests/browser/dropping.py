"""Files that are dropped on a page, as the browser itself would hold them."""

from __future__ import annotations

import base64

from playwright.async_api import JSHandle, Page


async def transfer_of(page: Page, *files: tuple[str, str, bytes]) -> JSHandle:
    """A DataTransfer with these files: name, media type, content."""
    return await page.evaluate_handle(
        """files => {
            const transfer = new DataTransfer();
            for (const [name, type, base64] of files) {
                const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
                transfer.items.add(new File([bytes], name, { type }));
            }
            return transfer;
        }""",
        [[name, media_type, base64.b64encode(data).decode()] for name, media_type, data in files],
    )
