"""How the embedded models were made. Never imported at run time; see ../README.md."""
