"""Beside the jobs: who lives, who is deaf, frozen or gone, and what nobody refers to."""
