"""Any workbook without a form spec: its tables as data, its sheets in colour, a spec drafted."""
