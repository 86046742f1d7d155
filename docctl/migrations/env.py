"""Alembic's entry: runs on the connection that `docctl.services.schema` hands over."""

from alembic import context

from docctl.models import Base
from docctl.models.guarding import install

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
    if context.config.attributes.get("install_guards", True):
        install(connection)
