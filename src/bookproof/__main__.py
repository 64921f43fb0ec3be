"""`python -m bookproof` is `bookproof`."""

from bookproof.cli import main

if __name__ == "__main__":
    main()
