"""python -m dbwarden"""

from dbwarden.cli.main import main

main()
