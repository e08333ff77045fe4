using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Tests.Binlog.Zstd;

/// <summary>Reads whole streams for tests.</summary>
internal static class ZstdReading
{
    public static byte[] ReadAll(byte[] compressed, int chunk = 64 * 1024, int maxWindowLog = ZstdReader.MaxWindowLog)
    {
        using var reader = new ZstdReader(maxWindowLog);
        return ReadAll(reader, compressed, chunk);
    }

    public static byte[] ReadAll(ZstdReader reader, byte[] compressed, int chunk = 64 * 1024)
    {
        reader.Begin(compressed);
        using var result = new MemoryStream();
        var buffer = new byte[chunk];
        while (reader.Read(buffer) is > 0 and var count)
        {
            result.Write(buffer, 0, count);
        }

        Assert.Equal(0, reader.Read(buffer));
        reader.End();
        return result.ToArray();
    }
}
