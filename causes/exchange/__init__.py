"""The catalogue in and out: each table as CSV or spreadsheet, the whole as one JSON document."""
