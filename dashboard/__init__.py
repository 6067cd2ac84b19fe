"""The composition root: settings, the publisher, the web application, security, health and the command line."""
