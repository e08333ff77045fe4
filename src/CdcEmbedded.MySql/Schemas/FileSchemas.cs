using CdcEmbedded.MySql.Binlog.Files;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>The tables that binlog files create: files alone, without a server to ask.</summary>
/// <param name="files">The files in their order.</param>
/// <param name="statements">Reads SQL.</param>
/// <param name="verifiesChecksums">True if checksums are verified.</param>
internal sealed class FileSchemas(IReadOnlyList<string> files, IStatementReader statements, bool verifiesChecksums) : ISchemaSource
{
    public string Remedy
        => "Binlog files are read without a server, so they must name their columns (binlog_row_metadata=FULL) or contain the "
        + "table's CREATE "
        + "TABLE: add the files from that statement on, or read them over a server with MySqlSource.";

    public async ValueTask<(SchemaCatalogue Catalogue, bool IsKept)> OpenAsync(BinlogPosition position, CancellationToken cancellationToken)
    {
        var catalogue = new SchemaCatalogue { Assumes = true };
        var begin = BinlogPosition.At(Path.GetFileName(files[0]));
        if (position.Coordinates is { } end && end != begin.Coordinates)
        {
            var stream = new FileEventStream(files, BinlogCoordinates.FirstPosition);
            await using var disposing = stream.ConfigureAwait(false);
            await new StatementWalk(stream, hasChecksums: false, verifiesChecksums, begin.Coordinates)
                .ReadAsync(end, (text, context) => statements.Apply(catalogue, text, context), cancellationToken).ConfigureAwait(false);
        }

        return (catalogue, true);
    }

    public ValueTask<SchemaLookup> FindAsync(string database, string table, BinlogPosition position, BinlogCoordinates cursor,
        CancellationToken cancellationToken)
        => new(new SchemaLookup(null, "the files before that position have no statement that creates it, or one that cannot be followed"));

    public ValueTask<SchemaCatalogue?> ReadAllAsync(BinlogPosition position, CancellationToken cancellationToken) => default;

    public ValueTask DisposeAsync() => default;
}
