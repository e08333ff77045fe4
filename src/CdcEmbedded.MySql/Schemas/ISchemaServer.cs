using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>What <see cref="ServerSchemas"/> asks a server, over connections beside the stream's. One call at a time.</summary>
internal interface ISchemaServer : IAsyncDisposable
{
    /// <summary>True if the names of tables and databases ignore case.</summary>
    bool IgnoresTableCase { get; }

    /// <summary>True if names of tables and databases are stored in lower case.</summary>
    bool LowersTableNames => false;

    /// <summary>The server's <c>explicit_defaults_for_timestamp</c>; null where it is not known.</summary>
    bool? HasPlainTimestamps => null;

    /// <summary>True if the log that the server writes now names columns with all of their types.</summary>
    bool NamesColumns { get; }

    /// <summary>The oldest binlog that is still there; null where the user may not see it.</summary>
    string? OldestLog { get; }

    /// <summary>True if a failure may be that of a connection that was idle: the next call opens another one.</summary>
    bool HasConnection { get; }

    /// <summary>Closes the connection, if one is open.</summary>
    ValueTask CloseAsync();

    /// <summary>Where the log ends now.</summary>
    /// <returns>Null where the user may not see it.</returns>
    ValueTask<BinlogCoordinates?> ReadLogEndAsync(CancellationToken cancellationToken);

    /// <summary>Every table now that is tracked, and the databases' default character sets.</summary>
    ValueTask<SchemaCatalogue> ReadTablesAsync(TableSelection selection, CancellationToken cancellationToken);

    /// <summary>One table now; null where there is none, or the user may not see it.</summary>
    ValueTask<TableDefinition?> ReadTableAsync(string database, string table, CancellationToken cancellationToken);

    /// <summary>Opens the log from a position up to its end now.</summary>
    /// <returns>The events, and true if they have checksums before the first format description says so.</returns>
    ValueTask<(IEventStream Stream, bool HasChecksums)> OpenLogAsync(BinlogPosition start, CancellationToken cancellationToken);
}
