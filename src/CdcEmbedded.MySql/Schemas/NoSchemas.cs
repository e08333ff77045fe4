using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>Knows no tables: files alone, without a server to ask.</summary>
internal sealed class NoSchemas : ISchemaSource
{
    public string Remedy => "Binlog files are read without a server, so they must name their columns (binlog_row_metadata=FULL) or hold the table's CREATE "
        + "TABLE: give the files from that statement on, or read them over a server with MySqlSource.";

    public ValueTask<SchemaLookup> FindAsync(string database, string table, BinlogPosition place, CancellationToken cancellationToken)
        => new(new SchemaLookup(null, "the files before that place hold no statement that creates it, or one that cannot be followed"));

    public ValueTask<SchemaCatalogue?> ReadAllAsync(BinlogPosition place, CancellationToken cancellationToken) => default;

    public ValueTask DisposeAsync() => default;
}
