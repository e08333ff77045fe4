using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>Reads the differences that a PARTIAL_UPDATE_ROWS_EVENT holds in place of a
/// document (sql-common/json_diff.cc, Json_diff_vector).</summary>
/// <remarks><code>
/// list      = differences, up to its end
/// one       = operation (1), length of the path (length-encoded), path, and, except for a removal,
///             length of the value (length-encoded), value: a binary JSON document
/// </code></remarks>
internal ref struct JsonDiffReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _start;
    private SpanReader _reader;

    /// <summary>Starts at the first difference.</summary>
    /// <param name="bytes">The bytes to which the values' locations refer.</param>
    /// <param name="start">Offset of the list, which ends with the bytes.</param>
    public JsonDiffReader(ReadOnlySpan<byte> bytes, int start)
    {
        _bytes = bytes;
        _start = start;
        _reader = new SpanReader(bytes[start..], EventType.PartialUpdateRows);
    }

    /// <summary>Reads the next difference.</summary>
    /// <returns>False at the end of the list.</returns>
    /// <exception cref="CdcProtocolException">The difference is truncated, or its operation is unknown.</exception>
    public bool TryRead(out JsonDiff diff)
    {
        if (_reader.Remaining == 0)
        {
            diff = default;
            return false;
        }

        var operation = (JsonDiffOperation)_reader.ReadByte();
        if (operation > JsonDiffOperation.Remove)
        {
            _reader.ThrowMalformed($"a difference of a JSON document has the unknown operation {(byte)operation}");
        }

        var path = _reader.ReadBytes(_reader.ReadLengthWithin());
        var value = default(JsonLocation);
        if (operation != JsonDiffOperation.Remove)
        {
            var length = _reader.ReadLengthWithin();
            var start = _start + _reader.Position;
            _reader.Skip(length);
            value = JsonLocation.OfDocument(_bytes, start, start + length);
        }

        diff = new JsonDiff(operation, path, value);
        return true;
    }
}
