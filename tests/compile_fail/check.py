# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# check.py FILE COMPILER ARGUMENT...: FILE must not compile, for the reason on its `// expect:`
# line. It must compile if COQUEST_CONTROL is defined, which shows that there is no other reason.
# Its lines `// with:` (for both), `// only to fail:` and `// only to pass:` have further arguments.
# These come first, and the folder of a -I is relative to the file.
import os
import re
import subprocess
import sys


def compile_file(*arguments):
    result = subprocess.run(arguments, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return result.returncode == 0, result.stdout


def line(name):
    found = re.search(rf"^// {name}: (.*)$", text, re.M)
    return found.group(1) if found else ""


def arguments(name):
    folder = os.path.dirname(os.path.abspath(file))
    return [f"-I{folder}/{one[2:]}" if one.startswith("-I") else one for one in line(name).split()]


file, compiler, *common = sys.argv[1:]
text = open(file).read()
expected = line("expect")
common += ["-fsyntax-only", file]

ok, output = compile_file(compiler, *arguments("only to pass"), *arguments("with"), *common,
                          "-DCOQUEST_CONTROL")
if not ok:
    sys.exit(f"does not compile with COQUEST_CONTROL:\n{output}")
# The language standard of a case must follow that of all cases.
ok, output = compile_file(compiler, *arguments("only to fail"), *arguments("with"), *common,
                          *[one for one in arguments("only to fail") if not one.startswith("-I")])
if ok:
    sys.exit("compiles, and should not")
if not re.search(expected, output):
    sys.exit(f"does not compile, but not because of '{expected}':\n{output}")
print(f"refused: {expected}")
