"""Heads of people who do not exist, rendered in linear light."""
