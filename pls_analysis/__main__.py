"""Run the commands as `python -m pls_analysis`."""

from pls_analysis.cli import main

if __name__ == "__main__":
    main(prog_name="pls")
