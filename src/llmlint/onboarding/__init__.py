"""What a project needs so that llmlint is asked at every turn: looked for, shown, written where it is missing."""
