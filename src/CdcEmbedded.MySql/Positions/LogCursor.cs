using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;

namespace CdcEmbedded.MySql.Positions;

/// <summary>The reader's coordinates in the log, counted on event by event in 64 bits: the log itself counts modulo 2^32 (R4).</summary>
/// <remarks>A counter, and no position that is stored or ordered: <see cref="BinlogCoordinates"/> orders what <see cref="Coordinates"/>
/// returns.</remarks>
internal sealed class LogCursor
{
    /// <summary>Creates the cursor.</summary>
    /// <param name="start">Where reading begins; null where the first ROTATE event says it.</param>
    public LogCursor(BinlogCoordinates? start)
        => (File, Position) = start is { } at ? (at.File, at.Position) : ("", BinlogCoordinates.FirstPosition);

    /// <summary>The file's name without its folder; empty until the first ROTATE names it.</summary>
    public string File { get; private set; }

    /// <summary>The end of the last event.</summary>
    public long Position { get; private set; }

    /// <summary>File and position.</summary>
    public BinlogCoordinates Coordinates => new(File, Position);

    /// <summary>True if MariaDB wrote the file: it may leave the next position empty inside transactions.</summary>
    public bool IsMariaDb { get; set; }

    /// <summary>Begins a new file, or jumps inside one.</summary>
    public void MoveTo(string file, long position)
    {
        File = file;
        Position = position;
    }

    /// <summary>Moves past an event.</summary>
    /// <returns>Where it begins; the current position for events that are not in the file.</returns>
    public long Pass(in EventHeader header)
    {
        if (header.IsArtificial)
        {
            return Position;
        }

        if (header.NextPosition == 0)
        {
            var start = Position;

            // MariaDB 11.8 leaves the field empty inside transactions; elsewhere it marks an event that is not in the file.
            Position += IsMariaDb && IsOfTransaction(header.Type) ? header.EventLength : 0;
            return start;
        }

        var end = (Position & ~0xffffffffL) | header.NextPosition;
        if (end < Position)
        {
            // Events come in order, so a smaller number is the next round of the 32 bits.
            end += 1L << 32;
        }

        Position = end;
        return end - header.EventLength;
    }

    /// <summary><c>file:position</c>.</summary>
    public override string ToString() => Coordinates.ToString();

    private static bool IsOfTransaction(EventType type)
        => type is EventType.Query or EventType.TableMap or EventType.IntVar or EventType.Rand or EventType.UserVar
        or EventType.Xid or EventType.XaPrepare or EventType.MariaDbAnnotateRows or EventType.MariaDbQueryCompressed
            || RowsHeader.IsRowsEvent(type);
}
