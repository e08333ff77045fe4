using System.Buffers.Binary;
using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>What a resume token of the form <c>{ _data: hex }</c> says: the hex is a key string of its parts
/// (src/mongo/db/pipeline/resume_token.cpp, src/mongo/db/storage/key_string). Immutable.</summary>
/// <remarks>
/// <code>
/// 82 cluster time (8) | version | type: 0 between events, 128 an event | index in the transaction | 6E, or 6F after an invalidate
/// collection: 14 for none, 5A 10 04 UUID (16) | identifier of the event: 46 … 00 | fragment, of a split event only | 04
/// </code>
/// A whole number is 29 for 0; others are 2A + n and twice the number in n bytes. Tokens of version 1 may end after any part from the
/// collection on. Those of version 0, of MongoDB 4.0, have other parts and are not read.
/// </remarks>
internal readonly struct TokenParts
{
    private const byte TimestampType = 0x82;
    private const byte Zero = 0x29;
    private const byte OneByte = 0x2B;
    private const byte False = 0x6E;
    private const byte True = 0x6F;
    private const byte End = 0x04;
    private const int EventType = 128;

    private readonly byte[] _bytes;
    private readonly int _rest;
    private readonly int _end;

    private TokenParts(byte[] bytes, int rest, int end)
    {
        _bytes = bytes;
        _rest = rest;
        _end = end;
    }

    /// <summary>The cluster time.</summary>
    public ClusterTime Time { get; private init; }

    /// <summary>The version of the form: 1 or 2.</summary>
    public ulong Version { get; private init; }

    /// <summary>True for the token of an event, false for one between events.</summary>
    public bool IsEvent { get; private init; }

    /// <summary>The index of the operation in its transaction.</summary>
    public ulong Index { get; private init; }

    /// <summary>True for the token of an invalidate event.</summary>
    public bool IsInvalidate { get; private init; }

    /// <summary>True for the token of a fragment of a split event.</summary>
    public bool IsFragment => _end < _bytes.Length - 1;

    /// <summary>Reads a token.</summary>
    /// <returns>False where it has another form.</returns>
    public static bool TryRead(RawBson token, out TokenParts parts)
    {
        parts = default;
        if (!token.HasValue || token["_data"u8] is not { Type: ElementType.String } data)
        {
            return false;
        }

        var hex = data.Utf8();
        var bytes = new byte[hex.Length / 2];
        return hex.Length % 2 == 0 && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            && TryRead(bytes, out parts);
    }

    /// <summary>Orders two tokens as the server does (change_stream_check_resumability_stage.cpp). The fragments of one event count
    /// as the event.</summary>
    /// <returns>Null where nothing says which comes first: tokens of different versions that differ in nothing else.</returns>
    public static int? Compare(in TokenParts a, in TokenParts b)
    {
        var order = a.Time.CompareTo(b.Time);
        order = order != 0 ? order : a.IsEvent.CompareTo(b.IsEvent);
        order = order != 0 ? order : a.Index.CompareTo(b.Index);
        order = order != 0 ? order : a.IsInvalidate.CompareTo(b.IsInvalidate);
        return order != 0 ? order
            : a.Version == b.Version ? Math.Sign(a.Rest.SequenceCompareTo(b.Rest))
            : null;
    }

    /// <summary>The hex of the token as it would be if the event were not split.</summary>
    public string ToWholeEvent() => Convert.ToHexString(_bytes.AsSpan(0, _end)) + "04";

    private ReadOnlySpan<byte> Rest => _bytes.AsSpan(_rest, _end - _rest);

    private static bool TryRead(byte[] bytes, out TokenParts parts)
    {
        parts = default;
        var at = 9;
        if (bytes.Length < at || bytes[0] != TimestampType || bytes[^1] != End || !TryNumber(bytes, ref at, out var version)
            || version is not (1 or 2) || !TryNumber(bytes, ref at, out var type) || type is not (0 or EventType)
            || !TryNumber(bytes, ref at, out var index) || at >= bytes.Length - 1 || bytes[at] is not (False or True))
        {
            return false;
        }

        parts = new TokenParts(bytes, at + 1, bytes.Length - 1 - FragmentLength(bytes, at + 1, version, type))
        {
            Time = new ClusterTime(BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(1))),
            Version = version,
            IsEvent = type == EventType,
            Index = index,
            IsInvalidate = bytes[at] == True,
        };
        return true;
    }

    // The identifier before it ends with 00, and a fragment's number, below 128, does not.
    private static int FragmentLength(ReadOnlySpan<byte> bytes, int rest, ulong version, ulong type)
    {
        if (version < 2 || type != EventType || bytes.Length - rest < 4 || bytes[^2] == 0)
        {
            return 0;
        }

        return bytes[^2] == Zero ? 1 : bytes[^3] == OneByte ? 2 : 0;
    }

    private static bool TryNumber(ReadOnlySpan<byte> bytes, ref int at, out ulong number)
    {
        number = 0;
        if (at >= bytes.Length || bytes[at] is not (Zero or >= OneByte and < OneByte + 8))
        {
            return false;
        }

        var length = bytes[at] == Zero ? 0 : bytes[at] - OneByte + 1;
        if (bytes.Length - ++at < length)
        {
            return false;
        }

        foreach (var part in bytes.Slice(at, length))
        {
            number = (number << 8) | part;
        }

        at += length;
        number >>= 1;
        return true;
    }
}
