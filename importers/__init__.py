"""Real 311 data into a contract database as it stood at a moment, and the replay of the rest.

``layouts`` what the columns of a city's file mean; ``mapping`` the same from a file; ``times`` reading moments; ``areas``
polygons into areas; ``places`` an order's area; ``records`` the lines of a file; ``orders`` lines into orders; ``history``
an order as it stood at a moment; ``database`` writing; ``run`` the import; ``replay`` the rest; ``cli`` the commands.
"""
