"""The renderer: the process that owns the device, and the parent's side of it. Never imports bot."""
