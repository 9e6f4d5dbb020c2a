// libFuzzer brings the program's beginning along; the readers are linked beside it.
