using CdcEmbedded.MySql.Binlog;

namespace CdcEmbedded.MySql.Feed;

/// <summary>Knows tables whose names and columns the log does not carry.</summary>
internal interface ISchemaSource : IAsyncDisposable
{
    /// <summary>The columns of a table; null where it knows none.</summary>
    ValueTask<IReadOnlyList<ColumnDefinition>?> FindAsync(string database, string table, CancellationToken cancellationToken);

    /// <summary>What to tell a user whose table it does not know.</summary>
    string Remedy { get; }
}
