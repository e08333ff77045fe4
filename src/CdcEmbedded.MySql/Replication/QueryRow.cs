using System.Text;

namespace CdcEmbedded.MySql.Replication;

/// <summary>One row of a <see cref="QueryResult"/>; may be kept.</summary>
internal readonly struct QueryRow
{
    private readonly byte[] _buffer;

    // Offset and length of each value; a length of -1 is NULL.
    private readonly int[] _bounds;

    /// <summary>Creates the row over a packet.</summary>
    public QueryRow(byte[] buffer, int[] bounds)
    {
        _buffer = buffer;
        _bounds = bounds;
    }

    /// <summary>How many values there are.</summary>
    public int Count => _bounds.Length / 2;

    /// <summary>Whether a value is NULL.</summary>
    public bool IsNull(int index) => _bounds[(2 * index) + 1] < 0;

    /// <summary>A value as the server sent it; empty for NULL.</summary>
    public ReadOnlyMemory<byte> GetBytes(int index) =>
        IsNull(index) ? ReadOnlyMemory<byte>.Empty : _buffer.AsMemory(_bounds[2 * index], _bounds[(2 * index) + 1]);

    /// <summary>A value as text, which is UTF-8 on this connection; null for NULL.</summary>
    public string? GetString(int index) => IsNull(index) ? null : Encoding.UTF8.GetString(GetBytes(index).Span);
}
