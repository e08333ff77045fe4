namespace CdcEmbedded.MySql.Binlog.Rows;

/// <summary>The head of an after image of a PARTIAL_UPDATE_ROWS_EVENT, which says which JSON columns hold differences instead of
/// documents (sql/log_event.cc, Rows_log_event::print_verbose_one_row).</summary>
/// <remarks><code>
/// value options, length-encoded; bit 0: differences of JSON
/// with that bit, a bitmap over the JSON columns of the table map in their order, whether present in the image or not
/// the image as in other events; differences are preceded by a length in 4 bytes, like documents
/// </code></remarks>
internal readonly ref struct PartialImage
{
    private const ulong PartialJson = 1;

    private readonly TableMap _map;
    private readonly ReadOnlySpan<byte> _bits;

    private PartialImage(TableMap map, int position, ReadOnlySpan<byte> bits, string? fault = null)
    {
        _map = map;
        _bits = bits;
        Position = position;
        Fault = fault;
    }

    /// <summary>Offset of the bitmap of nulls.</summary>
    public int Position { get; }

    /// <summary>What is wrong with the image; null if it is valid.</summary>
    public string? Fault { get; }

    /// <summary>Reads the head.</summary>
    /// <param name="map">The table's map.</param>
    /// <param name="body">The event's body.</param>
    /// <param name="position">Offset of the image.</param>
    public static PartialImage Read(TableMap map, ReadOnlySpan<byte> body, int position)
    {
        var rest = body[position..];
        if (rest.IsEmpty)
        {
            return new PartialImage(map, position, default, "it ends before the options of an after image");
        }

        // The server writes 0 or 1; other options would change what follows.
        if (rest[0] > PartialJson)
        {
            return new PartialImage(map, position, default, $"an after image has unknown options: {rest[0]}");
        }

        position++;
        if (rest[0] == 0)
        {
            return new PartialImage(map, position, default);
        }

        var bytes = (map.JsonColumns.Length + 7) / 8;
        return bytes < rest.Length
            ? new PartialImage(map, position + bytes, body.Slice(position, bytes))
            : new PartialImage(map, position, default, "it ends in the bitmap of partial values");
    }

    /// <summary>Marks the offsets of differences; see <see cref="RowBuffer.IsPartial"/>.</summary>
    /// <returns>True if there are any.</returns>
    public bool Mark(Span<int> offsets)
    {
        var any = false;
        for (var i = 0; i < _bits.Length * 8 && i < _map.JsonColumns.Length; i++)
        {
            ref var offset = ref offsets[_map.JsonColumns[i]];
            if ((_bits[i >> 3] & (1 << (i & 7))) != 0 && offset > RowBuffer.AbsentOffset)
            {
                offset = -offset;
                any = true;
            }
        }

        return any;
    }
}
