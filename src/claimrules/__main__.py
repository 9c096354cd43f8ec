"""`python -m claimrules`."""

from claimrules.cli import main

if __name__ == "__main__":
    main()
