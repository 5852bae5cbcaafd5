"""Turn office workbooks into traceable observations, trend charts and briefs."""
