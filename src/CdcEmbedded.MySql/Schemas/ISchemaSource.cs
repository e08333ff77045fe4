using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>Knows tables whose names and columns the log does not carry.</summary>
internal interface ISchemaSource : IAsyncDisposable
{
    /// <summary>What is known of tables at the position where reading begins, if nothing was stored there.</summary>
    /// <param name="position">The position.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The tables, and true if they must be stored beside the offset, as the log does not name columns.</returns>
    ValueTask<(SchemaCatalogue Catalogue, bool IsKept)> OpenAsync(BinlogPosition position, CancellationToken cancellationToken);

    /// <summary>Finds the columns that a table had at a position.</summary>
    /// <param name="database">The table's database.</param>
    /// <param name="table">The table.</param>
    /// <param name="position">The begin of the transaction that is read.</param>
    /// <param name="cursor">Where the row's table map ends: a statement of the same transaction may be before it.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    ValueTask<SchemaLookup> FindAsync(string database, string table, BinlogPosition position, BinlogCoordinates cursor,
        CancellationToken cancellationToken);

    /// <summary>All tables as they were at a position, without those that the log changes after it; null where nobody
    /// can be asked.</summary>
    /// <param name="position">The begin of the transaction that is read.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    ValueTask<SchemaCatalogue?> ReadAllAsync(BinlogPosition position, CancellationToken cancellationToken);

    /// <summary>What a user can do about a table that it does not know.</summary>
    string Remedy { get; }
}
