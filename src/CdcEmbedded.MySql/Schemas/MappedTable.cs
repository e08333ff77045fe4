namespace CdcEmbedded.MySql.Schemas;

/// <summary>What a table id stands for since its last TABLE_MAP event.</summary>
internal sealed class MappedTable
{
    private readonly byte[] _body;

    public MappedTable(ReadOnlySpan<byte> body, string database, string table, bool isCaptured)
    {
        _body = body.ToArray();
        Database = database;
        Name = table;
        IsCaptured = isCaptured;
    }

    public string Database { get; }

    public string Name { get; }

    /// <summary>Whether its rows are delivered.</summary>
    public bool IsCaptured { get; set; }

    /// <summary>The columns; null for tables that are not captured, and until they are resolved.</summary>
    public CapturedTable? Table { get; set; }

    /// <summary>Whether the map says the same as this one, to the byte: then nothing need be parsed again.</summary>
    public bool IsSame(ReadOnlySpan<byte> body) => body.SequenceEqual(_body);
}
