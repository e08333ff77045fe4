namespace CdcEmbedded.MySql.Schemas;

/// <summary>Reads the SQL of logged statements. <c>Schemas/Ddl</c> implements it: nothing else knows what is in there.</summary>
/// <remarks>Thread-safe and without state.</remarks>
internal interface IStatementReader
{
    /// <summary>Finds out what a statement means for the stream.</summary>
    /// <param name="text">The statement.</param>
    /// <param name="dialect">How its words are read.</param>
    StatementKind Classify(ReadOnlySpan<char> text, SqlDialect dialect);

    /// <summary>Reads the one table that a TRUNCATE, INSERT, REPLACE, UPDATE, DELETE, LOAD DATA or CREATE TABLE … SELECT changes.</summary>
    /// <param name="text">The statement.</param>
    /// <param name="dialect">How its words are read.</param>
    /// <param name="defaultDatabase">The default database of its session.</param>
    /// <param name="database">The table's database.</param>
    /// <param name="table">The table.</param>
    /// <returns>False where the words do not say it for certain, as with joins, aliases and routines: any table may have
    /// been changed then.</returns>
    bool TryReadTable(ReadOnlySpan<char> text, SqlDialect dialect, string defaultDatabase, out string database, out string table);

    /// <summary>Reads the name out of SAVEPOINT x and ROLLBACK TO x.</summary>
    /// <returns>False for RELEASE SAVEPOINT, which changes nothing of what counts.</returns>
    bool TryReadSavepoint(ReadOnlySpan<char> text, SqlDialect dialect, out string name);

    /// <summary>True if a statement may change tables or databases, by its first word.</summary>
    bool MayChangeTables(ReadOnlySpan<char> text);

    /// <summary>Applies a statement to what is known of tables. A table about which it cannot be understood for
    /// certain becomes unknown.</summary>
    /// <param name="catalogue">The tables before the statement, and after it.</param>
    /// <param name="text">The statement.</param>
    /// <param name="context">The settings of its session.</param>
    /// <returns>What it changed; empty where it changes no table, or did nothing (IF EXISTS).</returns>
    IReadOnlyList<TableChange> Apply(SchemaCatalogue catalogue, string text, in StatementContext context);
}
