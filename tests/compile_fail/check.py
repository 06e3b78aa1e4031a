# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# check.py FILE COMPILER ARGUMENT...: FILE must not compile, for the reason on its `// expect:`
# line, and must compile where COQUEST_CONTROL is defined, so that no other reason is at work.
import re
import subprocess
import sys


def compile_file(*arguments):
    result = subprocess.run(arguments, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return result.returncode == 0, result.stdout


file, *command = sys.argv[1:]
expected = re.search(r"^// expect: (.*)$", open(file).read(), re.M).group(1)
command += ["-fsyntax-only", file]

ok, output = compile_file(*command, "-DCOQUEST_CONTROL")
if not ok:
    sys.exit(f"does not compile even where it should:\n{output}")
ok, output = compile_file(*command)
if ok:
    sys.exit("compiles, and should not")
if not re.search(expected, output):
    sys.exit(f"does not compile, but not because of '{expected}':\n{output}")
print(f"refused: {expected}")
