using System.Globalization;
using System.Security.Cryptography;

namespace CdcEmbedded.Snapshots;

/// <summary>A place in a file that may be replaced by another one of the same name: the bytes read, and the first of them, by which the
/// file is recognized.</summary>
/// <param name="At">How many bytes have been read.</param>
/// <param name="HeadLength">How many of the first bytes are known.</param>
/// <param name="HeadHash">Their hash.</param>
internal sealed record SignalFilePosition(long At, int HeadLength, string HeadHash)
{
    public const int MaxHead = 1024;

    public static readonly SignalFilePosition Start = new(0, 0, "");

    /// <summary>Reads the text form; the file's start if it is absent or damaged.</summary>
    public static SignalFilePosition Parse(string? text)
        => text?.Split(':') is [var at, var length, var hash]
            && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            && int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var head) && head <= MaxHead && head <= bytes
            ? new SignalFilePosition(bytes, head, hash) : Start;

    public static string HashOf(ReadOnlySpan<byte> head) => Convert.ToHexString(SHA256.HashData(head).AsSpan(0, 8));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At}:{HeadLength}:{HeadHash}");
}
