"""From lines to meaning: a Page becomes a Document. All pure; `read` draws the pipeline.

layout ─ rows with their place        sentences ─ where a sentence ends        patterns, bodies ─ words, names
kinds ─► letters | notices | reports (frames: which rows are body; lines, closing) ─► metadata (letter_fields,
page_fields) ─► outline, markers, headings ─► structure ─► modes ─► blocks, units, responsible, references
─► understanding: commitments ─► targets ─► figures
"""
