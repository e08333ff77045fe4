using CdcEmbedded.MongoDb.Double.Bson;
using CdcEmbedded.MongoDb.Double.Commands;
using CdcEmbedded.MongoDb.Double.Sessions;

namespace CdcEmbedded.MongoDb.Double.Streams;

/// <summary>A cursor on the server.</summary>
internal abstract class ServerCursor(string database, string collection)
{
    /// <summary>A reply's documents together stay below this.</summary>
    protected const int MaxBatchBytes = 16 * 1024 * 1024;

    public long Id { get; set; }

    public string Database { get; } = database;

    public string Collection { get; } = collection;

    /// <summary>The node that runs it; a getMore elsewhere finds no cursor.</summary>
    public object? Home { get; set; }

    /// <summary>The session of the command that opened it, null for none.</summary>
    public SessionKey? Session { get; set; }

    /// <summary>The transaction number of that command, null outside of a transaction.</summary>
    public long? TransactionNumber { get; set; }

    /// <summary>The Stable API parameters of that command.</summary>
    public ApiParameters Api { get; set; } = new(null, null, null);

    /// <summary>True if it outlives the cursor timeout (<c>noCursorTimeout</c>).</summary>
    public bool NeverTimesOut { get; set; }

    /// <summary>The time of the last command that used it.</summary>
    public DateTimeOffset LastUse { get; set; }

    /// <summary>True while a getMore runs on it.</summary>
    public bool InUse { get; set; }

    /// <summary>True where an empty batch may wait for more.</summary>
    public virtual bool Awaits => false;

    /// <summary>True where the batch just given was the last.</summary>
    public abstract bool IsDone { get; }

    /// <summary>True if an event has ended it.</summary>
    public virtual bool IsInvalidated => false;

    /// <summary>For snapshot reads.</summary>
    public DocTimestamp? AtClusterTime { get; set; }

    /// <summary>Number of oplog entries that it has read since this was last set to 0.</summary>
    public long Scanned { get; set; }

    /// <summary>The next documents, under the store's gate.</summary>
    public abstract CursorBatch Next(int batchSize);
}
