using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Binlog.Rows;

namespace CdcEmbedded.MySql.Positions;

/// <summary>Where in the log the reader stands, in 64 bits: the log itself counts modulo 2^32 (R4).</summary>
internal sealed class LogCursor
{
    /// <summary>The file's name without its folder; empty until the first ROTATE names it.</summary>
    public string File { get; private set; } = "";

    /// <summary>The end of the last event.</summary>
    public long Position { get; private set; } = 4;

    /// <summary>Whether MariaDB wrote the file: it may leave the next position empty inside transactions.</summary>
    public bool IsMariaDb { get; set; }

    public LogCursor(string? file, long position)
    {
        File = file ?? "";
        Position = position;
    }

    /// <summary>A new file, or a jump inside one.</summary>
    public void MoveTo(string file, long position)
    {
        File = file;
        Position = position;
    }

    /// <summary>Passes over an event.</summary>
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

    private static bool IsOfTransaction(EventType type) => type is EventType.Query or EventType.TableMap or EventType.IntVar or EventType.Rand or EventType.UserVar
        or EventType.Xid or EventType.XaPrepare or EventType.MariaDbAnnotateRows or EventType.MariaDbQueryCompressed || RowsHeader.IsRowsEvent(type);

    public override string ToString() => $"{File}:{Position}";

    /// <summary>Orders two places by file, then position. Files of one log have names of one length until their number gains a digit.</summary>
    public static int Compare(string fileA, long positionA, string fileB, long positionB)
    {
        var byFile = fileA.Length != fileB.Length ? fileA.Length.CompareTo(fileB.Length) : string.CompareOrdinal(fileA, fileB);
        return byFile != 0 ? byFile : positionA.CompareTo(positionB);
    }
}
