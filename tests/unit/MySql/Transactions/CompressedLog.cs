using System.Buffers.Binary;
using System.IO.Hashing;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Files;
using CdcEmbedded.MySql.Recordings;

namespace CdcEmbedded.MySql.Tests.Transactions;

/// <summary>Writes a recording's file again with other contents in its transaction payload events, positions and
/// checksums set right.</summary>
internal static class CompressedLog
{
    /// <summary>What a payload becomes.</summary>
    /// <param name="number">The payload's number in the file, from 0 on.</param>
    /// <param name="header">What precedes it.</param>
    /// <param name="payload">The compressed bytes.</param>
    /// <returns>The new event's body.</returns>
    public delegate byte[] Change(int number, TransactionPayloadHeader header, ReadOnlySpan<byte> payload);

    public static async Task<string> RewriteAsync(Recording recording, string folder, Change change)
    {
        using var output = new MemoryStream();
        output.Write([0xfe, (byte)'b', (byte)'i', (byte)'n']);
        await using var file = BinlogFile.Open(Assert.Single(recording.BinlogFiles));
        var number = 0;
        do
        {
            while (file.TryRead(out var slice))
            {
                var bytes = slice.Span.ToArray();
                if (EventHeader.Read(bytes).Type == EventType.TransactionPayload)
                {
                    var body = bytes.AsSpan(EventHeader.Length..^4);
                    var header = TransactionPayloadHeader.Read(body);
                    bytes = [.. bytes[..EventHeader.Length], .. change(number++, header,
                        body.Slice(header.PayloadOffset, header.PayloadLength)), 0, 0, 0, 0];
                }

                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(9), bytes.Length);
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(13), (uint)(output.Position + bytes.Length));
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4),
                    Crc32.HashToUInt32(bytes.AsSpan(0, bytes.Length - 4)));
                output.Write(bytes);
            }
        }
        while (await file.FillAsync(CancellationToken.None));

        var path = Path.Combine(folder, file.Name);
        await File.WriteAllBytesAsync(path, output.ToArray());
        return path;
    }

    /// <summary>A body with its fields: 1 the payload's size, 2 the compression, 3 the uncompressed size, 0 the end.</summary>
    public static byte[] Body(ulong compression, ulong uncompressedLength, ReadOnlySpan<byte> payload)
    {
        var body = new List<byte>();
        foreach (var (field, value) in new[] { (2, compression), (3, uncompressedLength), (1, (ulong)payload.Length) })
        {
            body.AddRange([(byte)field, 9, 254]);
            body.AddRange(BitConverter.GetBytes(value));
        }

        body.Add(0);
        body.AddRange(payload);
        return [.. body];
    }
}
