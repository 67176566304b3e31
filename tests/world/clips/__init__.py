"""The named clips, grouped by what they show."""
