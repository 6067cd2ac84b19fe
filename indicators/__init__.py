"""What the numbers mean: rules, readings, registry and working calendar. Knows no Dash and opens no connection."""
