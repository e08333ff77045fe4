using CdcEmbedded.MySql.Compression;

namespace CdcEmbedded.MySql.Tests.Compression;

/// <summary>Reads whole streams for tests.</summary>
internal static class ZstdReading
{
    public static byte[] ReadAll(byte[] compressed, int chunk = 64 * 1024, int maxWindow = ZstdDecoder.DefaultMaxWindow)
        => ReadAll(new ZstdDecoder(maxWindow), compressed, chunk);

    public static byte[] ReadAll(ZstdDecoder decoder, byte[] compressed, int chunk = 64 * 1024)
    {
        decoder.Begin(compressed);
        using var result = new MemoryStream();
        var buffer = new byte[chunk];
        while (decoder.Read(buffer) is > 0 and var count)
        {
            result.Write(buffer, 0, count);
        }

        Assert.Equal(0, decoder.Read(buffer));
        return result.ToArray();
    }
}
