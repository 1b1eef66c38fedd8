"""On PostgreSQL the database itself refuses two promises that overlap; on SQLite there is one writer at a time."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def exclude(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """An exclusion constraint over host and subnet; `btree_gist` comes with PostgreSQL and may be made by any owner."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        schema_editor.execute(
            "ALTER TABLE operations_subnetclaim ADD CONSTRAINT subnet_promised_once "
            "EXCLUDE USING gist (host WITH =, subnet inet_ops WITH &&)"
        )


def include(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the constraint away."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE operations_subnetclaim DROP CONSTRAINT subnet_promised_once")


class Migration(migrations.Migration):
    dependencies = [("operations", "0001_initial")]
    operations = [migrations.RunPython(exclude, include)]
