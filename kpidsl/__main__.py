from kpidsl.cli.main import main

main()
