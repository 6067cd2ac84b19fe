"""Pictures of every scene, profile, language and state of data, with a contact sheet: ``make shots``."""
