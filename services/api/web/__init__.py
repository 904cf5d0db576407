"""Pages for people: rendered here, over the same functions the API's routes use. No build step, no other host.

    request ─► visit (who looks: session or open reading, language) ─► routes (one module a page)
                    └ form (posted: Origin and form token judged)         │ views (pure: what a page shows)
    answer  ◄─ answer (Jinja2, everything escaped, security headers) ◄────┘

session   the signed cookie behind a sign-in        words    labels and sentences, Chinese and English
archive   a stored page made harmless               errors   what went wrong, as a page
"""
