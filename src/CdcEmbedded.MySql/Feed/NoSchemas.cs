using CdcEmbedded.MySql.Binlog;

namespace CdcEmbedded.MySql.Feed;

/// <summary>Knows no tables: files alone, without a server to ask.</summary>
internal sealed class NoSchemas : ISchemaSource
{
    public string Remedy => "Binlog files are read without a server, so they must name their columns: record them with binlog_row_metadata=FULL "
        + "(MySQL 8.0 and later), or read them over a server with MySqlSource.";

    public ValueTask<IReadOnlyList<ColumnDefinition>?> FindAsync(string database, string table, CancellationToken cancellationToken)
        => new((IReadOnlyList<ColumnDefinition>?)null);

    public ValueTask DisposeAsync() => default;
}
