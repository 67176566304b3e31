"""Several stages run as one: recipes, and the filter between their stages."""
