using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Transactions;

/// <summary>Reads the events that are about the log and not about a transaction.</summary>
/// <param name="settings">The options.</param>
/// <param name="log">The reader of the log.</param>
/// <param name="schemas">Follows the columns of tables; the next file has table ids of its own.</param>
/// <param name="transactions">The open transaction, which ends with its file.</param>
/// <param name="output">Where heartbeats go.</param>
internal sealed class ControlEvents(FeedSettings settings, LogReader log, ISchemaTracker schemas, TransactionBuffer transactions,
    CommittedOutput output)
{
    /// <summary>Reads an event.</summary>
    /// <exception cref="CdcProtocolException">It is unknown and must not be skipped, or encrypted.</exception>
    public void Read(in LogEvent e)
    {
        switch (e.Type)
        {
            case EventType.Rotate:
                ReadRotate(e);
                break;
            case EventType.FormatDescription:
                transactions.Drop("a new file began");
                schemas.BeginFile();
                break;
            case EventType.PreviousGtids:
                // A server that was made from a copy of another one has executed transactions that no file of its own ever held.
                var previous = PreviousGtidsEvent.Read(e.Body);
                transactions.Position.SetPrevious(new ExecutedHistory(settings.Purged is { } purged ? previous.Union(purged) : previous));
                break;
            case EventType.MariaDbGtidList:
                ReadGtidList(e);
                break;
            case EventType.MariaDbStartEncryption:
                ReadStartEncryption(e);
                break;
            case EventType.Heartbeat or EventType.HeartbeatV2:
                ReadHeartbeat(HeartbeatEvent.Read(e.Header, e.Body));
                break;
            case EventType.Stop:
                transactions.Drop("the server stopped");
                break;
            case EventType.MariaDbBinlogCheckpoint:
                // Up to which file the server need read after a crash.
                break;
            case EventType.IntVar or EventType.Rand or EventType.UserVar or EventType.BeginLoadQuery or EventType.AppendBlock
                or EventType.DeleteFile:
                // Context of a statement that follows as a QUERY or EXECUTE_LOAD_QUERY event, where it is judged.
                break;
            case EventType.TransactionContext or EventType.ViewChange:
                // Group Replication's own notes, which hold no changes. The server does not mark them as ignorable.
                break;
            default:
                SkipUnknown(e);
                break;
        }
    }

    private void ReadRotate(in LogEvent e)
    {
        var rotate = RotateEvent.Read(e.Body);
        transactions.Drop("a new file began");
        schemas.BeginFile();
        log.Cursor.MoveTo(rotate.FileName, (long)Math.Min(rotate.Position, long.MaxValue));
        if (!e.Header.IsArtificial)
        {
            // Stored, or the file with the position would be purged one day.
            transactions.Position.IsAfterOffsetsOnly = false;
            output.MarkProgress();
        }
    }

    /// <summary>GTID_LIST_EVENT of MariaDB. One that the server makes for this client says where the client is, and not what
    /// the file holds.</summary>
    private void ReadGtidList(in LogEvent e)
    {
        if (!e.Header.IsArtificial)
        {
            transactions.Position.SetPrevious(new ExecutedHistory(MariaDbGtidList.Read(e.Body)));
        }
    }

    private void ReadHeartbeat(in HeartbeatEvent heartbeat)
    {
        var place = new BinlogCoordinates(heartbeat.FileName, (long)Math.Min(heartbeat.Position, long.MaxValue));
        if (transactions.Open is not null || place.IsBefore(log.Cursor.Coordinates))
        {
            return;
        }

        log.Cursor.MoveTo(place.File, place.Position);
        output.Add(StreamItems.Heartbeat(transactions.Position.Current));
    }

    /// <summary>START_ENCRYPTION_EVENT of MariaDB: what follows in a file is encrypted. A server decrypts what it sends, and
    /// marks the event.</summary>
    private void ReadStartEncryption(in LogEvent e)
    {
        if (!e.Header.IsArtificial && !e.Header.IsIgnorable && e.Header.NextPosition > 0 && settings.IsFile)
        {
            throw new CdcProtocolException($"The binlog file is encrypted from {log.Cursor} on (MariaDB's encrypt_binlog), and only the "
                + "server has the key. Read it from the server with MySqlSource.", e.Type.Name(), log.Cursor.ToString());
        }
    }

    private void SkipUnknown(in LogEvent e)
    {
        if (!e.Header.IsIgnorable && e.Type != EventType.Ignorable)
        {
            throw new CdcProtocolException($"The event at {log.Cursor} has the unknown type {(int)e.Type}, and the log does not mark it as "
                + "ignorable: skipping it could lose changes. Use a newer version of CdcEmbedded, which may read "
                + "it.", e.Type.Name(), log.Cursor.ToString());
        }

        Log.IgnorableEventPassed(settings.Logger, e.Type.Name(), log.Cursor.File, log.Cursor.Position);
    }
}
