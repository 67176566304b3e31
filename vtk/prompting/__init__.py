"""Talking with a model about spans: dialogues, templates, and the frames that are shown.

A layer between models, which answer one prompt after the other, and the abilities, which know what
they want of a span. What is asked is theirs; nothing here knows of captions.
"""
