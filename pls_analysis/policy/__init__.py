"""What a policy asks for: the algebra of targets, their catalogue, and how they are judged."""
