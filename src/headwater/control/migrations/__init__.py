"""The steps that build the state database, one file per release that changed it; applied by `database.migrate`."""
