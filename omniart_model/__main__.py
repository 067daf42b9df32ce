"""``python -m omniart_model``: the command. Under ``torchrun`` it is one of the processes that train together."""

import os

from omniart_model.entry import main


def _run() -> None:
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        main()
        return
    from omniart_model.training.distributed import joined  # noqa: PLC0415 - torch, only where it is needed

    with joined(os.environ):
        main()


if __name__ == "__main__":
    _run()
