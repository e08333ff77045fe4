namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>The SQL of MySQL and MariaDB: the door of this room.</summary>
internal sealed class LoggedSql : IStatementReader
{
    private LoggedSql()
    {
    }

    /// <summary>The one instance.</summary>
    public static LoggedSql Instance { get; } = new();

    public StatementKind Classify(ReadOnlySpan<char> text, SqlDialect dialect) => StatementReader.Classify(text, dialect);

    public bool TryReadTable(ReadOnlySpan<char> text, SqlDialect dialect, string defaultDatabase, out string database, out string table)
        => StatementReader.TryReadTable(text, dialect, defaultDatabase, out database, out table);

    public bool TryReadSavepoint(ReadOnlySpan<char> text, SqlDialect dialect, out string name)
        => StatementReader.TryReadSavepoint(text, dialect, out name);

    public bool MayChangeTables(ReadOnlySpan<char> text) => DdlApplier.MayChange(text);

    public IReadOnlyList<TableChange> Apply(SchemaCatalogue catalogue, string text, in StatementContext context)
        => DdlApplier.Apply(catalogue, text, context);
}
