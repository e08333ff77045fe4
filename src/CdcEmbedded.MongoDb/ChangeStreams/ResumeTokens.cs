using System.Buffers.Binary;
using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>What may be known of a resume token, which is opaque otherwise: since 4.0.7 it is <c>{ _data: hex }</c>, the hex being a key
/// string (src/mongo/db/pipeline/resume_token.h) that orders as the stream does and begins with type 0x82 and the cluster time.</summary>
internal static class ResumeTokens
{
    private const int TimeDigits = 2 + 16;

    /// <summary>Whether a token is known to lie behind another one; those in an unknown form count as later when they differ.</summary>
    public static bool IsLater(RawBson token, RawBson than)
    {
        if (!than.HasValue || !token.HasValue)
        {
            return token.HasValue;
        }

        return Digits(token) is { IsEmpty: false } left && Digits(than) is { IsEmpty: false } right
            ? left.SequenceCompareTo(right) > 0
            : !token.Equals(than);
    }

    /// <summary>Orders two tokens of one stream; null where one of them is in an unknown form and they differ.</summary>
    public static int? Compare(RawBson a, RawBson b) => Digits(a) is { IsEmpty: false } left && Digits(b) is { IsEmpty: false } right
        ? Math.Sign(left.SequenceCompareTo(right))
        : a.Equals(b) ? 0 : null;

    /// <summary>The cluster time in a token, where it is in the known form.</summary>
    public static ClusterTime? TimeOf(RawBson token)
    {
        Span<byte> bytes = stackalloc byte[8];
        return token.HasValue && Digits(token) is { Length: >= TimeDigits } digits && digits.StartsWith("82"u8)
            && Convert.FromHexString(digits[2..TimeDigits], bytes, out _, out var written) == System.Buffers.OperationStatus.Done
            && written == 8
                ? new ClusterTime(BinaryPrimitives.ReadUInt64BigEndian(bytes))
                : null;
    }

    /// <summary>The token as a text that names its place: the hex, or base64 of the whole in another form.</summary>
    public static string TextOf(RawBson token)
        => token["_data"u8] is { Type: ElementType.String } data ? data.AsString() : Convert.ToBase64String(token.Span);

    private static ReadOnlySpan<byte> Digits(RawBson token)
        => token["_data"u8] is { Type: ElementType.String } data ? data.Utf8() : default;
}
