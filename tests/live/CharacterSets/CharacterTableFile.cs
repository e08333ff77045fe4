using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace CdcEmbedded.ServerTests.CharacterSets;

/// <summary>Writes the file of <c>CharacterTable</c>, whose format is described there.</summary>
internal static class CharacterTableFile
{
    private const char None = '\uffff';

    public static byte[] Write(IEnumerable<(string Name, List<ServerCharacter> Characters)> sets)
    {
        using var result = new MemoryStream();
        using (var brotli = new BrotliStream(result, CompressionLevel.SmallestSize))
        {
            foreach ((string name, List<ServerCharacter> characters) in sets)
            {
                brotli.Write([(byte)name.Length, .. Encoding.ASCII.GetBytes(name)]);
                WriteBlocks(brotli, characters);
            }
        }

        return result.ToArray();
    }

    private static void WriteBlocks(BrotliStream file, List<ServerCharacter> characters)
    {
        var blocks = characters.Where(c => c.CodePoint is not null).GroupBy(c => Convert.ToHexString(c.Bytes[..^1]))
            .OrderBy(b => b.Key.Length).ThenBy(b => b.Key, StringComparer.Ordinal).ToList();
        WriteNumber(file, blocks.Count);
        foreach (IGrouping<string, ServerCharacter> block in blocks)
        {
            byte[] leads = Convert.FromHexString(block.Key);
            Dictionary<byte, int> points = block.ToDictionary(c => c.Bytes[^1], c => c.CodePoint!.Value);
            (byte first, byte last) = (points.Keys.Min(), points.Keys.Max());
            file.Write([(byte)leads.Length, .. leads, first, (byte)(last - first)]);
            for (int b = first; b <= last; b++)
            {
                int point = points.GetValueOrDefault((byte)b, None);
                WriteNumber(file, point <= char.MaxValue ? point : throw new InvalidDataException($"U+{point:X} takes two code units."));
            }
        }
    }

    private static void WriteNumber(BrotliStream file, int number)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)number);
        file.Write(bytes);
    }
}
