using System.Buffers.Binary;
using CdcEmbedded.MongoDb.Double.Bson;

namespace CdcEmbedded.MongoDb.Double.Wire;

/// <summary>
/// Reads the client's messages ("MongoDB Wire Protocol" in the manual). Header:
/// <c>int32 length, int32 requestId, int32 responseTo, int32 opCode</c>.
/// </summary>
internal static class MessageReader
{
    private const int OpQuery = 2004;
    private const int OpCompressed = 2012;
    private const int OpMsg = 2013;
    private const int MaxMessage = 48_000_000;

    /// <summary>The next message, or null where the client has closed the connection between messages.</summary>
    /// <exception cref="FormatException">The bytes are no message.</exception>
    public static async Task<WireRequest?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var header = new byte[16];
        int read = await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken);
        if (read < header.Length)
        {
            return null;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < 16 or > MaxMessage)
        {
            throw new FormatException($"A message of {length} bytes.");
        }

        var body = new byte[length - 16];
        await stream.ReadExactlyAsync(body, cancellationToken);
        return Parse(BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4)), BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12)),
            body, null);
    }

    private static WireRequest Parse(int requestId, int opCode, ReadOnlySpan<byte> body, byte? compressor) => opCode switch
    {
        OpMsg => ParseMessage(requestId, body, compressor),
        OpQuery => ParseQuery(requestId, body, compressor),
        OpCompressed when compressor is null => ParseCompressed(requestId, body),
        _ => throw new FormatException($"Op code {opCode} is not played."),
    };

    // int32 originalOpcode, int32 uncompressedSize, byte compressor, bytes.
    private static WireRequest ParseCompressed(int requestId, ReadOnlySpan<byte> body)
    {
        int at = 0;
        int opCode = DocReader.Int32(body, ref at);
        int size = DocReader.Int32(body, ref at);
        if (size is < 0 or > MaxMessage || body.Length <= at)
        {
            throw new FormatException($"A compressed message of {size} bytes.");
        }

        byte compressor = body[at];
        return Parse(requestId, opCode, Compressor.Decompress(compressor, body[(at + 1)..], size), compressor);
    }

    // int32 flags (1 checksumPresent, 2 moreToCome, 1<<16 exhaustAllowed),
    // sections: 0 document | 1 int32 size, cstring name, documents; uint32 checksum where flagged.
    private static WireRequest ParseMessage(int requestId, ReadOnlySpan<byte> body, byte? compressor)
    {
        int at = 0;
        int flags = DocReader.Int32(body, ref at);
        int end = (flags & 1) != 0 ? body.Length - 4 : body.Length;
        Doc? command = null;
        var sequences = new List<(string Name, List<object?> Documents)>();
        while (at < end)
        {
            byte kind = body[at++];
            if (kind == 0)
            {
                command = DocReader.Read(body[at..]);
                at += BinaryPrimitives.ReadInt32LittleEndian(body[at..]);
            }
            else if (kind == 1)
            {
                sequences.Add(ReadSequence(body, ref at));
            }
            else
            {
                throw new FormatException($"Section kind {kind}.");
            }
        }

        command = command ?? throw new FormatException("A message without body.");
        foreach ((string name, List<object?> documents) in sequences)
        {
            command.Add(name, documents);
        }

        return new WireRequest(requestId, command, command.Text("$db") ?? "admin", false, compressor, (flags & 2) != 0)
        {
            ExhaustAllowed = (flags & 0x10000) != 0,
        };
    }

    private static (string Name, List<object?> Documents) ReadSequence(ReadOnlySpan<byte> body, ref int at)
    {
        int start = at;
        int end = start + DocReader.Int32(body, ref at);
        string name = DocReader.CString(body, ref at);
        var documents = new List<object?>();
        while (at < end)
        {
            documents.Add(DocReader.Read(body[at..]));
            at += BinaryPrimitives.ReadInt32LittleEndian(body[at..]);
        }

        return (name, documents);
    }

    // int32 flags, cstring "db.$cmd", int32 skip, int32 limit, document.
    private static WireRequest ParseQuery(int requestId, ReadOnlySpan<byte> body, byte? compressor)
    {
        int at = 4;
        string collection = DocReader.CString(body, ref at);
        at += 8;
        Doc query = DocReader.Read(body[at..]);
        Doc command = query.Document("$query") ?? query;
        return new WireRequest(requestId, command, collection.Split('.')[0], true, compressor, false);
    }
}
