using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>Reads a JSON path leg by leg, in the form in which the server prints it into differences: no wildcards, no
/// blanks (sql-common/json_path.cc, Json_path_leg::to_string).</summary>
/// <remarks><code>
/// path   = "$", legs
/// leg    = ".", name | ".", the name as a JSON string | "[", number, "]" | "[last]" | "[last-", number, "]"
/// </code></remarks>
internal ref struct JsonPath
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts at the root.</summary>
    /// <param name="path">The whole path, in UTF-8.</param>
    /// <exception cref="FormatException">The text is not a path.</exception>
    public JsonPath(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty || path[0] != '$')
        {
            throw new FormatException("a path starts with $");
        }

        _rest = path[1..];
    }

    /// <summary>True if there is no further leg.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Reads the next leg.</summary>
    /// <exception cref="FormatException">The leg is malformed.</exception>
    public JsonPathLeg Next()
    {
        if (!_rest.IsEmpty && _rest[0] == '.')
        {
            _rest = _rest[1..];
            return new JsonPathLeg(!_rest.IsEmpty && _rest[0] == '"' ? ReadQuoted() : ReadPlain());
        }

        if (!_rest.IsEmpty && _rest[0] == '[' && _rest.IndexOf((byte)']') is > 0 and var end)
        {
            var cell = _rest[1..end];
            _rest = _rest[(end + 1)..];
            return ReadCell(cell);
        }

        throw new FormatException("a leg starts with . or [");
    }

    private static JsonPathLeg ReadCell(ReadOnlySpan<byte> cell)
    {
        var isFromEnd = cell.StartsWith("last"u8);
        if (isFromEnd)
        {
            cell = cell[4..];
            if (cell.IsEmpty)
            {
                return new JsonPathLeg(0, true);
            }

            cell = cell[0] == '-' ? cell[1..] : default;
        }

        // The server stores an index in 32 unsigned bits; no array has more values than a signed index can count.
        return !cell.IsEmpty && cell[0] is >= (byte)'0' and <= (byte)'9' && Utf8Parser.TryParse(cell, out uint index, out var used)
            && used == cell.Length
            ? new JsonPathLeg((int)Math.Min(index, int.MaxValue), isFromEnd)
            : throw new FormatException("an array cell is not a number");
    }

    private byte[] ReadPlain()
    {
        var length = _rest.IndexOfAny((byte)'.', (byte)'[');
        var name = length < 0 ? _rest : _rest[..length];
        if (name.IsEmpty || name.IndexOfAny("*\"\\"u8) >= 0)
        {
            throw new FormatException("a member has no name, or one that had to be quoted");
        }

        _rest = _rest[name.Length..];
        return name.ToArray();
    }

    private byte[] ReadQuoted()
    {
        var name = new ArrayBufferWriter<byte>();
        _rest = _rest[1..];
        while (_rest.IndexOfAny((byte)'"', (byte)'\\') is >= 0 and var plain)
        {
            name.Write(_rest[..plain]);
            var mark = _rest[plain];
            _rest = _rest[(plain + 1)..];
            if (mark == '"')
            {
                return name.WrittenSpan.ToArray();
            }

            ReadEscape(name);
        }

        throw new FormatException("a quoted name has no end");
    }

    private void ReadEscape(ArrayBufferWriter<byte> name)
    {
        var letter = _rest.IsEmpty ? (byte)0 : _rest[0];
        if (letter == 'u')
        {
            ReadUnicode(name);
            return;
        }

        var b = letter switch
        {
            (byte)'b' => (byte)'\b',
            (byte)'t' => (byte)'\t',
            (byte)'n' => (byte)'\n',
            (byte)'f' => (byte)'\f',
            (byte)'r' => (byte)'\r',
            (byte)'"' or (byte)'\\' or (byte)'/' => letter,
            _ => throw new FormatException("an escape sequence is not one of JSON's"),
        };
        _rest = _rest[1..];
        name.Write([b]);
    }

    private void ReadUnicode(ArrayBufferWriter<byte> name)
    {
        var unit = ReadUnit();
        var rune = default(Rune);
        var isValid = char.IsHighSurrogate(unit)
            ? _rest.Length > 1 && _rest[0] == '\\' && _rest[1] == 'u' && SkipOne() && Rune.TryCreate(unit, ReadUnit(), out rune)
            : Rune.TryCreate(unit, out rune);
        if (!isValid)
        {
            throw new FormatException("an escape sequence is half a surrogate pair");
        }

        name.Advance(rune.EncodeToUtf8(name.GetSpan(4)));
    }

    private bool SkipOne()
    {
        _rest = _rest[1..];
        return true;
    }

    // The position is at the u.
    private char ReadUnit()
    {
        if (_rest.Length < 5
            || !ushort.TryParse(_rest.Slice(1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
        {
            throw new FormatException("an escape sequence lacks its four digits");
        }

        _rest = _rest[5..];
        return (char)unit;
    }
}
