"""Judging one map: does the score follow it, does it hold still, where does it look?"""
