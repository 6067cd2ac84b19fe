"""Generic questions to a contract database: counting, listing, bucketing. They know predicates, never an indicator."""
