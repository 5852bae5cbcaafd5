"""What may be published of counts of people: small ones are hidden, and what would tell them."""
