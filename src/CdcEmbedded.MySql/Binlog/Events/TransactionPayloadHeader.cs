namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>TRANSACTION_PAYLOAD_EVENT holds the events of a transaction in compressed form; this is what precedes them.</summary>
/// <remarks>A list of fields (libs/mysql/binlog/event/codecs/binary.cpp): type, length, value, all length-encoded. Type 1 is the payload's
/// size, 2 the compression, 3 the uncompressed size, and 0 the end, after which the payload starts.</remarks>
/// <param name="PayloadOffset">Offset of the payload in the body.</param>
/// <param name="PayloadLength">Its length in bytes.</param>
/// <param name="Compression">0 for zstd, 255 for none.</param>
/// <param name="UncompressedLength">Its uncompressed length in bytes, which may exceed 2 GiB.</param>
internal readonly record struct TransactionPayloadHeader(int PayloadOffset, int PayloadLength, ulong Compression, ulong UncompressedLength)
{
    public const int Zstd = 0;
    public const int Uncompressed = 255;

    /// <summary>Reads the body, without checksum.</summary>
    public static TransactionPayloadHeader Read(ReadOnlySpan<byte> body)
    {
        var reader = new SpanReader(body, EventType.TransactionPayload);
        ulong size = 0, compression = Uncompressed, uncompressed = 0;
        while (reader.ReadLengthEncoded() is not 0 and var field)
        {
            var value = new SpanReader(reader.ReadBytes(reader.ReadLengthWithin()), EventType.TransactionPayload);
            switch (field)
            {
                case 1:
                    size = value.ReadLengthEncoded();
                    break;
                case 2:
                    compression = value.ReadLengthEncoded();
                    break;
                case 3:
                    uncompressed = value.ReadLengthEncoded();
                    break;
            }
        }

        if (size > (ulong)reader.Remaining)
        {
            reader.ThrowMalformed($"a payload of {size} bytes exceeds the event");
        }

        return new TransactionPayloadHeader(reader.Position, (int)size, compression, uncompressed);
    }
}
