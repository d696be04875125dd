"""What the mocks and patches of a test do to it: the test doubles of a file, judged for each test when the file is over."""
