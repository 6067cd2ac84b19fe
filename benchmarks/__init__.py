"""What gridwall costs, measured side by side in one run on one machine, against the budgets it promises."""
