"""Films of the kinds of footage on which shot detectors fail; `split_wild` renders them."""
