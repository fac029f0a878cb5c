"""What a user has to put right before anything is asked."""


class ConfigurationError(ValueError):
    """One line that names what is wrong and the remedy. The command line exits with 2."""
