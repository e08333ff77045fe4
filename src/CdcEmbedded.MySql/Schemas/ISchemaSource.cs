using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>Knows tables whose names and columns the log does not carry.</summary>
internal interface ISchemaSource : IAsyncDisposable
{
    /// <summary>The columns that a table has at a place of the log.</summary>
    /// <param name="database">The table's database.</param>
    /// <param name="table">The table.</param>
    /// <param name="place">The place: the beginning of the transaction that is read.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    ValueTask<SchemaLookup> FindAsync(string database, string table, BinlogPosition place, CancellationToken cancellationToken);

    /// <summary>All tables as they were at a place of the log, those that it changes behind it left out; null where nobody can be asked.</summary>
    /// <param name="place">The place: the beginning of the transaction that is read.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    ValueTask<SchemaCatalogue?> ReadAllAsync(BinlogPosition place, CancellationToken cancellationToken);

    /// <summary>What to tell a user whose table it does not know.</summary>
    string Remedy { get; }
}
