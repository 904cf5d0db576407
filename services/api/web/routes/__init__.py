"""One module a page, or a few pages about one thing. Each gathers, lets a view shape it, and names a template."""
