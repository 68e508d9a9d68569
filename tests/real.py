"""The catalogue of the data folder, read once for all tests of a process: it takes a second, and nothing changes it."""

from causes.data_files import read_catalogue

REAL, PROBLEMS = read_catalogue()
