using System.Diagnostics.CodeAnalysis;

namespace CdcEmbedded.MySql.Compression;

/// <summary>What every damaged Zstandard stream ends with.</summary>
internal static class ZstdError
{
    [DoesNotReturn]
    public static void Throw(string what) => throw new CdcProtocolException($"The Zstandard data is damaged: {what}.");
}
