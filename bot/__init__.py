"""The bot process: adapters, intake, store, queue, dispatch and outbox. Never imports torch."""
