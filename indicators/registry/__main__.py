"""``python -m indicators.registry`` prints the document of the indicators."""

from indicators.registry import document

if __name__ == "__main__":
    print(document(), end="")
