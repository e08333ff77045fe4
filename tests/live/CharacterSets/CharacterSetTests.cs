using System.Text;
using CdcEmbedded.MySql.Binlog.Charsets;
using CdcEmbedded.MySql.Recordings;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.CharacterSets;

/// <summary>Every character of every character set of every server decodes to what the server itself converts it to.</summary>
/// <remarks>To write the tables again after a server has changed: <c>CDC_WRITE_CHARACTER_SETS=1 dotnet test tests/live --filter
/// FullyQualifiedName~CharacterSets</c>. <c>CDC_LONG_TESTS=1</c> asks for all 1.6 million four-byte sequences of gb18030 instead
/// of every eleventh.</remarks>
public sealed class CharacterSetTests
{
    [Theory]
    [InlineData(ServerKind.MySql97)]
    [InlineData(ServerKind.MySql56)]
    [InlineData(ServerKind.MariaDb1011)]
    [InlineData(ServerKind.MariaDb118)]
    public async Task Every_character_of_every_set_decodes_as_the_server_converts_it(ServerKind kind)
    {
        await using MySqlTestServer server = await ServerFixture.OrSkipAsync(MySqlTestServer.StartAsync(kind));
        await using ServerCharacters characters = await ServerCharacters.OpenAsync(server);
        var read = new SortedDictionary<string, List<ServerCharacter>>(StringComparer.Ordinal);
        foreach ((string name, int maxLength) in await characters.CharacterSetsAsync())
        {
            if (name != "binary")
            {
                read[name] = await ReadAsync(characters, name, maxLength);
            }
        }

        if (kind == ServerKind.MySql97 && Environment.GetEnvironmentVariable("CDC_WRITE_CHARACTER_SETS") == "1")
        {
            // The tests of this run still have the file that was there before.
            WriteTables(read);
            return;
        }

        Assert.True(read.Count >= 39, $"{kind} has {read.Count} character sets.");
        Assert.Empty(read.SelectMany(set => Compare(set.Key, set.Value)));
    }

    private static async Task<List<ServerCharacter>> ReadAsync(ServerCharacters characters, string name, int maxLength)
    {
        List<ServerCharacter> all = await characters.AllAsync(name, maxLength);
        if (name == "gb18030")
        {
            bool isLong = Environment.GetEnvironmentVariable("CDC_LONG_TESTS") == "1";
            all.AddRange(await characters.FourBytesAsync(isLong ? 1 : 11));
        }

        all.AddRange(await characters.EncodedAsync(name));
        Assert.True(all.Count >= 128, $"The server has {all.Count} characters in {name}.");
        return all;
    }

    private static List<string> Compare(string name, List<ServerCharacter> all)
    {
        Charset charset = Charset.ByName(name) ?? throw new InvalidOperationException($"{name} is not known.");
        Encoding encoding = charset.Encoding ?? new UTF8Encoding(false, throwOnInvalidBytes: true);
        var wrong = new List<string>();
        foreach (ServerCharacter character in all)
        {
            string? expected = character.CodePoint is { } point && Rune.IsValid(point) ? new Rune(point).ToString() : null;
            string? actual;
            try
            {
                actual = encoding.GetString(character.Bytes);
            }
            catch (DecoderFallbackException)
            {
                actual = null;
            }

            if (actual != expected)
            {
                wrong.Add($"{name} {Convert.ToHexStringLower(character.Bytes)}: {Show(actual)}, on the server {Show(expected)}");
            }
        }

        return wrong;
    }

    private static string Show(string? text)
        => text is null ? "refused" : string.Join(' ', text.EnumerateRunes().Select(r => $"U+{r.Value:X4}"));

    private static void WriteTables(SortedDictionary<string, List<ServerCharacter>> read)
    {
        string[] computed = ["ascii", "gb18030", "ucs2", "utf16", "utf16le", "utf32", "utf8mb3", "utf8mb4"];
        byte[] file = CharacterTableFile.Write(read.Where(s => !computed.Contains(s.Key))
            .Select(s => (s.Key, s.Value.DistinctBy(c => Convert.ToHexString(c.Bytes)).ToList())));
        File.WriteAllBytes(Path.Combine(Recording.RepositoryRoot, "src", "CdcEmbedded.MySql", "Binlog", "Charsets", "character-sets.bin"),
            file);
    }
}
