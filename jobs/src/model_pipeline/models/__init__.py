"""Models in every form that steps write, all of which answer with logits."""
