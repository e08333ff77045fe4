using System.Text;

namespace CdcEmbedded.MongoDb.Bson;

/// <summary>The name of an element to be written: UTF-8 bytes, or a string. The default value is for the elements of arrays, which are
/// named by their place.</summary>
internal readonly ref struct BsonName
{
    /// <summary>How many bytes a caller gives <see cref="Encode"/> on its stack.</summary>
    public const int StackBytes = 256;

    private readonly ReadOnlySpan<byte> _utf8;

    private BsonName(ReadOnlySpan<byte> utf8, bool isGiven)
    {
        _utf8 = utf8;
        IsGiven = isGiven;
    }

    /// <summary>False for the default value.</summary>
    public bool IsGiven { get; }

    /// <summary>The name's bytes.</summary>
    public ReadOnlySpan<byte> Utf8 => _utf8;

    public static implicit operator BsonName(ReadOnlySpan<byte> utf8) => new(utf8, true);

    public static implicit operator BsonName(string name) => new(Encoding.UTF8.GetBytes(name), true);

    /// <summary>A name's bytes, on the caller's stack where they fit.</summary>
    public static ReadOnlySpan<byte> Encode(string name, Span<byte> scratch)
        => Encoding.UTF8.TryGetBytes(name, scratch, out var written) ? scratch[..written] : Encoding.UTF8.GetBytes(name);
}
