using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Gtids;

namespace CdcEmbedded.MySql.Transactions;

/// <content>Events that are about the log and not about rows.</content>
internal sealed partial class TransactionAssembler
{
    private void ReadControl(in EventHeader header, ReadOnlySpan<byte> body)
    {
        switch (header.Type)
        {
            case EventType.Rotate:
                var rotate = RotateEvent.Read(body);
                Drop("a new file began");
                Tables.Forget();
                _cursor.MoveTo(rotate.FileName, (long)Math.Min(rotate.Position, long.MaxValue));
                _hasProgress |= !header.IsArtificial;
                break;
            case EventType.FormatDescription:
                Drop("a new file began");
                Tables.Forget();
                break;
            case EventType.PreviousGtids:
                // A server that was made from a copy of another one has executed transactions that no file of its own ever held.
                var previous = GtidSetBinary.Read(body);
                _previous = new ExecutedHistory(_settings.Purged is { } purged ? previous.Union(purged) : previous);
                break;
            case EventType.MariaDbGtidList:
                // One that the server makes for this client tells where it stands, and not what the file holds.
                _previous = header.IsArtificial ? _previous : new ExecutedHistory(MariaDbGtidList.Read(body));
                break;
            case EventType.MariaDbBinlogCheckpoint:
                // Up to which file the server need read after a crash.
                break;
            case EventType.MariaDbStartEncryption:
                ReadStartEncryption(header);
                break;
            case EventType.Heartbeat or EventType.HeartbeatV2:
                ReadHeartbeat(HeartbeatEvent.Read(header, body));
                break;
            case EventType.XaPrepare:
                ReadXaPrepare(header, XaPrepareEvent.Read(body));
                break;
            case EventType.Stop:
                Drop("the server stopped");
                break;
            case EventType.Incident:
                ReadIncident(header, IncidentEvent.Read(body));
                break;
            case EventType.IntVar or EventType.Rand or EventType.UserVar or EventType.BeginLoadQuery or EventType.AppendBlock
                or EventType.DeleteFile:
                // Context of a statement that follows as a QUERY or EXECUTE_LOAD_QUERY event, where it is judged.
                break;
            case EventType.TransactionContext or EventType.ViewChange:
                // Group Replication's own notes, which hold no changes. The server does not mark them as ignorable.
                break;
            case EventType.ExecuteLoadQuery:
                ReadLoadQuery(header, body);
                break;
            default:
                PassUnknown(header);
                break;
        }
    }

    /// <summary>START_ENCRYPTION_EVENT of MariaDB: what follows in a file is encrypted. A server decrypts what it sends, and marks the event.</summary>
    private void ReadStartEncryption(in EventHeader header)
    {
        if (!header.IsArtificial && !header.IsIgnorable && header.NextPosition > 0 && _settings.IsFile)
        {
            throw new CdcProtocolException($"The binlog file is encrypted from {_cursor} on (MariaDB's encrypt_binlog), and its key is the server's: read it over "
                + "the server with MySqlSource.", header.Type.Name(), _cursor.ToString());
        }
    }

    private void PassUnknown(in EventHeader header)
    {
        if (!header.IsIgnorable && header.Type != EventType.Ignorable)
        {
            throw new CdcProtocolException($"Unknown event type {(int)header.Type} at {_cursor}, which the log does not mark as ignorable: passing it over "
                + "could lose changes. A newer version may read it.", header.Type.Name(), _cursor.ToString());
        }

        Log.IgnorableEventPassed(_settings.Logger, header.Type.Name(), _cursor.File, _cursor.Position);
    }
}
