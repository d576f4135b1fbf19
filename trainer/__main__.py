"""`python -m trainer COMMAND`."""

if __name__ == "__main__":  # worker processes import this file too, and need nothing of it
    import sys

    from trainer.cli import main

    sys.exit(main())
