"""Read office workbooks: gate, cells, layout, form, observation or issue."""
