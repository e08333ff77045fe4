using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;

namespace CdcEmbedded.MySql.Tests.Schemas;

/// <summary>A source of schemas that knows the tables it is given, and counts what it is asked.</summary>
internal sealed class SchemaSourceDouble(params TableDefinition[] tables) : ISchemaSource
{
    public string Remedy => "Ask another one.";

    public bool IsKept { get; init; } = true;

    /// <summary>True if it can be asked for all tables at once.</summary>
    public bool KnowsAll { get; init; }

    public List<string> Asked { get; } = [];

    public bool IsDisposed { get; private set; }

    public ValueTask<(SchemaCatalogue Catalogue, bool IsKept)> OpenAsync(BinlogPosition position, CancellationToken cancellationToken)
    {
        Asked.Add($"open {position.Coordinates}");
        return new((Catalogue(), IsKept));
    }

    public ValueTask<SchemaLookup> FindAsync(string database, string table, BinlogPosition position, BinlogCoordinates cursor,
        CancellationToken cancellationToken)
    {
        Asked.Add($"find {database}.{table}");
        var found = Array.Find(tables, t => t.Database == database && t.Name == table);
        return new(new SchemaLookup(found, found is null ? "there is no such table" : ""));
    }

    public ValueTask<SchemaCatalogue?> ReadAllAsync(BinlogPosition position, CancellationToken cancellationToken)
    {
        Asked.Add("all");
        return new(KnowsAll ? Catalogue() : null);
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return default;
    }

    private SchemaCatalogue Catalogue()
    {
        var catalogue = new SchemaCatalogue();
        Array.ForEach(tables, catalogue.Set);
        return catalogue;
    }
}
