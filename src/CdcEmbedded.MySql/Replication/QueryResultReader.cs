using System.Text;

namespace CdcEmbedded.MySql.Replication;

/// <summary>Reads the answer to COM_QUERY.</summary>
/// <remarks>MySQL manual, "COM_QUERY Response", "Text Resultset":
/// <code>
/// OK | ERR | 0xFB file name | column count, column definition per column, EOF, row*, EOF or ERR
/// column definition: catalog, schema, table, original table, name, original name (all length-encoded), …
/// row: per column a length-encoded text, or 0xFB for NULL
/// </code></remarks>
internal static class QueryResultReader
{
    // The server has no more than 4096 columns in a table or a result.
    private const int MaxColumns = 4096;

    /// <summary>Reads the whole answer.</summary>
    /// <exception cref="CdcServerException">The answer, or the end of it, is an error.</exception>
    public static async ValueTask<QueryResult> ReadAsync(PacketChannel channel, CancellationToken cancellationToken)
    {
        var first = await channel.ReadAsync(cancellationToken).ConfigureAwait(false);
        switch (first.Kind)
        {
            case PacketKind.Ok:
                return QueryResult.Empty;
            case PacketKind.Error:
                throw ServerError.Read(first.Span, channel.Peer);
            case PacketKind.LocalInfile:
                throw new CdcProtocolException($"{channel.Peer} asked for a file of this machine, which nothing allowed it to.");
        }

        var columns = new string[ReadColumnCount(first)];
        for (var index = 0; index < columns.Length; index++)
        {
            columns[index] = ReadName(await channel.ReadAsync(cancellationToken).ConfigureAwait(false), channel.Peer);
        }

        var end = await channel.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (!PacketKind.IsEof(end))
        {
            throw new CdcProtocolException($"{channel.Peer} sent a packet of kind {end.Kind} where the columns should end.");
        }

        return new QueryResult(columns, await ReadRowsAsync(channel, columns.Length, cancellationToken).ConfigureAwait(false));
    }

    private static async ValueTask<List<QueryRow>> ReadRowsAsync(PacketChannel channel, int columns, CancellationToken cancellationToken)
    {
        var rows = new List<QueryRow>();
        while (true)
        {
            var packet = await channel.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (packet.Kind == PacketKind.Error)
            {
                throw ServerError.Read(packet.Span, channel.Peer);
            }

            if (PacketKind.IsEof(packet))
            {
                return rows;
            }

            rows.Add(ReadRow(packet, columns));
        }
    }

    private static int ReadColumnCount(PacketSlice packet)
    {
        var reader = new PayloadReader(packet.Span, "column count");
        var count = reader.ReadLength();
        return count is > 0 and <= MaxColumns && reader.Remaining == 0 ? count : throw reader.Malformed($"{count} columns");
    }

    private static string ReadName(PacketSlice packet, string peer)
    {
        if (packet.Kind == PacketKind.Error)
        {
            throw ServerError.Read(packet.Span, peer);
        }

        var reader = new PayloadReader(packet.Span, "column definition");
        for (var skipped = 0; skipped < 4; skipped++)
        {
            reader.ReadLengthEncodedBytes();
        }

        return Encoding.UTF8.GetString(reader.ReadLengthEncodedBytes());
    }

    private static QueryRow ReadRow(PacketSlice packet, int columns)
    {
        var reader = new PayloadReader(packet.Span, "text row");
        var bounds = new int[2 * columns];
        for (var index = 0; index < bounds.Length; index += 2)
        {
            var length = reader.ReadLength();
            bounds[index] = packet.Offset + reader.Offset;
            bounds[index + 1] = length;
            reader.Skip(Math.Max(length, 0));
        }

        return reader.Remaining == 0 ? new QueryRow(packet.Buffer, bounds) : throw reader.Malformed($"{reader.Remaining} bytes too many");
    }
}
