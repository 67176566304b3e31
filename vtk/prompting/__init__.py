"""Prompting a model about spans: dialogues, prompt templates, and frame selection.

A layer between the models, which answer single prompts, and the abilities, which decide what to
ask about a span. Nothing here is specific to captions.
"""
