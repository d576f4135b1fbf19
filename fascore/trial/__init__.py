"""A store's explanations on trial: measures over a test set, their summary, the paper's claims."""
