namespace CdcEmbedded.MongoDb.Documents;

/// <summary>One element of a document: a name and a value, both decoded when asked for.</summary>
internal readonly struct RawElement
{
    private readonly int _nameLength;

    internal RawElement(RawValue value, int nameLength)
    {
        Value = value;
        _nameLength = nameLength;
    }

    /// <summary>The value.</summary>
    public RawValue Value { get; }

    /// <summary>The name.</summary>
    /// <exception cref="CdcProtocolException">It is not UTF-8.</exception>
    public string Name => BsonNames.Get(NameUtf8);

    /// <summary>The name's bytes, without a copy.</summary>
    public ReadOnlySpan<byte> NameUtf8 => Value.Buffer.AsSpan(Value.Offset - _nameLength - 1, _nameLength);
}
