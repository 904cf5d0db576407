"""Which rows of a page are its document, and what kind of document it is (SPEC §1)."""
