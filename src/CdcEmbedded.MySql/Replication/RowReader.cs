using System.Text;

namespace CdcEmbedded.MySql.Replication;

/// <summary>Reads the answer to the few queries of a replication session: one row of short texts.</summary>
/// <remarks>MySQL manual, "COM_QUERY Response", "Text Resultset":
/// <code>
/// OK | ERR | 0xFB file name | column count, column definition per column, EOF, row*, EOF or ERR
/// row: per column a length-encoded text, or 0xFB for NULL
/// </code></remarks>
internal static class RowReader
{
    /// <summary>Reads the whole answer.</summary>
    /// <param name="channel">The connection.</param>
    /// <param name="sql">The query, for messages.</param>
    /// <param name="columns">How many columns the row must have.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CdcServerException">The answer, or the end of it, is an error.</exception>
    /// <exception cref="CdcProtocolException">The answer is anything else than one row of that many columns.</exception>
    public static async ValueTask<string?[]> ReadAsync(PacketChannel channel, string sql, int columns, CancellationToken cancellationToken)
    {
        var first = await ReadPacketAsync(channel, cancellationToken).ConfigureAwait(false);
        switch (first.Kind)
        {
            case PacketKind.Ok:
                throw Wrong(channel, sql, "OK instead of a row");
            case PacketKind.LocalInfile:
                throw new CdcProtocolException($"{channel.Peer} asked for a file of this machine, which nothing allowed it to.");
        }

        var count = ReadColumnCount(first);
        if (count != columns)
        {
            throw Wrong(channel, sql, $"{count} columns instead of {columns}");
        }

        for (var index = 0; index < columns; index++)
        {
            await ReadPacketAsync(channel, cancellationToken).ConfigureAwait(false);
        }

        var end = await ReadPacketAsync(channel, cancellationToken).ConfigureAwait(false);
        if (!PacketKind.IsEof(end))
        {
            throw Wrong(channel, sql, $"a packet of kind {end.Kind} where the columns should end");
        }

        var packet = await ReadPacketAsync(channel, cancellationToken).ConfigureAwait(false);
        if (PacketKind.IsEof(packet))
        {
            throw Wrong(channel, sql, "no row");
        }

        var row = ReadRow(packet, columns);
        var last = await ReadPacketAsync(channel, cancellationToken).ConfigureAwait(false);
        if (!PacketKind.IsEof(last))
        {
            throw Wrong(channel, sql, "more than one row");
        }

        return HasMoreResults(last) ? throw Wrong(channel, sql, "more than one result") : row;
    }

    /// <summary>Reads the status of an EOF packet: <code>0xFE, warnings[2], status[2]</code></summary>
    private static bool HasMoreResults(PacketSlice eof)
    {
        const int MoreResultsExist = 8;
        return eof.Span.Length >= 5 && (eof.Span[3] & MoreResultsExist) != 0;
    }

    private static async ValueTask<PacketSlice> ReadPacketAsync(PacketChannel channel, CancellationToken cancellationToken)
    {
        var packet = await channel.ReadAsync(cancellationToken).ConfigureAwait(false);
        return packet.Kind == PacketKind.Error ? throw ServerError.Read(packet.Span, channel.Peer) : packet;
    }

    private static int ReadColumnCount(PacketSlice packet)
    {
        var reader = new PayloadReader(packet.Span, "column count");
        var count = reader.ReadLength();
        return count > 0 && reader.Remaining == 0 ? count : throw reader.Malformed($"{count} columns");
    }

    private static string?[] ReadRow(PacketSlice packet, int columns)
    {
        var reader = new PayloadReader(packet.Span, "text row");
        var row = new string?[columns];
        for (var index = 0; index < columns; index++)
        {
            var length = reader.ReadLength();
            row[index] = length < 0 ? null : Encoding.UTF8.GetString(reader.ReadBytes(length));
        }

        return reader.Remaining == 0 ? row : throw reader.Malformed($"{reader.Remaining} bytes too many");
    }

    /// <summary>A proxy that switches servers, or one that is just starting, may answer so once: the next connection asks again.</summary>
    private static CdcProtocolException Wrong(PacketChannel channel, string sql, string what)
        => new($"{channel.Peer} answered '{sql}' with {what}.", isTransient: true);
}
