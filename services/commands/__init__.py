"""What each command of `dafu` does; cli.py only names them and their options."""
