"""Pure rules: predicates over the contract's columns and arithmetic. Nothing here connects to anything."""
