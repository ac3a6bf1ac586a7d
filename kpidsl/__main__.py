from kpidsl.cli.entry import main

main()
