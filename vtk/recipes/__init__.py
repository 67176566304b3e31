"""Recipes: published ways of captioning, as tables of stages that run as one."""
