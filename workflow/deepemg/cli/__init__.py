"""The command `deepemg`: one file per subcommand, each a thin call of the library."""
