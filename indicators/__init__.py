"""What the numbers mean: rules, readings, the registry, the work calendar. Imports of ours: ``data_access`` only."""
