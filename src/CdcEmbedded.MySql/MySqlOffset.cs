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

    /// <summary>MySQL and MariaDB: resumes where a connector of Debezium stopped, so that no table has to be read again.</summary>
    /// <remarks>The offset of a place inside a transaction begins that transaction again, so changes that Debezium had delivered of it come
    /// a second time; nothing is skipped. With GTIDs the set counts, without them file and position.</remarks>
    /// <param name="json">The offset that its MySQL or MariaDB connector stored, as JSON: the stored value, or the answer of Kafka
    /// Connect's <c>GET /connectors/NAME/offsets</c>.</param>
    /// <exception cref="OffsetFormatException">It is no such offset, or was stored while a snapshot had not ended.</exception>
    public static CdcOffset FromDebezium(string json) => OtherReaders.ReadDebezium(json).ToOffset();

    /// <summary>MySQL and MariaDB: resumes where Maxwell stopped.</summary>
    /// <param name="gtidSet">The column <c>gtid_set</c> of Maxwell's table <c>positions</c>; null or empty where it runs without
    /// GTIDs.</param>
    /// <param name="file">The column <c>binlog_file</c>; only used without GTIDs.</param>
    /// <param name="position">The column <c>binlog_position</c>; only used without GTIDs.</param>
    /// <exception cref="OffsetFormatException">A value is no GTID set, no file or no position.</exception>
    public static CdcOffset FromMaxwell(string? gtidSet, string? file, long position)
        => OtherReaders.Position("Maxwell's row", gtidSet, file, position).ToOffset();

    /// <summary>MySQL and MariaDB: resumes where a client of Canal stopped.</summary>
    /// <remarks>Canal names the first or last event of the last transaction that its client acknowledged, so that transaction may come a
    /// second time; nothing is skipped. File and position count: the GTID set that Canal keeps holds the transaction that it has only
    /// begun.</remarks>
    /// <param name="json">Canal's meta data: the contents of <c>meta.dat</c>, or the cursor alone, as kept in ZooKeeper.</param>
    /// <param name="clientId">The client whose cursor is meant, where the text holds several.</param>
    /// <exception cref="OffsetFormatException">It is no such text, or has no cursor of that client.</exception>
    public static CdcOffset FromCanal(string json, int clientId = 1001) => OtherReaders.ReadCanal(json, clientId).ToOffset();
}
