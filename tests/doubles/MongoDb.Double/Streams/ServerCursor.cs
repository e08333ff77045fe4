using CdcEmbedded.MongoDb.Double.Bson;

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

    /// <summary>True where an empty batch may wait for more.</summary>
    public virtual bool Awaits => false;

    /// <summary>True where the batch just given was the last.</summary>
    public abstract bool IsDone { get; }

    /// <summary>For snapshot reads.</summary>
    public DocTimestamp? AtClusterTime { get; set; }

    /// <summary>The next documents, under the store's gate.</summary>
    public abstract CursorBatch Next(int batchSize);
}
