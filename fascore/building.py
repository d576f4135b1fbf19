"""The turn to build a network of Keras, for threads that would build two at the same moment."""

import threading

# MTCNN is built beside the networks, and once was found with weights missing: Keras does not say
# that building in two threads at once is safe. To be taken last, by who holds other locks too.
BUILDING = threading.RLock()
