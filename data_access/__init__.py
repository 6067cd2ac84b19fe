"""Reading the operational database through the contract. Knows no indicator, no Dash and no HTTP."""
