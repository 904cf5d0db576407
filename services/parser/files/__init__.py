"""A file's bytes to its text. Pure; a broken file is a value, never an exception.

bytes ─► kind (what they are) ─┬─ pdf ─► pages ─► visual lines ─► paragraphs
                               ├─ docx, xlsx ─► archive (bounds, no DTD) ─► paragraphs and table rows
                               └─ anything else: unreadable, with the kind named

The libraries behind it can be made to run long or to fill the memory; `parser.apart` runs `read_file` in a process
of its own with hard bounds. What is read here becomes documents: raise `reading.read.READER` when it changes.
"""
