"""How sure a figure is: intervals, paired tests, resampling, training noise."""
