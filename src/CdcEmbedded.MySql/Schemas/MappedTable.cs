namespace CdcEmbedded.MySql.Schemas;

/// <summary>What a table id means since its last TABLE_MAP event.</summary>
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

    /// <summary>True if its rows are delivered.</summary>
    public bool IsCaptured { get; set; }

    /// <summary>True if offsets are stored in it, and it is not captured.</summary>
    public bool StoresOffsets { get; init; }

    /// <summary>The columns; null for tables that are not captured, and until they are resolved.</summary>
    public CapturedTable? Table { get; set; }

    /// <summary>About the memory that it takes: the columns of a captured table take several times the bytes of its map.</summary>
    public long ByteSize => 256 + (_body.Length * (IsCaptured ? 8L : 1L));

    /// <summary>True if a map has the same bytes: then it need not be parsed again.</summary>
    public bool IsSame(ReadOnlySpan<byte> body) => body.SequenceEqual(_body);
}
