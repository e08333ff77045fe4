namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>Reads QUERY events, and MariaDB's compressed ones, in which only the statement is compressed.</summary>
internal static class LoggedStatement
{
    /// <summary>Reads the body, without checksum.</summary>
    /// <param name="type">The event's type.</param>
    /// <param name="body">The body.</param>
    /// <param name="maxLength">Most bytes of the statement, decompressed.</param>
    /// <exception cref="CdcProtocolException">The body is damaged.</exception>
    public static QueryEvent Read(EventType type, ReadOnlySpan<byte> body, int maxLength = MariaDbCompression.MaxLength)
    {
        var query = QueryEvent.Read(body);
        if (type != EventType.MariaDbQueryCompressed)
        {
            return query;
        }

        var length = MariaDbCompression.LengthOf(query.Query, type, maxLength);
        var head = body.Length - query.Query.Length;
        var plain = new byte[head + length];
        body[..head].CopyTo(plain);
        var compressed = query.Query.ToArray();
        MariaDbCompression.Decompress(compressed, 0, compressed.Length, plain.AsSpan(head), type);
        return QueryEvent.Read(plain);
    }
}
