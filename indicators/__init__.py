"""What the numbers mean: rules, readings, the registry and the working calendar. Knows no Dash and opens no connection."""
