"""`atelier`, also as `python -m bot`."""

import signal


def main() -> None:
    """Run the command line, which takes a moment to import; a Ctrl-C until then ends it without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from bot import cli

    signal.signal(signal.SIGINT, signal.default_int_handler)
    cli.main()


if __name__ == "__main__":
    main()
