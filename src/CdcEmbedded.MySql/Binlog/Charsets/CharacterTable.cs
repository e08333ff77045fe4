using System.Buffers.Binary;
using System.IO.Compression;
using System.Reflection;
using System.Text;

namespace CdcEmbedded.MySql.Binlog.Charsets;

/// <summary>The characters of one character set, by the bytes that a server stores for them. Immutable.</summary>
/// <remarks>
/// <para>The tables are data: <c>character-sets.bin</c> holds what servers answer to <c>CONVERT(… USING utf8mb4)</c> for every sequence of
/// bytes that is one character. A live test writes the file and holds it against each server: MySQL 5.6 and 9.7, MariaDB 10.11 and 11.8
/// agree on every character.</para>
/// <para>The file is one Brotli stream. A character set is: length and bytes of its name; number of blocks (2 bytes); its blocks. A block
/// is: number of lead bytes (0 to 2); the lead bytes; the first final byte; the number of final bytes less one; a UTF-16 code unit for
/// each final byte, or <see cref="None"/>. Numbers are little-endian.</para>
/// </remarks>
internal sealed class CharacterTable
{
    /// <summary>The code unit of bytes that are no character. U+FFFF is a noncharacter: no server stores it.</summary>
    public const char None = '\uffff';

    private const string Resource = "character-sets.bin";

    private static readonly Lazy<Dictionary<string, CharacterTable>> Tables = new(ReadTables);

    private readonly char[] _oneByte = NoCharacters();
    private readonly char[]?[] _twoBytes = new char[256][];
    private readonly Dictionary<byte, char[]?[]> _threeBytes = [];
    private readonly Lazy<HashSet<char>> _characters;

    private CharacterTable() => _characters = new Lazy<HashSet<char>>(() => [.. _oneByte, .. Both(_twoBytes),
        .. _threeBytes.Values.SelectMany(Both)]);

    /// <summary>True if bytes below 0x80 are the characters of ASCII.</summary>
    public bool ContainsAscii { get; private set; }

    /// <summary>The table of a character set.</summary>
    /// <param name="charset">Its name in lower case.</param>
    /// <exception cref="KeyNotFoundException">The file has no such table.</exception>
    public static CharacterTable Of(string charset) => Tables.Value[charset];

    /// <summary>Reads one character.</summary>
    /// <param name="bytes">At least one byte; the character is at the start.</param>
    /// <param name="character">The character, if there is one.</param>
    /// <returns>The length of the character in bytes; 0 where the bytes are no character.</returns>
    public int Read(ReadOnlySpan<byte> bytes, out char character)
    {
        var first = bytes[0];
        character = _oneByte[first];
        if (character != None)
        {
            return 1;
        }

        if (bytes.Length > 1 && _twoBytes[first] is { } second && (character = second[bytes[1]]) != None)
        {
            return 2;
        }

        if (bytes.Length > 2 && _threeBytes.TryGetValue(first, out var lead) && lead[bytes[1]] is { } third
            && (character = third[bytes[2]]) != None)
        {
            return 3;
        }

        return 0;
    }

    /// <summary>True if some bytes are the character.</summary>
    public bool Contains(char character) => character != None && _characters.Value.Contains(character);

    private static IEnumerable<char> Both(char[]?[] rows) => rows.SelectMany(static row => row ?? []);

    private static Dictionary<string, CharacterTable> ReadTables()
    {
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {Resource}.");
        using var brotli = new BrotliStream(resource, CompressionMode.Decompress);
        using var memory = new MemoryStream();
        brotli.CopyTo(memory);
        var bytes = memory.GetBuffer().AsSpan(0, (int)memory.Length);
        var tables = new Dictionary<string, CharacterTable>(StringComparer.Ordinal);
        while (bytes.Length > 0)
        {
            var name = Encoding.ASCII.GetString(bytes.Slice(1, bytes[0]));
            bytes = bytes[(1 + bytes[0])..];
            tables[name] = ReadTable(ref bytes);
        }

        return tables;
    }

    private static CharacterTable ReadTable(ref Span<byte> bytes)
    {
        var table = new CharacterTable();
        var blocks = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        bytes = bytes[2..];
        for (var i = 0; i < blocks; i++)
        {
            var leads = bytes.Slice(1, bytes[0]);
            bytes = bytes[(1 + leads.Length)..];
            var (first, count) = (bytes[0], bytes[1] + 1);
            var row = table.RowOf(leads);
            for (var j = 0; j < count; j++)
            {
                row[first + j] = (char)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 + (2 * j))..]);
            }

            bytes = bytes[(2 + (2 * count))..];
        }

        table.ContainsAscii = Enumerable.Range(0, 128).All(i => table._oneByte[i] == i);
        return table;
    }

    private char[] RowOf(ReadOnlySpan<byte> leads)
    {
        if (leads.Length == 0)
        {
            return _oneByte;
        }

        if (leads.Length == 1)
        {
            return _twoBytes[leads[0]] ??= NoCharacters();
        }

        if (!_threeBytes.TryGetValue(leads[0], out var second))
        {
            _threeBytes[leads[0]] = second = new char[256][];
        }

        return second[leads[1]] ??= NoCharacters();
    }

    private static char[] NoCharacters()
    {
        var row = new char[256];
        Array.Fill(row, None);
        return row;
    }
}
