namespace CdcEmbedded.MongoDb.Double.Bson;

/// <summary>Bytes with a subtype; equal by content.</summary>
public sealed class DocBinary(byte subtype, byte[] bytes) : IEquatable<DocBinary>
{
    /// <summary>Bytes of the generic subtype.</summary>
    public DocBinary(byte[] bytes)
        : this(0, bytes)
    {
    }

    /// <summary>0 generic, 4 UUID, 5 MD5, 6 encrypted, 128 and above the user's.</summary>
    public byte Subtype { get; } = subtype;

    /// <summary>The content.</summary>
    public byte[] Bytes { get; } = bytes;

    /// <summary>A UUID in network byte order.</summary>
    public static DocBinary Uuid(Guid value) => new(4, value.ToByteArray(bigEndian: true));

    /// <inheritdoc/>
    public bool Equals(DocBinary? other) => other is not null && other.Subtype == Subtype && other.Bytes.AsSpan().SequenceEqual(Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DocBinary);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Subtype);
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Subtype}:{Convert.ToHexStringLower(Bytes)}";
}
