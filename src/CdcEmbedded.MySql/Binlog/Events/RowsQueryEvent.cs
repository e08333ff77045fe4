using System.Text;

namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>ROWS_QUERY_LOG_EVENT: the statement that caused the row events that follow. One byte of length, which cannot be trusted because
/// it wraps at 256, then the text.</summary>
internal readonly ref struct RowsQueryEvent
{
    private RowsQueryEvent(ReadOnlySpan<byte> text) => Text = text;

    public ReadOnlySpan<byte> Text { get; }

    /// <summary>Reads the body, without checksum.</summary>
    public static RowsQueryEvent Read(ReadOnlySpan<byte> body)
    {
        var reader = new SpanReader(body, EventType.RowsQuery);
        reader.Skip(1);
        return new RowsQueryEvent(reader.Rest);
    }

    public override string ToString() => Encoding.UTF8.GetString(Text);
}
