"""Characters, numbers and dates: what a run of text says before anyone asks what it means.

page's own text ─ layers.canonical ─► CANONICAL ─ layers.match ─► MATCH ─ layers.key ─► KEY      (SPEC §0)
                   same length          spans      same length    regular      equality,
                                                   ▲              expressions  hashes
                                      script.to_simplified
replace    one character for one, fast                  privacy  personal telephone numbers masked
numerals   one written number to its value               dates   one written date to ISO 8601
"""
