namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>One step of a JSON path: a member of an object or a cell of an array.</summary>
internal readonly struct JsonPathLeg
{
    private readonly int _index;
    private readonly bool _isFromEnd;

    public JsonPathLeg(byte[] name) => Name = name;

    public JsonPathLeg(int index, bool isFromEnd)
    {
        _index = index;
        _isFromEnd = isFromEnd;
    }

    /// <summary>The member's name in UTF-8, unescaped; null for an array cell.</summary>
    public byte[]? Name { get; }

    /// <summary>Returns the cell's index in an array of a given length: negative or past the last index if there is no such cell.</summary>
    public int IndexIn(int count) => _isFromEnd ? count - 1 - _index : _index;
}
