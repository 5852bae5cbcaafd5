"""Write synthetic office workbooks and the truth they were made from."""
