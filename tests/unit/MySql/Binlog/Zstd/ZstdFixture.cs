using System.Runtime.CompilerServices;

namespace CdcEmbedded.MySql.Tests.Binlog.Zstd;

/// <summary>A file of the real compressor and what it holds.</summary>
internal sealed record ZstdFixture(string Name, long Length, string Sha256)
{
    public static IReadOnlyList<ZstdFixture> All { get; } = [.. File.ReadLines(PathOf("contents.tsv")).Skip(1).Select(l => l.Split('\t'))
        .Select(f => new ZstdFixture(f[0], long.Parse(f[1], System.Globalization.CultureInfo.InvariantCulture), f[2]))];

    public byte[] Compressed => Read(Name);

    public static byte[] Read(string name) => File.ReadAllBytes(PathOf(name + ".zst"));

    private static string PathOf(string file, [CallerFilePath] string source = "")
        => Path.Combine(Path.GetDirectoryName(source) ?? "", "Fixtures", file);
}
