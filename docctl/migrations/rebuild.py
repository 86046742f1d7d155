"""How a table of SQLite gets another constraint: it is made anew with its rows."""

from sqlalchemy import Connection, text


def remade(connection: Connection, table: str, before: str, after: str) -> None:
    """Make a table of SQLite anew, with `after` in place of `before` in its statement; rows and indexes stay.

    Foreign keys are off while migrations run, and looked at before they are committed. The guards on the
    table go with it; every migration ends by installing them. Raises ValueError where `before` is not there.
    """
    made = connection.execute(_OF_TABLE, {"table": table, "type": "table"}).scalar_one()
    if made.count(before) != 1:
        raise ValueError(f"{table} does not say {before}")
    indexes = connection.execute(_OF_TABLE, {"table": table, "type": "index"}).scalars().all()
    kept = f"{table}_remade"
    connection.exec_driver_sql(f"CREATE TABLE {kept} AS SELECT * FROM {table}")  # noqa: S608
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql(made.replace(before, after))
    connection.exec_driver_sql(f"INSERT INTO {table} SELECT * FROM {kept}")  # noqa: S608
    connection.exec_driver_sql(f"DROP TABLE {kept}")
    for statement in indexes:
        connection.exec_driver_sql(statement)


def says(connection: Connection, table: str, words: str) -> bool:
    """Say whether a table's statement on SQLite has these words already."""
    made = connection.execute(_OF_TABLE, {"table": table, "type": "table"}).scalar_one()
    return words in made


#: Indexes that belong to a constraint have no statement of their own.
_OF_TABLE = text("SELECT sql FROM sqlite_master WHERE tbl_name = :table AND type = :type AND sql IS NOT NULL")
