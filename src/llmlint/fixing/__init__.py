"""What fixes are written with: changes of a libcst tree, and the edits of the text that they come to."""
