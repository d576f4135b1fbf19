"""Face anti-spoofing networks with and without attention: models, explanations, metrics."""

import os

# read when NumPy is first imported: its threads and TensorFlow's wait for each other's processors,
# which makes a product of small matrices a hundred times slower
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
