"""Real 311 data into a contract database as it stood at a moment, and the replay of the rest.

``layouts`` what a file's columns mean, ``mapping`` the same from a mapping file; ``times``, ``names`` how both read;
``areas`` polygons into areas, ``places`` an order's area; ``records`` lines of a file, ``rows`` their fields,
``orders`` the whole file as a ``book``; ``history`` an order as it stood at a moment; ``database`` writing;
``run`` the import; ``replay`` the rest; ``cli`` the commands.
"""
