namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>Whole binlog events in order, from a connection or from files. For one reader at a time.</summary>
internal interface IEventStream : IAsyncDisposable
{
    /// <summary>Returns the next event if it is already in memory.</summary>
    bool TryRead(out EventSlice slice);

    /// <summary>Waits for more bytes. Returns false at the stream's regular end.</summary>
    ValueTask<bool> FillAsync(CancellationToken cancellationToken);
}
