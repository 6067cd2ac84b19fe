"""The panels of the broadcast, a module each; a scene lists those it shows."""
