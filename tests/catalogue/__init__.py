"""What a migrated schema must hold, table by table: each module gives findings, one line each, with what to write."""
