namespace CdcEmbedded.MySql.Transactions;

/// <summary>Keeps bytes outside of memory until it is disposed. One caller at a time.</summary>
internal interface ISpillStorage : IDisposable
{
    /// <summary>Writes all of the bytes at a position.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long position, CancellationToken cancellationToken);

    /// <summary>Reads bytes from a position: at least one, or 0 at the end of what was written.</summary>
    ValueTask<int> ReadAsync(Memory<byte> buffer, long position, CancellationToken cancellationToken);
}
