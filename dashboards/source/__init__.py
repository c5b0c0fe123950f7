"""What the boards and rules are made of; make_boards.py writes them. One module per board, one per kind of rule."""
