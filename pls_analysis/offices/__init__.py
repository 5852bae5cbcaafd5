"""What the offices that file forms are told: who has sent what, and what is amiss in it."""
