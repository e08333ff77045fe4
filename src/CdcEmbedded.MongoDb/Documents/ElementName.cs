using System.Text;

namespace CdcEmbedded.MongoDb.Documents;

/// <summary>Names of elements as UTF-8 bytes, for look-ups.</summary>
internal static class ElementName
{
    /// <summary>How many bytes a caller gives <see cref="Encode"/> on its stack.</summary>
    public const int StackBytes = 256;

    /// <summary>A name's bytes, on the caller's stack where they fit.</summary>
    public static ReadOnlySpan<byte> Encode(string name, Span<byte> scratch)
        => Encoding.UTF8.TryGetBytes(name, scratch, out var written) ? scratch[..written] : Encoding.UTF8.GetBytes(name);
}
