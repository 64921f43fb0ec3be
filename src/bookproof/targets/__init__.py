"""How a request gets its answer: from a recording, from the embedded reference, or from a live address."""
