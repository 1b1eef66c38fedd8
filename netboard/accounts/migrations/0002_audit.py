"""The audit's table, which is not managed by Django, and the triggers that keep it append-only."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = [
    f"""CREATE TRIGGER accounts_auditentry_no_{verb.lower()} BEFORE {verb} ON accounts_auditentry
    BEGIN SELECT RAISE(ABORT, 'audit entries are only ever added'); END"""
    for verb in ("UPDATE", "DELETE")
]
POSTGRESQL = [
    """CREATE FUNCTION accounts_auditentry_keep() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'audit entries are only ever added'; END $$""",
    """CREATE TRIGGER accounts_auditentry_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON accounts_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_auditentry_keep()""",
]


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The table as the model says, then the triggers."""
    schema_editor.create_model(apps.get_model("accounts", "AuditEntry"))
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The table with all that hangs on it."""
    schema_editor.delete_model(apps.get_model("accounts", "AuditEntry"))
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION accounts_auditentry_keep()")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
