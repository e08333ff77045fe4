namespace CdcEmbedded.MySql.Transactions;

/// <summary>Counts the memory that change sets keep alive. A set keeps the whole chunk alive in which its event arrived, events of other
/// tables included; each chunk counts once, for the first set in it.</summary>
internal sealed class PinnedBytes
{
    private byte[]? _rows;
    private byte[]? _query;

    /// <summary>The bytes that a set keeps alive and no set before it does.</summary>
    /// <param name="rows">The chunk of its rows.</param>
    /// <param name="query">The statement of its rows; null for none.</param>
    public int Count(byte[] rows, LoggedQuery? query) => CountRows(rows) + CountQuery(query);

    private int CountRows(byte[] buffer)
    {
        if (ReferenceEquals(buffer, _rows))
        {
            return 0;
        }

        _rows = buffer;
        return buffer.Length;
    }

    private int CountQuery(LoggedQuery? query)
    {
        if (query is null || ReferenceEquals(query.Buffer, _rows) || ReferenceEquals(query.Buffer, _query))
        {
            return 0;
        }

        _query = query.Buffer;
        return query.Buffer.Length;
    }
}
