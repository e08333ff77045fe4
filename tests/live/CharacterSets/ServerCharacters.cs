using System.Globalization;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.CharacterSets;

/// <summary>Asks a server for all characters of a character set: every sequence of bytes that the set regards as one character, and the
/// code point to which the server converts it.</summary>
internal sealed class ServerCharacters : IAsyncDisposable
{
    private readonly SqlSession _session;

    private ServerCharacters(SqlSession session) => _session = session;

    public static async Task<ServerCharacters> OpenAsync(MySqlTestServer server)
    {
        string database = await server.CreateDatabaseAsync("characters");
        SqlSession session = await server.OpenSessionAsync(database);
        string bytes = string.Join(',', Enumerable.Range(0, 256).Select(i => $"({i})"));
        foreach (string table in (string[])["b1", "b2", "b3"])
        {
            await session.ExecuteAsync($"CREATE TABLE {table} (i INT PRIMARY KEY) ENGINE=MyISAM; INSERT INTO {table} VALUES {bytes};");
        }

        return new ServerCharacters(session);
    }

    /// <summary>Names and greatest lengths of the server's character sets.</summary>
    public async Task<IReadOnlyList<(string Name, int MaxLength)>> CharacterSetsAsync()
    {
        IReadOnlyList<string?[]> rows =
            await _session.QueryAsync("SELECT CHARACTER_SET_NAME, MAXLEN FROM information_schema.CHARACTER_SETS ORDER BY 1");
        return [.. rows.Select(r => (r[0]!, int.Parse(r[1]!, CultureInfo.InvariantCulture)))];
    }

    /// <summary>All characters of one to three bytes.</summary>
    public async Task<List<ServerCharacter>> AllAsync(string name, int maxLength)
    {
        List<ServerCharacter> all = await AskAsync(name, "CHAR(b1.i)", "b1");
        if (maxLength >= 2)
        {
            all.AddRange(await AskAsync(name, "CHAR(b1.i, b2.i)", "b1 JOIN b2"));
        }

        if (maxLength == 3 && !name.StartsWith("utf", StringComparison.Ordinal))
        {
            // 8f is the only lead byte of three-byte characters in ujis and eucjpms.
            all.AddRange(await AskAsync(name, "CHAR(0x8f, b1.i, b2.i)", "b1 JOIN b2"));
        }

        return all;
    }

    /// <summary>Characters of four bytes of gb18030.</summary>
    /// <param name="oneOf">1 for all of them; n for every n-th.</param>
    public async Task<List<ServerCharacter>> FourBytesAsync(int oneOf)
    {
        var all = new List<ServerCharacter>();
        for (int lead = 0x81; lead <= 0xfe; lead++)
        {
            all.AddRange(await AskAsync("gb18030", $"CHAR({lead}, b1.i, b2.i, b3.i)", "b1 JOIN b2 JOIN b3",
                "b1.i BETWEEN 0x30 AND 0x39 AND b2.i BETWEEN 0x81 AND 0xfe AND b3.i BETWEEN 0x30 AND 0x39 AND (b1.i + 3 * b2.i + b3.i) "
                    + $"% {oneOf} = 0"));
        }

        return all;
    }

    /// <summary>What the server stores for each character of the Basic Multilingual Plane that the set has, and what
    /// it reads back.</summary>
    public async Task<List<ServerCharacter>> EncodedAsync(string name)
    {
        IReadOnlyList<string?[]> rows = await _session.QueryAsync($"""
            SELECT HEX(kept), HEX(CONVERT(kept USING utf32)) FROM (
              SELECT CONVERT(CONVERT(CAST(CHAR(b1.i, b2.i) AS BINARY) USING ucs2) USING {name}) AS kept FROM b1 JOIN b2
              WHERE b1.i NOT BETWEEN 0xd8 AND 0xdf) q
            WHERE kept IS NOT NULL
            """);
        return Read(rows);
    }

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private async Task<List<ServerCharacter>> AskAsync(string name, string bytes, string tables, string where = "1")
    {
        IReadOnlyList<string?[]> rows = await _session.QueryAsync($"""
            SELECT HEX(b), HEX(CONVERT(CONVERT(b USING {name}) USING utf32)) FROM (SELECT CAST({bytes} AS BINARY) AS b FROM {tables} WHERE {where}) q
            WHERE CHAR_LENGTH(CONVERT(b USING {name})) = 1 AND HEX(CONVERT(b USING {name})) = HEX(b)
            """);
        return Read(rows);
    }

    /// <summary>A server converts what has no code point to a question mark, or to nothing.</summary>
    private static List<ServerCharacter> Read(IReadOnlyList<string?[]> rows) => [.. rows.Select(row =>
    {
        byte[] bytes = Convert.FromHexString(row[0]!);
        int? point = string.IsNullOrEmpty(row[1]) ? null : int.Parse(row[1]!, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        bool isUnknown = point == '?' && !bytes.AsSpan().TrimStart((byte)0).SequenceEqual("?"u8) && !bytes.AsSpan().SequenceEqual("?\0"u8);
        return new ServerCharacter(bytes, isUnknown ? null : point);
    })];
}
