using System.Buffers.Binary;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>
/// A place in the stream, written as <c>{ _data: hex }</c>. As with a server's tokens the hex orders like the stream, and a client may not
/// look inside: <c>82, time (8), kind (0 between operations, 80 an event), place in the transaction (4), after invalidate (1),
/// fragment (2), check (4)</c>.
/// </summary>
/// <param name="Time">The operation's time.</param>
/// <param name="IsEvent">False for a post-batch token: everything before that time has been seen.</param>
/// <param name="Index">The place in the transaction.</param>
/// <param name="IsInvalidate">True for the invalidate event that follows the operation.</param>
/// <param name="Fragment">From 1 for a fragment of a split event, else 0.</param>
internal readonly record struct ResumeToken(DocTimestamp Time, bool IsEvent, int Index = 0, bool IsInvalidate = false, int Fragment = 0)
{
    private const int Size = 21;

    public Doc ToDoc()
    {
        Span<byte> bytes = stackalloc byte[Size];
        bytes[0] = 0x82;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[1..], Time.Value);
        bytes[9] = IsEvent ? (byte)0x80 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(bytes[10..], Index);
        bytes[14] = IsInvalidate ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[15..], (ushort)Fragment);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[17..], Check(bytes[..17]));
        return new Doc { { "_data", Convert.ToHexString(bytes) } };
    }

    /// <exception cref="CommandError">It is no token of this deployment.</exception>
    public static ResumeToken Parse(Doc token)
    {
        byte[] bytes = new byte[Size];
        if (token.Text("_data") is not { Length: Size * 2 } text
            || Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            throw new CommandError(260, "Bad resume token: _data is missing or is no valid hex string of a token");
        }

        if (bytes[0] != 0x82 || BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(17)) != Check(bytes.AsSpan(0, 17)))
        {
            throw new CommandError(260, "Bad resume token: the token was not made by this deployment");
        }

        return new ResumeToken(
            new DocTimestamp(BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(1))),
            bytes[9] != 0,
            BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(10)),
            bytes[14] != 0,
            BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(15)));
    }

    private static uint Check(ReadOnlySpan<byte> bytes)
    {
        uint hash = 2166136261;
        foreach (byte value in bytes)
        {
            hash = (hash ^ value) * 16777619;
        }

        return hash;
    }
}
