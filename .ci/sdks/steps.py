"""Runs steps that call an SDK, and compares which fail with a list of the SDK's known bugs."""

import sys


class Steps:
    def __init__(self, known):
        self.known = known
        self.passed, self.failed, self.surprises = 0, 0, []
        self.names = []

    def run(self, name, call):
        self.names.append(name)
        try:
            result = call()
        except Exception as error:  # an SDK can raise anything
            _, expected = self.known.get(name, ("", None))
            if expected is not None and expected in str(error):
                self.failed += 1
            else:
                self.surprises.append(f"{name} failed: {type(error).__name__}: {str(error)[:400]}")
            return None
        self.passed += 1
        if name in self.known:
            self.surprises.append(f"{name} passed, though the SDK {self.known[name][0]}")
        return result

    def end(self, sdk, methods):
        """Every method has to have been called."""
        left = [method for method in methods if not any(name.split(" ")[0] == method for name in self.names)]
        if left:
            self.surprises.append(f"not called: {', '.join(left)}")
        print(f"{sdk}: {self.passed} calls passed, {self.failed} failed by known bugs of the SDK")
        for line in self.surprises:
            print(f"  {line}")
        sys.exit(1 if self.surprises else 0)
