"""A comparison for people and for subscribers: text, HTML, event data."""
