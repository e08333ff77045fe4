using System.Buffers;
using System.Buffers.Binary;
using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>Compares resume tokens. They are opaque, but the hex of <c>{ _data: hex }</c> orders as the stream does if it is a key string
/// of <see cref="TokenParts"/>; other servers with MongoDB's protocol have other texts.</summary>
internal static class ResumeTokens
{
    private static ReadOnlySpan<byte> TimestampType => "82"u8;

    private static readonly SearchValues<byte> _hexDigits = SearchValues.Create("0123456789ABCDEFabcdef"u8);

    /// <summary>False for a document that no stream can resume from: one without fields, or with an empty <c>_data</c>. Stored as a
    /// position, it would make the stream unusable.</summary>
    public static bool IsToken(ReadOnlySpan<byte> document)
        => document.Length > BsonLength.EmptyDocument && !document[4..].SequenceEqual("\u0002_data\0\u0001\0\0\0\0\0"u8);

    /// <summary>True if a token begins as a key string, and its text is not the hex of whole bytes.</summary>
    public static bool IsDamaged(ReadOnlySpan<byte> document)
    {
        const int Length = 4 + 7;
        const int Text = Length + 4;
        if (document.Length <= Text || !document[4..].StartsWith("\u0002_data\0"u8))
        {
            return false;
        }

        // The length counts the closing NUL.
        var length = BinaryPrimitives.ReadInt32LittleEndian(document[Length..]) - 1;
        return length > 0 && length < document.Length - Text && document.Slice(Text, length) is var text
            && text.StartsWith(TimestampType) && (text.Length % 2 != 0 || text.ContainsAnyExcept(_hexDigits));
    }

    /// <summary>True if a token is known to be later than another one; those in an unknown form count as later if they differ.</summary>
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

    /// <summary>Orders two tokens of one stream; null if one of them is in an unknown form and they differ.</summary>
    public static int? Compare(RawBson a, RawBson b) => Digits(a) is { IsEmpty: false } left && Digits(b) is { IsEmpty: false } right
        ? Math.Sign(left.SequenceCompareTo(right))
        : a.Equals(b) ? 0 : null;

    /// <summary>The cluster time in a token, if it is in the known form.</summary>
    public static ClusterTime? TimeOf(RawBson token)
    {
        const int TimeDigits = 2 + 16;
        Span<byte> bytes = stackalloc byte[8];
        return token.HasValue && Digits(token) is { Length: >= TimeDigits } digits
            && Convert.FromHexString(digits[2..TimeDigits], bytes, out _, out var written) == OperationStatus.Done && written == 8
                ? new ClusterTime(BinaryPrimitives.ReadUInt64BigEndian(bytes))
                : null;
    }

    /// <summary>A text that names the event: the hex, or base64 of the whole in another form. It is the same if the server split the event,
    /// however many fragments there are.</summary>
    public static string TextOf(RawBson token)
    {
        if (token["_data"u8] is not { Type: ElementType.String } data)
        {
            return Convert.ToBase64String(token.Span);
        }

        // Only a fragment's token is taken apart: no allocation for any other event.
        return MayBeFragment(data.Utf8()) && TokenParts.TryRead(token, out var parts) && parts.IsFragment
            ? parts.ToWholeEvent()
            : data.AsString();
    }

    /// <summary>True if the hex ends with a number below 128 and the end: 29 04, or 2B, twice the number in one byte, and 04.</summary>
    private static bool MayBeFragment(ReadOnlySpan<byte> hex)
        => hex.EndsWith("04"u8) && hex.Length >= 6
            && (hex[^4..^2].SequenceEqual("29"u8) || hex[^6..^4] is [(byte)'2', (byte)'B' or (byte)'b']);

    private static ReadOnlySpan<byte> Digits(RawBson token)
        => token["_data"u8] is { Type: ElementType.String } data && data.Utf8() is var digits && digits.StartsWith(TimestampType)
            ? digits
            : default;
}
