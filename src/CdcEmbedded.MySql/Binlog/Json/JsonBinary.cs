using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Binlog.Json;

/// <summary>MySQL's binary JSON (sql-common/json_binary.h), printed as the server prints it (sql-common/json_dom.cc).</summary>
/// <remarks><code>
/// document  = type (1), value
/// type      = 0 small object, 1 large object, 2 small array, 3 large array, 4 literal, 5 int16, 6 uint16, 7 int32, 8 uint32,
///             9 int64, 10 uint64, 11 double, 12 string, 15 opaque
/// object    = count, size of all in bytes, key entries (offset, 2 bytes of length), value entries, keys, values
/// array     = count, size, value entries, values
/// entry     = type, then the offset from the container's start, or the value itself if it fits: literals, int16, uint16,
///             and in large containers int32 and uint32
/// string    = length (seven bits per byte, lowest first, top bit: more follow), UTF-8
/// opaque    = column type (1), length as in strings, bytes
/// </code>Counts, sizes and offsets have 2 bytes in small containers and 4 in large ones.</remarks>
internal sealed class JsonBinary : ValueCodec
{
    public static JsonBinary Instance { get; } = new();

    /// <inheritdoc/>
    public override string ToJsonText(ReadOnlySpan<byte> bytes)
    {
        var printer = new JsonPrinter(bytes, bytes.Length, bytes.Length * 2);
        try
        {
            printer.Write(JsonLocation.OfDocument(bytes, 0, bytes.Length), 0);
            return printer.ToText();
        }
        finally
        {
            printer.Dispose();
        }
    }
}
