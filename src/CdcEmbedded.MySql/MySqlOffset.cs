using System.Text;
using System.Text.Json;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql;

/// <summary>Makes offsets from positions that people know: a binlog file and position, or a GTID set.</summary>
/// <remarks>Use with <see cref="StartPosition.At"/>. Such offsets name no server, so nothing checks that the position belongs
/// to the server.</remarks>
public static class MySqlOffset
{
    /// <summary>MySQL and MariaDB: starts with the event at a position of a binlog file, which must be the first event
    /// of a transaction.</summary>
    /// <param name="file">The file's name without its folder, such as <c>binlog.000003</c>.</param>
    /// <param name="position">The position in bytes, at least 4.</param>
    /// <exception cref="ArgumentException">The name is empty or contains a folder.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The position is less than 4.</exception>
    public static CdcOffset FromPosition(string file, long position)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        if (file.AsSpan().ContainsAny('/', '\\'))
        {
            throw new ArgumentException($"'{file}' must be the binlog's name without its folder, such as binlog.000003.", nameof(file));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(position, 4);
        return BinlogPosition.At(file, position).ToOffset();
    }

    /// <summary>MySQL: starts with the first transaction that is not in the given GTID set.</summary>
    /// <param name="executed">The transactions that have been processed, as <c>@@gtid_executed</c> writes them.</param>
    public static CdcOffset FromGtidSet(GtidSet executed)
    {
        ArgumentNullException.ThrowIfNull(executed);
        return new BinlogPosition { Executed = new ExecutedGtids(executed) }.ToOffset();
    }

    /// <summary>MariaDB: starts after the given GTID position.</summary>
    /// <param name="position">The last transaction of each domain that has been processed, as <c>@@gtid_binlog_pos</c> writes it.</param>
    public static CdcOffset FromMariaDbGtidPosition(MariaDbGtidPosition position)
    {
        ArgumentNullException.ThrowIfNull(position);
        return new BinlogPosition { Executed = new ExecutedGtids(position) }.ToOffset();
    }
}
