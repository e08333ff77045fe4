namespace CdcEmbedded.MySql.Binlog.Events;

/// <summary>Whole binlog events in order, from a connection or from files. One reader at a time.</summary>
internal interface IEventStream : IAsyncDisposable
{
    /// <summary>The next event, where it is in memory already.</summary>
    bool TryRead(out EventSlice slice);

    /// <summary>Waits for more bytes; false at the stream's regular end.</summary>
    ValueTask<bool> FillAsync(CancellationToken cancellationToken);
}
