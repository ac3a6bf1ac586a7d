"""What the program `kpidsl` starts with: so little that Ctrl-C is answered from the first moment on."""

import sys


def main() -> None:
    try:
        from kpidsl.cli.main import main

        main()
    except KeyboardInterrupt:
        sys.stderr.write("kpidsl: Broken off. 已中断。\n")
        sys.exit(130)
