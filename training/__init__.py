"""How the bundled demo model was made: songs, training, evaluation. It knows nothing of jobs, the API or the worker."""
