"""From one request a second to a hundred thousand: arithmetic, and a simulation that checks it."""
