"""From lines to meaning: a Page becomes a Document. All pure; `read` draws the pipeline, a folder is a step of it.

    anatomy      which rows are the document: kinds ─► letters | notices | reports (lines, closing, sheet, layout)
    metadata     titles, numbers, dates, who wrote to whom; page and text beside each other
    structure    outline, markers, headings ─► tree ─► modes, blocks, units, responsible
    commitments  units ─► clauses ─► what is promised, by whom, how firmly, until when
    numbers      quantities ─► targets, figures, and a label for every number that is neither

patterns, sentences, bodies ─ how words, sentences and names of public bodies are found; every step uses them
memo ─ what a sentence, a line or a paragraph says by itself is remembered: a page read again mostly says it again
aliases ─ names of bodies a user adds; bodies knows them once it is told, at start-up
understanding ─ commitments, then targets, then figures, over a structured Document
"""
