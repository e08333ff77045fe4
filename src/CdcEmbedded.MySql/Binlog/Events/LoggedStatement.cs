namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>Reads QUERY events, and MariaDB's compressed ones, in which only the statement is compressed.</summary>
internal static class LoggedStatement
{
    /// <summary>Reads the body, without checksum.</summary>
    /// <exception cref="CdcProtocolException">The body is damaged.</exception>
    public static QueryEvent Read(EventType type, ReadOnlySpan<byte> body)
    {
        var query = QueryEvent.Read(body);
        if (type != EventType.MariaDbQueryCompressed)
        {
            return query;
        }

        var length = MariaDbCompression.LengthOf(query.Query, type);
        var head = body.Length - query.Query.Length;
        var plain = new byte[head + length];
        body[..head].CopyTo(plain);
        var compressed = query.Query.ToArray();
        MariaDbCompression.Decompress(compressed, 0, compressed.Length, plain.AsSpan(head), type);
        return QueryEvent.Read(plain);
    }
}
