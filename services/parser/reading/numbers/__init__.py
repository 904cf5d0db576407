"""Every number of a document: a target, a figure, or labelled with why it is neither (SPEC §8, §9)."""
