using System.Buffers.Binary;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>
/// A token that a client resumes from: its text, and what can be read of it without the event (resume_token.cpp, <c>getData</c>).
/// </summary>
/// <param name="Data">The hex, which orders like the stream.</param>
/// <param name="Time">The operation's time.</param>
/// <param name="IsEvent">False for a post-batch token.</param>
/// <param name="Index">The place in the transaction.</param>
/// <param name="IsInvalidate">True for the token of an invalidate event.</param>
/// <param name="HasCollection">True if the token names a collection.</param>
internal sealed record ReceivedToken(string Data, DocTimestamp Time, bool IsEvent, int Index, bool IsInvalidate, bool HasCollection)
{
    private const int KeyStringError = 50811;

    /// <exception cref="CommandError">It is no token.</exception>
    public static ReceivedToken Parse(Doc token)
    {
        string text = token.Text("_data") ?? throw new CommandError(
            40647, $"Bad resume token: _data of missing or of wrong type. Expected string, got {token}");
        if (token.Has("_typeBits") && token["_typeBits"] is not DocBinary)
        {
            throw new CommandError(40648, $"Bad resume token: _typeBits of wrong type {token}");
        }

        byte[] bytes = new byte[text.Length / 2];
        if (text.Length % 2 != 0 || Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            throw new CommandError(9, "resume token string was not a valid hex string");
        }

        return bytes.Length > 0 ? Read(text, bytes) : throw new CommandError(40649, "invalid empty resume token");
    }

    private static ReceivedToken Read(string text, ReadOnlySpan<byte> bytes)
    {
        if (bytes[0] != KeyString.Timestamp)
        {
            throw new CommandError(KeyStringError, $"KeyString format error: Unknown type: {bytes[0]}");
        }

        int at = 1;
        var time = new DocTimestamp(BinaryPrimitives.ReadUInt64BigEndian(Take(bytes, ref at, 8)));
        if (Whole(bytes, ref at, 50854, "wrong type for version") is not (1 or 2))
        {
            throw new CommandError(50795, "Invalid Resume Token: only supports version 0, 1 and 2");
        }

        long kind = Whole(bytes, ref at, 51056, "tokenType is not an int.");
        if (kind is not (ResumeToken.HighWaterMark or ResumeToken.Event))
        {
            throw new CommandError(51057, $"Token type {kind} not recognized");
        }

        int index = (int)Whole(bytes, ref at, 50855, "txnOpIndex is not an integer");
        byte invalidate = Take(bytes, ref at, 1)[0];
        if (invalidate is not (KeyString.True or KeyString.False))
        {
            throw new CommandError(50870, "Resume Token fromInvalidate is not a boolean.");
        }

        bool hasCollection = Take(bytes, ref at, 1)[0] == KeyString.Binary;
        return bytes[^1] == KeyString.End
            ? new ReceivedToken(text, time, kind == ResumeToken.Event, index, invalidate == KeyString.True, hasCollection)
            : throw new CommandError(KeyStringError, "KeyString format error: the token has no end");
    }

    private static long Whole(ReadOnlySpan<byte> bytes, ref int at, int code, string problem)
    {
        byte type = Take(bytes, ref at, 1)[0];
        if (type == KeyString.Zero)
        {
            return 0;
        }

        if (type is < KeyString.PositiveOneByte or > KeyString.PositiveOneByte + 3)
        {
            throw new CommandError(code, $"Invalid resume token: {problem}");
        }

        long value = 0;
        foreach (byte part in Take(bytes, ref at, type - KeyString.PositiveOneByte + 1))
        {
            value = (value << 8) | part;
        }

        return value >> 1;
    }

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> bytes, ref int at, int length)
    {
        if (bytes.Length - at < length)
        {
            throw new CommandError(KeyStringError, "KeyString format error: the token ends in the middle of a value");
        }

        at += length;
        return bytes.Slice(at - length, length);
    }
}
