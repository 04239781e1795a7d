"""Run the SMTP server: `python -m config.mailbox --port 2525 --directory var/mail`."""

import argparse
import asyncio
from pathlib import Path

from config.mailbox.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m config.mailbox", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(serve(port=options.port, directory=options.directory))


main()
