using System.Buffers.Binary;
using System.Numerics;
using CdcEmbedded.MongoDb.Bson;
using CdcEmbedded.MongoDb.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.MongoDb.Tests.Wire;

public class OpMsgTests
{
    private static readonly RawBson Ping = ExtendedJson.ParseDocument("""{"ping": 1, "$db": "admin"}""");

    [Fact]
    public void Written_message_has_header_flags_section_and_document()
    {
        var message = OpMsg.Write(7, Ping);

        Assert.Equal(new MessageHeader(message.Length, 7, 0, 2013), MessageHeader.Read(message));
        Assert.Equal("0000000000", Convert.ToHexString(message.AsSpan(16, 5)));
        Assert.Equal(Ping, OpMsg.Read(message, 16, message.Length - 16, hasHeader: true));
    }

    [Fact]
    public void Reply_stays_a_slice_of_its_buffer()
    {
        var message = OpMsg.Write(7, Ping);

        var reply = OpMsg.Read(message, 16, message.Length - 16, hasHeader: true);

        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(reply.Bytes, out var segment));
        Assert.Same(message, segment.Array);
    }

    [Fact]
    public void Checksum_is_verified()
    {
        var message = WithChecksum(OpMsg.Write(7, Ping));
        Assert.Equal(Ping, OpMsg.Read(message, 16, message.Length - 16, hasHeader: true));

        message[25] ^= 1;

        var error = Assert.Throws<CdcProtocolException>(() => OpMsg.Read(message, 16, message.Length - 16, hasHeader: true));
        Assert.True(error.IsTransient);
    }

    [Fact]
    public void Sequence_of_documents_is_passed_over()
    {
        byte[] payload = [0, 0, 0, 0, 1, 11, 0, 0, 0, (byte)'d', 0, 5, 0, 0, 0, 0, 0, .. Ping.Bytes.Span];

        Assert.Equal(Ping, OpMsg.Read(payload, 0, payload.Length, hasHeader: false));
    }

    [Theory]
    [InlineData("", "inside its flags")]
    [InlineData("000000", "inside its flags")]
    [InlineData("00000000", "no document")]
    [InlineData("02000000 00 0500000000", "flags")]
    [InlineData("04000000 00 0500000000", "flags")]
    [InlineData("01000000 00 0500000000 00000000", "checksum")]
    [InlineData("00000000 02 0500000000", "kind 2")]
    [InlineData("00000000 00 0500000000 00 0500000000", "kind 0")]
    [InlineData("00000000 00 0600000000", "6 bytes long")]
    [InlineData("00000000 00 FFFFFF7F00", "bytes long")]
    [InlineData("00000000 00 FFFFFFFF00", "bytes long")]
    [InlineData("00000000 01 0300000000", "bytes long")]
    public void Damaged_message_is_refused(string hex, string reason)
    {
        var payload = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

        var error = Assert.Throws<CdcProtocolException>(() => OpMsg.Read(payload, 0, payload.Length, hasHeader: false));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(9)]
    public void Compressed_message_comes_out_as_it_went_in(int level)
    {
        var message = OpMsg.Write(7, Ping);
        var compressed = CompressedMessage.Write(message, level);

        Assert.Equal(new MessageHeader(compressed.Length, 7, 0, 2012), MessageHeader.Read(compressed));
        Assert.Equal(message[16..], CompressedMessage.Read(compressed, 16, compressed.Length - 16, 1000));
    }

    [Fact]
    public void Compressed_message_that_lies_about_its_length_is_refused()
    {
        var compressed = CompressedMessage.Write(OpMsg.Write(7, Ping), -1);
        foreach (var size in (int[])[-1, 3, 20, 1000, int.MaxValue])
        {
            BinaryPrimitives.WriteInt32LittleEndian(compressed.AsSpan(20), size);
            Assert.Throws<CdcProtocolException>(() => CompressedMessage.Read(compressed, 16, compressed.Length - 16, 2000));
        }
    }

    [Fact]
    public void Any_bytes_give_a_document_or_the_typed_error()
        => Prop.ForAll(
            Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value)).Resize(100).ToArbitrary(),
            bytes => IsTyped(() => OpMsg.Read(bytes, 0, bytes.Length, hasHeader: false))
                && IsTyped(() => CompressedMessage.Read(bytes, 0, bytes.Length, 1000))
                && IsTyped(() => OpMsg.Read([0, 0, 0, 0, 0, .. bytes], 0, bytes.Length + 5, hasHeader: false))
                && IsTyped(() => CompressedMessage.Read([0xDD, 7, 0, 0, 9, 0, 0, 0, 2, 0x78, 0x9C, .. bytes], 0, bytes.Length + 11, 1000)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static bool IsTyped(Action action) => Xunit.Record.Exception(action) is null or CdcProtocolException;

    private static byte[] WithChecksum(byte[] message)
    {
        byte[] whole = [.. message, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32LittleEndian(whole, whole.Length);
        whole[16] = 1;
        var crc = uint.MaxValue;
        foreach (var value in whole[..^4])
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(whole.Length - 4), ~crc);
        return whole;
    }
}
